"""A provider's process ends when the engine that started it is gone, however that came about."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from pulumi_assistai.providers import orphans
from pulumi_assistai.testing import Api
from tests.conftest import Project
from tests.engine.test_killed import is_alive
from tests.waiting import DEADLINE, wait_for

PAUSE = 0.02
AT_MOST = 8.0
"""Seconds until a provider has ended: 5, and some for a busy machine."""


@pytest.fixture
def engine_socket() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def watched(listening: socket.socket) -> Event:
    host, port = listening.getsockname()
    ended = Event()
    Thread(target=orphans.watch, args=(host, port, ended.set, PAUSE), daemon=True).start()
    return ended


def test_the_end_comes_when_nothing_listens_any_more(engine_socket: socket.socket) -> None:
    ended = watched(engine_socket)
    engine_socket.accept()[0].close()
    engine_socket.accept()[0].close()
    assert not ended.is_set()
    engine_socket.close()
    assert ended.wait(DEADLINE)


def test_no_connection_to_the_engine_stays_open(engine_socket: socket.socket) -> None:
    watched(engine_socket)
    connection, _ = engine_socket.accept()
    with connection:
        connection.settimeout(DEADLINE)
        assert connection.recv(1) == b""


def test_one_refusal_or_another_failure_is_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = [ConnectionRefusedError(), OSError("too many open files"), ConnectionRefusedError(), TimeoutError()]
    asked = 0

    def connect(*_: object, **__: object) -> socket.socket:
        nonlocal asked
        asked += 1
        raise (outcomes.pop(0) if outcomes else ConnectionRefusedError())

    monkeypatch.setattr(socket, "create_connection", connect)
    ended = Event()
    orphans.watch("127.0.0.1", 1, ended.set, 0)
    assert (asked, ended.is_set()) == (6, True)


@pytest.mark.parametrize("arguments", [[], ["127.0.0.1:1"], ["tests"], ["example.com:443"]])
def test_processes_that_are_no_providers_are_not_watched(monkeypatch: pytest.MonkeyPatch, arguments: list[str]) -> None:
    def start(*_: object, **__: object) -> None:
        raise AssertionError("a thread was started")

    monkeypatch.setattr(orphans, "Thread", start)
    monkeypatch.setattr(sys, "argv", ["program", *arguments])
    orphans.end_with_engine.__wrapped__()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_providers_end_after_their_engine_was_killed(project: Project, api: Api) -> None:
    project.write('assistai.Agent("ventas", name="Ventas")')
    api.faults.add("hang", method="POST", path="/api/v1/agents", seconds=60)
    with project.stack.start_up() as command:
        wait_for(lambda: api.faults.all()[0]["seen"] or command.poll() is not None)
        providers = processes_in(project.directory)
    killed_at = time.monotonic()
    wait_for(lambda: not any(map(is_alive, providers)))
    assert time.monotonic() - killed_at < AT_MOST
    assert providers


def processes_in(directory: Path) -> list[int]:
    """Return the processes of dynamic providers that run in a folder."""
    return [int(process.name) for process in Path("/proc").glob("[0-9]*") if _serves(process, directory)]


def _serves(process: Path, directory: Path) -> bool:
    try:
        return "pulumi.dynamic" in (process / "cmdline").read_text() and (process / "cwd").readlink() == directory
    except OSError:
        return False
