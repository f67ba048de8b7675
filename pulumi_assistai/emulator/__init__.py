"""An emulator of the AssistAI API. It imports no other code of this package, so that they cannot share mistakes."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import lazy_loader

if TYPE_CHECKING:
    from pulumi_assistai.emulator.accounts import DEFAULT_ACCOUNTS, Account
    from pulumi_assistai.emulator.app import create_app
    from pulumi_assistai.emulator.errors import EmulatorError
    from pulumi_assistai.emulator.server import Emulator

__all__ = ["DEFAULT_ACCOUNTS", "Account", "Emulator", "EmulatorError", "create_app"]

_MODULES = {
    "accounts": ["DEFAULT_ACCOUNTS", "Account"],
    "app": ["create_app"],
    "errors": ["EmulatorError"],
    "server": ["Emulator"],
}

# Code that only needs accounts or errors does not wait for the packages of a web server.
_load, _, _ = lazy_loader.attach(__name__, submod_attrs=_MODULES)
_EXTRA = ("fastapi", "jinja2", "python_multipart", "segno", "uvicorn")


def __getattr__(name: str) -> Any:
    missing = (
        [package for package in _EXTRA if find_spec(package) is None] if name in ("Emulator", "create_app") else []
    )
    if missing:
        raise ImportError(
            f"the emulator needs an extra ({', '.join(missing)} is missing): pip install 'pulumi-assistai[emulator]'"
        )
    return _load(name)
