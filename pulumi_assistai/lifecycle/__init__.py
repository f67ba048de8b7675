"""What create, read, update, delete and diff mean for an agent and for a WhatsApp integration. No Pulumi in it.

The modules named here are imported when they are first used: a program that only declares resources needs none of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    from pulumi_assistai.lifecycle import agents, lookup, session, whatsapp

__all__ = ["agents", "lookup", "session", "whatsapp"]


def __getattr__(name: str) -> ModuleType:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")
