"""The command `assistai` as a user types it, in this process."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from pulumi_assistai import cli
from tests.conftest import Project


@dataclass(frozen=True)
class Run:
    """How one command ended."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """What it printed, blanks between columns taken together."""
        return [" ".join(line.split()) for line in self.out.splitlines()]


Assistai = Callable[..., Run]


def connect_to_acme(monkeypatch: pytest.MonkeyPatch, token: str = "acme-token") -> None:
    """Let the default connection lead to the organization ACME."""
    for name, value in (("API_TOKEN", token), ("TENANT_DOMAIN", "acme"), ("ORGANIZATION_CODE", "ACME")):
        monkeypatch.setenv(f"ASSISTAI_{name}", value)


@pytest.fixture
def assistai(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Assistai:
    monkeypatch.setattr(sys, "stdin", io.StringIO())

    def run(*arguments: object) -> Run:
        monkeypatch.setattr(sys, "argv", ["assistai", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as exit_:
            cli.main()
        captured = capsys.readouterr()
        status = exit_.value.code
        # A string is what the interpreter prints on standard error before it exits with 1.
        return (
            Run(1, captured.out, f"{captured.err}{status}\n")
            if isinstance(status, str)
            else Run(int(status or 0), captured.out, captured.err)
        )

    return run


@pytest.fixture
def fleet(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return a project whose stack, emulator and credentials commands of this process find by the environment."""
    found_by_commands(project, monkeypatch)
    return project


def found_by_commands(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands of this process find a project's stack, emulator and credentials by the environment."""
    backend = {
        "PULUMI_BACKEND_URL": (project.directory / ".pulumi-backend").as_uri(),
        "PULUMI_HOME": str(project.directory / ".pulumi-home"),
    }
    ours = {name: value for name, value in project.environment.items() if name.startswith(("ASSISTAI_", "PULUMI_"))}
    for name, value in {**ours, **backend}.items():
        monkeypatch.setenv(name, value)
