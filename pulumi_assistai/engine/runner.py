"""Running a program against the engine; the one kind of runner there is starts a process for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Protocol

from pulumi_assistai.engine.processes import ChildProcess, OnLine
from pulumi_assistai.engine.project import Config, Project

_END_GRACE_SECONDS = 10.0


@dataclass(frozen=True)
class RunInfo:
    """What a program is told about the deployment that it is run for. Names are those of the SDK's settings.

    Attributes:
        monitor: the address of the resource monitor.
        engine: the address of the engine.
        project: the project's name.
        stack: the stack's name.
        root_directory: the folder of Pulumi.yaml.
        parallel: how many resources are worked on at a time.
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

    async def start(self, info: RunInfo) -> None:
        """Start the program."""

    async def wait(self) -> int:
        """Return the program's exit status when it has ended and all its output was passed on."""

    async def stop(self) -> None:
        """End the program, if it does not do so by itself within seconds."""


class ProcessRunner:
    """Runs the program of a project in a process of its own.

    Args:
        project: the project.
        config: the stack's configuration.
        environment: the program's environment.
        on_line: called with each line that the program prints.
    """

    def __init__(self, project: Project, config: Config, environment: Mapping[str, str], on_line: OnLine) -> None:
        self._project = project
        self._config = config
        self._environment = environment
        self._on_line = on_line
        self._process: ChildProcess | None = None

    async def start(self, info: RunInfo) -> None:
        """Start the process."""
        configuration = {
            "PULUMI_CONFIG": json.dumps(self._config.values),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(sorted(self._config.secret_keys)),
        }
        self._process = await ChildProcess.start(
            "pulumi_assistai.engine.program",
            json.dumps({"program": str(self._project.program), **asdict(info)}),
            directory=self._project.program_directory,
            environment={**self._environment, **configuration},
            on_line=self._on_line,
        )
        self._process.drain()

    async def wait(self) -> int:
        """Return the exit status when the process has ended."""
        assert self._process is not None, "start comes first"
        return await self._process.wait()

    async def stop(self) -> None:
        """End the process."""
        if self._process is not None:
            await self._process.stop(_END_GRACE_SECONDS)
