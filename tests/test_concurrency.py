"""What may be done at the same time is done so: the API here answers nobody before many have asked."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, BrokenBarrierError, Lock
from typing import Any

import pytest

import pulumi_assistai as assistai
from pulumi_assistai.client import Client
from pulumi_assistai.client.transport import MOST_CONNECTIONS
from pulumi_assistai.engine import Result, Stack
from pulumi_assistai.lifecycle import agents, whatsapp
from pulumi_assistai.lifecycle.session import Session
from pulumi_assistai.providers.agents import AgentProvider
from tests.conftest import NATIVE, Project, emulated, needs_pulumi, settings_for
from tests.engine.conftest import Events
from tests.in_process import account, as_in_its_own, configure
from tests.scripted import Reply, Request, Server, as_json, serve

MANY = 16
CODES = [f"A-{number}" for number in range(MANY)]
PNG = Reply(200, b"\x89PNG\r\n\x1a\n", {"content-type": "image/png"})


class Crowd:
    """An API that answers a call only once `size` calls of its kind are in flight; it lists what was made."""

    def __init__(self, size: int = MANY) -> None:
        self.calls: defaultdict[str, int] = defaultdict(int)
        self._together: defaultdict[str, Barrier] = defaultdict(lambda: Barrier(size, timeout=60))
        self._agents: list[dict[str, str]] = []
        self._lock = Lock()

    def __call__(self, request: Request) -> Reply:
        path = request.path.partition("?")[0]
        if (request.method, path) == ("GET", "/api/v1/agents"):
            return as_json({"data": self._agents if "page=1&" in request.path else []})
        kind = (
            f"{request.method} {path.rpartition('/')[2]}" if path.endswith(("/qr", "/whatsappweb")) else request.method
        )
        with self._lock:
            self.calls[kind] += 1
            together, code = self._together[kind], f"A-{len(self._agents)}"
            if kind == "POST":
                self._agents.append({"code": code, **json.loads(request.body)})
        try:
            together.wait()
        except BrokenBarrierError:
            return Reply(400, b"too few at a time")
        return {"POST": as_json({"code": code}, 201), "GET qr": PNG}.get(kind, Reply(204))


@pytest.fixture
def crowd() -> Crowd:
    return Crowd()


@pytest.fixture
def server(crowd: Crowd) -> Iterator[Server]:
    with serve(crowd) as running:
        yield running


def at_once(call: Callable[[str], Any]) -> list[Any]:
    """Return what the call returns for each code, all of them called at the same time."""
    with ThreadPoolExecutor(MANY) as pool:
        return list(pool.map(call, CODES))


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        (lambda client, code: client.agents.create({"name": code}), "POST"),
        (lambda client, code: client.agents.update(code, {"name": code}), "PATCH"),
        (lambda client, code: client.whatsapp.connect(code), "GET qr"),
        (lambda client, code: client.whatsapp.disconnect(code), "DELETE whatsappweb"),
    ],
    ids=["create", "update", "connect", "disconnect"],
)
def test_threads_call_the_api_through_one_client(
    crowd: Crowd, server: Server, call: Callable[[Client, str], Any], kind: str
) -> None:
    with Client(settings_for(server.url, timeout=120)) as client:
        at_once(lambda code: call(client, code))
    assert crowd.calls == {kind: MANY}


def test_a_client_has_a_connection_for_every_call_that_can_be_in_flight() -> None:
    crowd = Crowd(MOST_CONNECTIONS)
    with (
        serve(crowd) as server,
        Client(settings_for(server.url, timeout=120)) as client,
        ThreadPoolExecutor(MOST_CONNECTIONS) as pool,
    ):
        list(pool.map(lambda number: client.agents.update(f"A-{number}", {"name": "x"}), range(MOST_CONNECTIONS)))
    assert crowd.calls == {"PATCH": MOST_CONNECTIONS}


def test_a_session_creates_updates_and_archives_agents_at_the_same_time(crowd: Crowd, server: Server) -> None:
    session = Session(settings_for(server.url, timeout=120))
    made = at_once(lambda code: agents.create(session, {"name": f"Agente {code}"}))
    assert {one.id for one in made} == set(CODES)
    recorded = {one.id: one.outputs for one in made}
    at_once(lambda code: agents.update(session, code, recorded[code], {"name": f"Otro {code}"}))
    assert crowd.calls == {"POST": MANY, "PATCH": MANY}
    later = Session(session.settings)
    at_once(lambda code: agents.delete(later, code, recorded[code] | {"on_delete": "archive"}))
    assert crowd.calls == {"POST": MANY, "PATCH": 2 * MANY, "DELETE whatsappweb": MANY}


def test_a_session_connects_reads_and_disconnects_integrations_at_the_same_time(crowd: Crowd, server: Server) -> None:
    session = Session(settings_for(server.url, timeout=120))
    made = at_once(lambda code: whatsapp.create(session, {"agent_code": code}))
    recorded = {one.id: one.outputs for one in made}
    later = Session(session.settings)
    at_once(lambda code: whatsapp.read(later, recorded[code]))
    lost = {"status": "disconnected"}
    at_once(lambda code: whatsapp.update(later, recorded[code] | lost, {"agent_code": code}))
    at_once(lambda code: whatsapp.delete(later, recorded[code]))
    assert crowd.calls == {"GET qr": 3 * MANY, "DELETE whatsappweb": MANY}


def test_a_provider_creates_more_agents_at_the_same_time_than_the_sdk_has_threads(crowd: Crowd, server: Server) -> None:
    provider = AgentProvider()
    with as_in_its_own(), ThreadPoolExecutor(4) as pool:
        pool.submit(configure, provider, account(server.url, timeout="120")).result(60)
        made = list(pool.map(lambda code: provider.create({"name": f"Agente {code}"}), CODES))
    assert {one.id for one in made} == set(CODES)
    assert crowd.calls == {"POST": MANY}


class Fleet:
    """A stack of many agents and of as many integrations, none of which needs another."""

    def __init__(self, directory: Path, url: str) -> None:
        environment = emulated(url) | {"ASSISTAI_TIMEOUT": "120", "ASSISTAI_REAPPLY": "true"}
        self._stack = Stack(directory, environment=environment, program=self._program)
        self.tone = "neutral"

    def _program(self) -> None:
        for code in CODES:
            assistai.Agent(f"agent-{code}", name=f"Agente {code}", tone=self.tone, on_delete="archive")
            assistai.WhatsAppIntegration(f"whatsapp-{code}", agent_code=code)

    def run(self, verb: str) -> Result:
        result: Result = getattr(self._stack, verb)(Events(), parallel=2 * MANY)
        assert result.succeeded, result.diagnostics
        return result


def test_the_engine_works_on_as_many_resources_at_a_time_as_it_is_told(
    crowd: Crowd, server: Server, tmp_path: Path
) -> None:
    fleet = Fleet(tmp_path, server.url)
    fleet.run("up")
    assert crowd.calls == {"POST": MANY, "GET qr": MANY}
    fleet.tone = "amigable"
    fleet.run("up")
    assert crowd.calls == {"POST": MANY, "GET qr": MANY, "PATCH": MANY}


@pytest.mark.parametrize("engine", [f"embedded{NATIVE}", pytest.param(f"pulumi{NATIVE}", marks=needs_pulumi)])
def test_a_native_provider_has_as_many_creations_in_flight_as_are_allowed(engine: str, tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: trial\nruntime: python\n", encoding="utf-8")
    crowd = Crowd(2 * MANY)
    with serve(crowd) as server:
        project = Project(engine, tmp_path, emulated(server.url) | {"ASSISTAI_TIMEOUT": "120"})
        project.write(f'for number in range({2 * MANY}): assistai.Agent(f"a{{number}}", name=f"Agente {{number}}")')
        outcome = project.run("up", f"--parallel={2 * MANY}")
    assert outcome.ok, outcome.text
    assert crowd.calls == {"POST": 2 * MANY}
