"""Pulumi programs on one of the engines."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.api import BusyApi
from benchmarks.contest import ACCOUNT, Case, Work
from benchmarks.programs import program, yaml_program

PATH = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"

_PROJECTS = {
    "pip": "name: bench\nruntime: python\n",
    "uv": f"""\
name: bench
runtime:
  name: python
  options:
    toolchain: uv
    virtualenv: {sys.prefix}
""",
}
_PYPROJECT = """\
[project]
name = "bench"
version = "0"
requires-python = ">=3.11"
"""


@dataclass(frozen=True)
class Program:
    """A Pulumi program on one of the engines.

    Attributes:
        name: its name in the table.
        head: the code that imports or defines `Agent`.
        command: the command, without the operation.
        flags: the arguments after the operation.
        module: the module `provider` for a head that imports it. The SDK copies any other provider into every resource.
        toolchain: the source of the installed packages for the Pulumi CLI: "pip", or "uv" with its lock file.
        environment: further environment variables, such as another backend.
    """

    name: str
    head: str
    command: tuple[str, ...]
    flags: tuple[str, ...]
    module: str = ""
    toolchain: str = "pip"
    environment: Mapping[str, str] = field(default_factory=dict)

    def files(self, agents: int, *, edited: bool) -> dict[str, str]:
        """Return the project's files by name."""
        return {
            "Pulumi.yaml": _PROJECTS[self.toolchain],
            "provider.py": self.module,
            "__main__.py": program(self.head, agents, edited=edited),
        }

    @contextmanager
    def begin(self, case: Case, api: BusyApi) -> Iterator[Work]:
        """Write the project."""
        with tempfile.TemporaryDirectory(prefix="assistai-bench-") as folder:
            yield ProgramWork(self, case, api.url, Path(folder))


@dataclass(frozen=True)
class YamlProgram(Program):
    """A program in Pulumi YAML, which uses the native provider."""

    def files(self, agents: int, *, edited: bool) -> dict[str, str]:
        """Return the project's only file."""
        return {"Pulumi.yaml": yaml_program(agents, edited=edited)}


class ProgramWork:
    """A project directory with one stack."""

    def __init__(self, kind: Program, case: Case, url: str, directory: Path) -> None:
        self._kind = kind
        self._case = case
        self._directory = directory
        backend = directory / "backend"
        backend.mkdir()
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("ASSISTAI_", "PULUMI_"))},
            **ACCOUNT,
            "ASSISTAI_BASE_URL": url,
            "PULUMI_BACKEND_URL": backend.as_uri(),
            "PULUMI_HOME": str(directory / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "PULUMI_SKIP_CHECKPOINTS": "1",
            "PATH": PATH,
            **kind.environment,
        }
        self._write(edited=False)
        if kind.toolchain == "uv":
            (directory / "pyproject.toml").write_text(_PYPROJECT)
            self._run("uv", "lock", "--offline")
        if kind.command[0] == "pulumi":
            # A backend other than this folder may have stacks of earlier runs.
            self._run("pulumi", "stack", "init", directory.name)

    def do(self, operation: str) -> None:
        """Run the command. For an edit, change the program first, which takes almost no time."""
        verb = "up" if operation == "edit" else operation
        if operation == "edit":
            self._write(edited=True)
        self._run(*self._kind.command, verb, *self._flags(verb), f"--parallel={self._case.parallel}")

    def _flags(self, verb: str) -> tuple[str, ...]:
        return () if verb == "preview" else self._kind.flags

    def _write(self, *, edited: bool) -> None:
        for name, text in self._kind.files(self._case.agents, edited=edited).items():
            (self._directory / name).write_text(text, encoding="utf-8")

    def _run(self, *command: str) -> None:
        done = subprocess.run(
            command, cwd=self._directory, env=self._environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} failed: {done.stdout}{done.stderr}")
