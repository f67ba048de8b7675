"""Starting provider processes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from pulumi_assistai.engine.processes.children import ChildProcess, OnLine
from pulumi_assistai.engine.processes.interpreters import Interpreters


class Launcher:
    """Starts provider processes, the first of them ahead, for whichever provider is needed first.

    Args:
        interpreters: what becomes such a process.
        engine_address: where the engine serves.
        directory: where the processes run, and what they import the program's modules from.
        environment: their environment.
        on_line: called with each line that one writes.
    """

    def __init__(
        self,
        interpreters: Interpreters,
        *,
        engine_address: str,
        directory: Path,
        environment: Mapping[str, str],
        on_line: OnLine,
    ) -> None:
        self._interpreters = interpreters
        self._engine_address = engine_address
        self._directory = directory
        self._environment = environment
        self._on_line = on_line
        self._ahead: list[asyncio.Task[ChildProcess]] = []

    async def __aenter__(self) -> Self:
        self._ahead.append(asyncio.create_task(self._launch()))
        return self

    async def __aexit__(self, *_: object) -> None:
        for process in self._ahead:
            await (await process).stop()

    async def launch(self) -> ChildProcess:
        """Return a process that serves a provider, the first line of which is its port."""
        return await (self._ahead.pop() if self._ahead else self._launch())

    async def _launch(self) -> ChildProcess:
        process = ChildProcess(self._interpreters.take("provider"), self._on_line)
        await process.run(
            "pulumi.dynamic", self._engine_address, directory=self._directory, environment=self._environment
        )
        return process
