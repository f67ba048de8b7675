"""The command itself, whatever its subcommand."""

from __future__ import annotations

import pytest

from pulumi_assistai.cli.app import _COMMANDS
from tests.cli.conftest import Assistai


def test_a_mistyped_subcommand_is_answered_with_the_right_one(assistai: Assistai) -> None:
    run = assistai("sandobx", "up")
    assert run.status == 2
    assert "No such command 'sandobx'. Did you mean 'sandbox'?" in " ".join(run.err.replace("│", " ").split())


def test_the_subcommands_are_listed_in_the_help(assistai: Assistai) -> None:
    run = assistai("--help")
    assert run.status == 0
    assert [name for name in _COMMANDS if not any(line.startswith(f"│ {name} ") for line in run.lines)] == []


def test_paragraphs_of_a_help_are_as_wide_as_the_terminal(assistai: Assistai, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    lines = assistai("link", "--help").lines
    assert any(line.startswith("Exit status: 0 ") and line.endswith(" 130 after Ctrl-C.") for line in lines)
