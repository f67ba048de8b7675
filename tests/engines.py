"""Runs one Pulumi program on either engine: the embedded one, and the real CLI where `pulumi` is on PATH."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from io import StringIO
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import yaml
from rich.console import Console

from pulumi_assistai.cli.sandbox.json_display import JsonDisplay
from pulumi_assistai.engine import Stack
from pulumi_assistai.engine.reporting.display import TextDisplay
from tests.waiting import started

PASSPHRASE = "correct horse"
VERBS = ("preview", "up", "refresh", "destroy")

_SUMMARY = re.compile(r"^ +(?:([+~-]|\+-|-\+|<-|>|=) *)?(\d+) (?:to )?([a-z ]+)$", re.MULTILINE)
_PARALLEL = "--parallel="
_SWITCHES = ("--refresh", "--clear-pending-creates")
_PAST = {
    "create": "created",
    "update": "updated",
    "delete": "deleted",
    "replace": "replaced",
}


@dataclass(frozen=True)
class Outcome:
    """How one operation ended.

    Attributes:
        ok: whether it succeeded.
        text: all that a person saw of it.
        counts: how many resources saw each operation, such as {"created": 2, "unchanged": 1}, the stack included.
    """

    ok: bool
    text: str
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def changes(self) -> dict[str, int]:
        return {name: count for name, count in self.counts.items() if name != "unchanged"}


class Engine(Protocol):
    """A stack of one project directory."""

    def run(self, verb: str, *flags: str) -> Outcome: ...

    def export(self) -> dict[str, Any]: ...

    def import_state(self, file: Path) -> None: ...

    def import_resources(self, file: Path) -> None:
        """Take the resources of an import file into the state."""

    def start_up(self, *flags: str) -> AbstractContextManager[subprocess.Popen[bytes]]:
        """Start `up` in a process of its own, which is killed at the end."""

    def recover(self) -> None:
        """Do what the documentation says to do after a run was killed."""


class EmbeddedEngine:
    def __init__(self, directory: Path, environment: dict[str, str], stack: str = "dev") -> None:
        self._directory = directory
        self._environment = environment
        self._name = stack
        self._stack = Stack(directory, stack, environment=environment)
        self._project = yaml.safe_load((directory / "Pulumi.yaml").read_text())["name"]

    def run(self, verb: str, *flags: str) -> Outcome:
        text = StringIO()
        console = Console(file=text, width=1000)
        display = TextDisplay(
            console,
            diff="--diff" in flags,
            project=self._project,
            stack=self._name,
            verb=verb,
            preview=verb == "preview",
        )
        result = getattr(self._stack, verb)(display, **_arguments(flags))
        ok = result.succeeded and not ("--expect-no-changes" in flags and result.has_changes)
        return Outcome(ok, text.getvalue(), _counts(text.getvalue()))

    def export(self) -> dict[str, Any]:
        return self._stack.export_state()

    def import_state(self, file: Path) -> None:
        self._stack.import_state(json.loads(file.read_text(encoding="utf-8")))

    def import_resources(self, file: Path) -> None:
        display = JsonDisplay(StringIO())
        result = self._stack.import_resources(json.loads(file.read_text(encoding="utf-8")), display)
        assert result.succeeded, result.diagnostics

    def start_up(self, *flags: str) -> AbstractContextManager[subprocess.Popen[bytes]]:
        command = [str(Path(sys.executable).with_name("assistai")), "sandbox", "up", "--yes", *flags]
        return started(command, self._environment, self._directory)

    def recover(self) -> None:
        """Nothing: a lock of a process that is gone does not count."""


def _arguments(flags: tuple[str, ...]) -> dict[str, Any]:
    """Return flags of the command as arguments of a stack."""
    switches = {name.removeprefix("--").replace("-", "_"): True for name in flags if name in _SWITCHES}
    [parallel] = [flag.removeprefix(_PARALLEL) for flag in flags if flag.startswith(_PARALLEL)] or [""]
    targets = [value for flag, value in pairwise(flags) if flag == "--target"]
    return switches | ({"parallel": int(parallel)} if parallel else {}) | ({"targets": targets} if targets else {})


class PulumiCli:
    def __init__(self, directory: Path, environment: dict[str, str]) -> None:
        self._directory = directory
        backend = directory / ".pulumi-backend"
        backend.mkdir(exist_ok=True)
        self._environment = environment | {
            "PULUMI_BACKEND_URL": backend.as_uri(),
            "PULUMI_HOME": str(directory / ".pulumi-home"),
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }
        self._pulumi("stack", "select", "--create", "dev")

    def run(self, verb: str, *flags: str) -> Outcome:
        yes = () if verb == "preview" else ("--yes", "--skip-preview")
        done = self._pulumi(verb, "--non-interactive", "--color=never", *yes, *flags, check=False)
        text = done.stdout + done.stderr
        return Outcome(done.returncode == 0, text, _counts(text))

    def export(self) -> dict[str, Any]:
        state: dict[str, Any] = json.loads(self._pulumi("stack", "export").stdout)
        return state

    def import_state(self, file: Path) -> None:
        self._pulumi("stack", "import", "--file", str(file))

    def import_resources(self, file: Path) -> None:
        outcome = self.run("import", "--file", str(file), "--generate-code=false", "--protect=false")
        assert outcome.ok, outcome.text

    def edit_state(self, verb: str, urn: str) -> None:
        self._pulumi("state", verb, urn, "--yes")

    def start_up(self, *flags: str) -> AbstractContextManager[subprocess.Popen[bytes]]:
        command = ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive", *flags]
        return started(command, self._environment, self._directory)

    def recover(self) -> None:
        self._pulumi("cancel", "--yes")

    def _pulumi(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["pulumi", *arguments],
            cwd=self._directory,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=check,
        )


def has_pulumi() -> bool:
    return shutil.which("pulumi") is not None


def open_stack(engine: str, directory: Path, environment: dict[str, str]) -> Engine:
    if engine == "one-process":
        from tests.one_process import OneProcess  # noqa: PLC0415 - it needs this module

        return OneProcess(directory, environment)
    kind = PulumiCli if engine == "pulumi" else EmbeddedEngine
    return kind(directory, environment)


def _counts(text: str) -> dict[str, int]:
    summary = text.rpartition("Resources:")[2]
    found = [(words.strip(), int(number)) for _, number, words in _SUMMARY.findall(summary)]
    return {_PAST.get(words, words): number for words, number in found if " " not in words and words != "changes"}
