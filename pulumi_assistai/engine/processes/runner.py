"""Runners: run a program against the engine, in its own process or as a function in this one."""

from __future__ import annotations

import asyncio
import inspect
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from pulumi_assistai.engine.processes.children import ChildProcess, OnLine
from pulumi_assistai.engine.processes.interpreters import Interpreters
from pulumi_assistai.engine.storage.project import Config, Project

_MODULE = "pulumi_assistai.engine.processes.program"
_END_GRACE_SECONDS = 10.0

Program = Callable[[], Any]
"""A program as a function that declares resources."""


@dataclass(frozen=True)
class RunInfo:
    """Information for a program about its deployment, under the names of the SDK's settings.

    Attributes:
        monitor: the address of the resource monitor.
        engine: the address of the engine.
        project: the project's name.
        stack: the stack's name.
        root_directory: the folder of Pulumi.yaml.
        parallel: the number of resources in progress at a time.
        dry_run: whether this is a preview.
        organization: the organization's name.
    """

    monitor: str
    engine: str
    project: str
    stack: str
    root_directory: str
    parallel: int
    dry_run: bool
    organization: str = field(default="organization")


class Runner(Protocol):
    """Runs one program once."""

    def prepare(self) -> None:
        """Start the process that runs the program, if there is one."""

    async def start(self, info: RunInfo, config: Config) -> None:
        """Start the program.

        Args:
            info: information for the program about the deployment.
            config: the stack's configuration.
        """

    async def wait(self) -> int:
        """Return the program's exit status after it has ended and all its output was passed on."""

    async def stop(self) -> None:
        """End the program if it does not end itself within seconds."""


class ProcessRunner:
    """Runs the program of a project in its own process.

    Args:
        project: the project.
        environment: the program's environment.
        interpreters: provide the process.
        on_line: called with each line that the program prints.
    """

    def __init__(
        self, project: Project, environment: Mapping[str, str], interpreters: Interpreters, on_line: OnLine
    ) -> None:
        self._project = project
        self._environment = environment
        self._interpreters = interpreters
        self._on_line = on_line
        self._process: ChildProcess | None = None

    def prepare(self) -> None:
        """Start the process."""
        self._interpreters.start_ahead("program")

    async def start(self, info: RunInfo, config: Config) -> None:
        """Run the program in the process."""
        self._process = ChildProcess(self._interpreters.take("program"), self._on_line)
        self._process.drain()
        environment = {
            **self._environment,
            "PULUMI_CONFIG": json.dumps(config.values),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(sorted(config.secret_keys)),
        }
        program = str(self._project.program)
        directory = self._project.program_directory
        settings = json.dumps(asdict(info))
        await self._process.run(_MODULE, program, settings, directory=directory, environment=environment)

    async def wait(self) -> int:
        """Return the exit status after the process has ended."""
        assert self._process is not None, "start comes first"
        return await self._process.wait()

    async def stop(self) -> None:
        """End the process."""
        if self._process is not None:
            await self._process.stop(_END_GRACE_SECONDS)


class FunctionRunner:
    """Runs a function as the program, in a thread of this process.

    Args:
        program: the function.
        environment: the content of `os.environ` while it runs.
    """

    def __init__(self, program: Program, environment: Mapping[str, str]) -> None:
        self._program = program
        self._environment = environment
        self._task: asyncio.Task[int] | None = None

    def prepare(self) -> None:
        """Do nothing: this process is ready."""

    async def start(self, info: RunInfo, config: Config) -> None:
        """Start the thread."""
        self._task = asyncio.create_task(asyncio.to_thread(self._run, info, config))

    async def wait(self) -> int:
        """Return the exit status after the function and everything that it started have ended."""
        assert self._task is not None, "start comes first"
        return await asyncio.shield(self._task)

    async def stop(self) -> None:
        """Wait for the function, because a thread cannot be ended."""
        if self._task is not None:
            await self._task

    def _run(self, info: RunInfo, config: Config) -> int:
        # Only a function as a program needs the SDK in the engine's process.
        from pulumi_assistai.engine.processes.program import run  # noqa: PLC0415

        place = inspect.getsourcefile(inspect.unwrap(self._program)) or ""
        with _environment(self._environment):
            return run(self._program, place, asdict(info), dict(config.values), config.secret_keys)


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    _set_environment(values)
    try:
        yield
    finally:
        _set_environment(before)


def _set_environment(values: Mapping[str, str]) -> None:
    for name in os.environ.keys() - values.keys():
        del os.environ[name]
    os.environ.update(values)
