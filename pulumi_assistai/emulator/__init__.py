"""An emulator of the AssistAI API: imports nothing of ours, or one wrong model would pass on both sides."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pulumi_assistai.emulator.accounts import DEFAULT_ACCOUNTS, Account
    from pulumi_assistai.emulator.app import create_app
    from pulumi_assistai.emulator.errors import EmulatorError
    from pulumi_assistai.emulator.server import Emulator

__all__ = ["DEFAULT_ACCOUNTS", "Account", "Emulator", "EmulatorError", "create_app"]

_MODULES = {
    "DEFAULT_ACCOUNTS": "accounts",
    "Account": "accounts",
    "Emulator": "server",
    "EmulatorError": "errors",
    "create_app": "app",
}


def __getattr__(name: str) -> Any:
    # Whoever needs to know its accounts or errors alone does not wait for the packages of a web server.
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
