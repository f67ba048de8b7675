"""A session with an emulator that lasts for all tests of this folder, where nobody waits."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import stamina

from pulumi_assistai.emulator import Emulator
from pulumi_assistai.lifecycle import creation, whatsapp
from pulumi_assistai.lifecycle.session import Session
from tests.conftest import Api, settings_for
from tests.lifecycle.clock import Clock

Connect = Callable[..., Session]


def listings(api: Api) -> int:
    """Return how often the agents were listed, however many pages that took."""
    queries = [seen["query"] for seen in api.call("GET", "/requests") if seen["path"] == "/api/v1/agents"]
    return len([query for query in queries if "page=1" in query.split("&")])


def live(api: Api, code: str) -> dict[str, Any]:
    """Return the agent of a code as it is live."""
    return next(agent for agent in api.agents() if agent["code"] == code)


@pytest.fixture(scope="package")
def running_emulator() -> Iterator[Emulator]:
    with Emulator(qr_lifetime=0, faults=True) as running:
        # Each test collects garbage. What has been imported is none, and to look through it takes most of the time.
        gc.collect()
        gc.freeze()
        yield running
        gc.unfreeze()


@pytest.fixture
def emulator(running_emulator: Emulator) -> Iterator[Emulator]:
    """Return an emulator with no agents. Starting one for each test would take most of the time of these tests."""
    yield running_emulator
    api = Api(running_emulator.url)
    api.faults.clear()
    for agent in api.agents():
        api.remove(agent["code"])
    api.forget_requests()


@pytest.fixture
def connect(emulator: Emulator) -> Iterator[Connect]:
    """Return the function that opens a session with other settings than the usual ones."""
    sessions: list[Session] = []

    def open_session(**settings: Any) -> Session:
        usual = {"grace_period": 10, "settle_time": 10, "timeout": 5}
        sessions.append(Session(settings_for(emulator.url, **usual | settings)))
        return sessions[-1]

    yield open_session
    # What one test learned of a limit is nothing to the next.
    for session in sessions:
        session.client.close()
    sessions.clear()
    gc.collect()


@pytest.fixture
def session(connect: Connect) -> Session:
    return connect()


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Return the clock by which the lifecycle waits."""
    set_by_tests = Clock()
    monkeypatch.setattr(creation, "time", set_by_tests)
    monkeypatch.setattr(whatsapp, "time", set_by_tests)
    return set_by_tests


@pytest.fixture(autouse=True)
def _no_wait_between_attempts() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3):
        yield
