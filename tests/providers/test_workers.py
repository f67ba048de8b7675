"""As many calls are in flight as the engine asks for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from pulumi_assistai.client.transport import MOST_CONNECTIONS
from pulumi_assistai.providers.workers import CEILING, widen_own_pool
from tests.conftest import Api, Project
from tests.waiting import DEADLINE, wait_while_running

MANY = 24


def test_a_pool_is_widened_from_within_and_others_are_not() -> None:
    with ThreadPoolExecutor(4) as pool, ThreadPoolExecutor(4) as other:
        pool.submit(widen_own_pool).result(DEADLINE)
        everybody = Barrier(MANY, timeout=DEADLINE)
        assert len({future.result() for future in [pool.submit(everybody.wait) for _ in range(MANY)]}) == MANY
        assert other._max_workers == 4  # noqa: SLF001 - there is no public way to ask


def test_outside_a_pool_and_in_an_unknown_one_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    widen_own_pool()
    with ThreadPoolExecutor(4) as pool:
        monkeypatch.setattr(pool, "_max_workers", "of another kind")
        monkeypatch.setattr(pool, "_adjust_thread_count", lambda: None)
        widen_own_pool()
        assert pool._max_workers == "of another kind"  # noqa: SLF001 - as above


def test_every_call_has_its_connection() -> None:
    assert MOST_CONNECTIONS >= CEILING


def test_the_provider_process_works_on_more_than_four_at_a_time(project: Project, api: Api) -> None:
    project.write("for number in range(16): assistai.Agent(f'a{number}', name=f'Agente {number}')")
    api.faults.add("hang-after", method="POST", seconds=60, count=0)
    with project.stack.start_up("--parallel=16") as running:
        wait_while_running(running, lambda: api.faults.all()[0]["seen"] == 16)
