"""Starting provider processes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from pulumi_assistai.engine.processes import ChildProcess, OnLine

_MODULE = "pulumi.dynamic"


class Launcher:
    """Starts provider processes.

    Args:
        engine_address: where the engine serves.
        directory: where the processes run, and what they import the program's modules from.
        environment: their environment.
        on_line: called with each line that one writes.
        preload: modules that they import while they have nothing to do.
    """

    def __init__(
        self,
        engine_address: str,
        directory: Path,
        environment: Mapping[str, str],
        on_line: OnLine,
        preload: Sequence[str],
    ) -> None:
        self._engine_address = engine_address
        self._directory = directory
        self._environment = environment
        self._on_line = on_line
        self._preload = preload
        self._spare: list[asyncio.Task[ChildProcess]] = []

    def start_ahead(self) -> None:
        """Start a process for whoever asks first."""
        self._spare.append(asyncio.create_task(self._start()))

    async def take(self) -> ChildProcess:
        """Return a process of one's own."""
        return await (self._spare.pop() if self._spare else self._start())

    async def close(self) -> None:
        """End the processes that nobody took."""
        for task in self._spare:
            await (await task).stop()

    async def _start(self) -> ChildProcess:
        return await ChildProcess.start(
            _MODULE,
            self._engine_address,
            directory=self._directory,
            environment=self._environment,
            on_line=self._on_line,
            preload=self._preload,
        )
