"""The executor works on as many resources at a time as it may, and on no more."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, cast

import pytest

from pulumi_assistai.engine.errors import EngineError, ShutdownError
from pulumi_assistai.engine.execution.executor import Executor
from pulumi_assistai.engine.execution.steps import Step, StepContext
from pulumi_assistai.engine.model.resource import Resource
from pulumi_assistai.engine.reporting.events import Op
from pulumi_assistai.engine.reporting.recorder import Recorder
from pulumi_assistai.engine.storage.state import State
from tests.engine.conftest import Events

AT_A_TIME = 5


class Crowd:
    """What the steps under way have in common: nobody goes on before `size` have come.

    Attributes:
        most: how many were there at a time at most.
    """

    def __init__(self, size: int) -> None:
        self.most = 0
        self._here = 0
        self._together = asyncio.Barrier(size)

    async def meet(self) -> None:
        self._here += 1
        self.most = max(self.most, self._here)
        async with asyncio.timeout(60):
            await self._together.wait()
        self._here -= 1


@dataclass(eq=False, kw_only=True)
class MeetingStep(Step):
    """Waits for the others."""

    op = Op.REFRESH
    old: Resource
    crowd: Crowd

    async def apply(self) -> None:
        await self.crowd.meet()

    def settle(self, state: State) -> bool:  # noqa: ARG002
        return False


def made(parallel: int) -> tuple[Executor, Recorder]:
    recorder = Recorder(Events(), "refresh")
    # The steps have no part in the state.
    return Executor(cast("State", None), recorder, parallel), recorder


def steps(crowd: Crowd, number: int) -> list[MeetingStep]:
    context = cast("StepContext", None)
    return [
        MeetingStep(context=context, old=Resource(f"urn:pulumi:a::b::c::{one}", "c"), crowd=crowd)
        for one in range(number)
    ]


def finish(work: Coroutine[Any, Any, None]) -> None:
    async def limited() -> None:
        async with asyncio.timeout(120):
            await work

    asyncio.run(limited())


@pytest.mark.parametrize("grouped", [True, False])
def test_as_many_steps_as_may_are_under_way_at_a_time_and_no_more(*, grouped: bool) -> None:
    async def work() -> None:
        executor, recorder = made(AT_A_TIME)
        crowd = Crowd(AT_A_TIME)
        group = steps(crowd, 3 * AT_A_TIME)
        if grouped:
            await executor.run_group(group)
        else:
            await asyncio.gather(*(executor.run([step]) for step in group))
        assert crowd.most == AT_A_TIME
        assert not recorder.failed

    finish(work())


def test_the_steps_of_one_resource_are_carried_out_one_after_the_other() -> None:
    async def work() -> None:
        executor, _ = made(AT_A_TIME)
        crowd = Crowd(1)
        await executor.run(steps(crowd, 3))
        assert crowd.most == 1

    finish(work())


def test_nothing_begins_after_a_failure() -> None:
    class Failure(MeetingStep):
        async def apply(self) -> None:
            raise EngineError("there is no room")

    async def work() -> None:
        executor, recorder = made(1)
        [failing], crowd = steps(Crowd(1), 1), Crowd(1)
        with pytest.raises(ShutdownError):
            await executor.run([Failure(context=failing.context, old=failing.old, crowd=crowd), *steps(crowd, 1)])
        with pytest.raises(ShutdownError):
            await executor.run_group(steps(crowd, 2))
        assert recorder.failed
        assert crowd.most == 0

    finish(work())
