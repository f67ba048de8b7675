"""Processes that are started ahead, and those that their children outlive."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from pulumi_assistai.engine.processes.interpreters import Interpreters
from tests.engine.conftest import Things
from tests.waiting import DEADLINE

# It holds the pipes of the program that started it until a file appears, and says so when it ends.
GRANDCHILD = """
import pathlib, time
for _ in range(600):
    if pathlib.Path("go").exists():
        break
    time.sleep(0.1)
pathlib.Path("gone").touch()
"""


@pytest.fixture
def interpreters_are_forks() -> None:
    """Leave them as they are: they are what is tested here."""


@pytest.fixture
def interpreters() -> Iterator[Interpreters]:
    made = Interpreters(os.environ, ["json.tool"])
    yield made
    made.close()


def test_what_was_started_ahead_is_taken_once(interpreters: Interpreters) -> None:
    interpreters.start_ahead("program", "provider")
    interpreters.start_ahead("program")
    first, second, provider = interpreters.take("program"), interpreters.take("program"), interpreters.take("provider")
    assert len({first.pid, second.pid, provider.pid}) == 3
    assert "json.tool" in provider.args
    assert "json.tool" not in first.args
    for process in (first, second, provider):
        with process:
            process.kill()


def test_what_nobody_took_ends(interpreters: Interpreters, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []
    real = subprocess.Popen

    def popen(*arguments: object, **options: object) -> subprocess.Popen[bytes]:
        started.append(real(*arguments, **options))  # type: ignore[call-overload]
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", popen)
    interpreters.start_ahead("provider")
    interpreters.close()
    [process] = started
    assert process.returncode is not None


def test_an_operation_does_not_wait_for_what_its_program_left_behind(things: Things) -> None:
    things.up(
        f"""
        import subprocess, sys
        subprocess.Popen([sys.executable, "-c", {GRANDCHILD!r}])
        Thing("a")
        """
    )
    assert not (things.directory / "gone").exists()
    (things.directory / "go").touch()


def test_the_command_starts_what_its_first_words_ask_for() -> None:
    script = """
from pulumi_assistai.cli.sandbox import ahead
for line in ("sandbox up -y", "sandbox up --help", "sandbox refresh", "sandbox output", "status", ""):
    words = line.split()
    taken = []
    ahead.interpreters.start_ahead = lambda *roles: taken.extend(roles)
    ahead.start_for(words)
    print(words, sorted(taken))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=DEADLINE)
    assert done.stdout.splitlines() == [
        "['sandbox', 'up', '-y'] ['program', 'provider']",
        "['sandbox', 'up', '--help'] []",
        "['sandbox', 'refresh'] ['provider']",
        "['sandbox', 'output'] []",
        "['status'] []",
        "[] []",
    ]
