"""Starting provider processes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

from pulumi_assistai.engine.processes import ChildProcess, OnLine

_MODULE = "pulumi.dynamic"

Launch = Callable[[], Awaitable[ChildProcess]]
"""Starts a process that serves a provider."""


class Launcher:
    """Starts provider processes, the first of them ahead, for whichever provider is needed first.

    Args:
        directory: where the processes run, and what they import the program's modules from.
        environment: their environment.
        on_line: called with each line that one writes.
        preload: modules that they import, after the SDK, while they have nothing to do.
    """

    def __init__(
        self,
        directory: Path,
        environment: Mapping[str, str],
        on_line: OnLine,
        preload: Sequence[str],
    ) -> None:
        self._directory = directory
        self._environment = environment
        self._on_line = on_line
        self._preload = preload
        self._spare: list[ChildProcess] = []

    async def __aenter__(self) -> Self:
        self._spare.append(await self._start())
        return self

    async def __aexit__(self, *_: object) -> None:
        for process in self._spare:
            await process.stop()

    async def launch(self, engine_address: str, environment: Mapping[str, str]) -> ChildProcess:
        """Return a process that serves a provider.

        Args:
            engine_address: where the engine serves.
            environment: what is added to the process's environment.
        """
        process = self._spare.pop() if self._spare else await self._start()
        await process.run(_MODULE, engine_address, environment=environment)
        return process

    async def _start(self) -> ChildProcess:
        return await ChildProcess.start(
            directory=self._directory,
            environment=self._environment,
            on_line=self._on_line,
            preload=[_MODULE, *self._preload],
        )
