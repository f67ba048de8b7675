"""httpx is imported without its command line, and nothing of that is left behind."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

import pytest

from pulumi_assistai.client import light_httpx

COMMAND_LINE = "httpx._main"


def test_the_command_line_can_be_imported_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, COMMAND_LINE, raising=False)
    assert importlib.reload(light_httpx).httpx is sys.modules["httpx"]
    assert COMMAND_LINE not in sys.modules


def test_a_command_line_that_is_there_already_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    there = ModuleType(COMMAND_LINE)
    monkeypatch.setitem(sys.modules, COMMAND_LINE, there)
    importlib.reload(light_httpx)
    assert sys.modules[COMMAND_LINE] is there
