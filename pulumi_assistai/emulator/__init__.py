"""An emulator of the AssistAI API: imports nothing of ours, or one wrong model would pass on both sides."""

from __future__ import annotations

from pulumi_assistai.emulator.accounts import DEFAULT_ACCOUNTS, Account
from pulumi_assistai.emulator.app import create_app
from pulumi_assistai.emulator.errors import EmulatorError
from pulumi_assistai.emulator.server import Emulator

__all__ = ["DEFAULT_ACCOUNTS", "Account", "Emulator", "EmulatorError", "create_app"]
