"""An engine for Pulumi programs in Python with dynamic providers, for trying and for tests, without the Pulumi CLI."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pulumi_assistai.engine.errors import EngineError
    from pulumi_assistai.engine.reporting.recorder import Result
    from pulumi_assistai.engine.stack import Stack

__all__ = ["EngineError", "Result", "Stack"]

_MODULES = {"EngineError": "errors", "Result": "reporting.recorder", "Stack": "stack"}


def __getattr__(name: str) -> Any:
    # The process of a program starts in this package; it has no use for the engine, which takes time to import.
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
