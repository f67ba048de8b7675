"""The executor: carries out steps, several at a time, until one fails."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from pulumi_assistai.engine.errors import EngineError, ProtectedError, ShutdownError
from pulumi_assistai.engine.execution.steps import Step
from pulumi_assistai.engine.model.resource import Resource
from pulumi_assistai.engine.reporting.recorder import Recorder
from pulumi_assistai.engine.storage.state import State


class Executor:
    """Carries out steps and keeps the state up to date.

    Attributes:
        stopped: set when something failed.
        kept: resources that were not deleted because they are protected.

    Args:
        state: the state.
        recorder: receives the events.
        parallel: the number of chains of steps that may be in progress at a time.
    """

    def __init__(self, state: State, recorder: Recorder, parallel: int) -> None:
        self.stopped = asyncio.Event()
        self.kept: set[Resource] = set()
        self._crashes: list[Exception] = []
        self._state = state
        self._recorder = recorder
        self._slots = asyncio.Semaphore(parallel)
        self._running: set[asyncio.Task[object]] = set()

    def check(self) -> None:
        """Refuse to begin after a failure.

        Raises:
            ShutdownError: something failed.
        """
        if self.stopped.is_set():
            raise ShutdownError("the deployment has failed")

    def check_failed(self) -> None:
        """Refuse to begin after a failure, even one that was not fatal.

        Raises:
            ShutdownError: something failed.
        """
        if self._recorder.failed:
            self.stop()
        self.check()

    def fail(self, message: str, urn: str = "") -> None:
        """Report an error, and begin nothing more."""
        self._recorder.error(message, urn)
        self.stopped.set()

    def stop(self) -> None:
        """Begin nothing more."""
        self.stopped.set()

    def crash(self, error: Exception) -> None:
        """Begin nothing more because of a bug in the engine, which `drain` raises."""
        self._crashes.append(error)
        self.stopped.set()

    async def run(self, steps: Sequence[Step]) -> None:
        """Carry out steps one after the other.

        Raises:
            ShutdownError: one of them, or something before, failed.
        """
        async with self._slots:
            for step in steps:
                self.check()
                await self._finish(step)
            self.check()

    async def run_group(self, steps: Sequence[Step]) -> None:
        """Carry out steps at the same time.

        Raises:
            ShutdownError: one of them, or something before, failed.
        """
        results = await asyncio.gather(*(self.run([step]) for step in steps), return_exceptions=True)
        for error in results:
            if error is not None and not isinstance(error, ShutdownError):
                raise error
        self.check()

    async def drain(self) -> None:
        """Wait for the steps in progress. Raise the exception of a bug in the engine, if there was one."""
        while self._running:
            await asyncio.wait(self._running)
        if self._crashes:
            raise self._crashes[0]

    async def _finish(self, step: Step) -> None:
        # A step that has begun runs to its end and into the state, even if nothing waits for it any more.
        task: asyncio.Task[object] = asyncio.create_task(self._execute(step))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await asyncio.shield(task)

    async def _execute(self, step: Step) -> None:
        if step.shown:
            self._recorder.started(step.change)
        operation = self._state.begin(step.pending, step.resource) if step.pending else None
        if operation is not None:
            await self._state.save()
        began = time.monotonic()
        try:
            await step.apply()
        except EngineError as error:
            if operation is not None:
                self._state.end(operation)
                await self._state.save()
            self._report(step, time.monotonic() - began, error)
            return
        if operation is not None:
            self._state.end(operation)
        if step.settle(self._state):
            await self._state.save()
        if step.shown:
            self._recorder.finished(step.change, time.monotonic() - began)
        if step.counted_op is not None:
            self._recorder.count(step.counted_op)

    def _report(self, step: Step, seconds: float, error: EngineError) -> None:
        self._recorder.failed_step(step.change, seconds, str(error))
        # A protected resource was not changed, so the rest can go on.
        if isinstance(error, ProtectedError):
            self.kept.add(step.resource)
        elif step.fatal:
            self.stopped.set()
