"""Starting, stopping and starting again."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from pulumi_assistai.emulator import Emulator, EmulatorError, create_app
from tests.emulator.conftest import connect, create, dashboard, decode, names, whatsapp
from tests.waiting import DEADLINE


def test_several_run_side_by_side() -> None:
    with Emulator() as first, Emulator() as second, connect(first) as one, connect(second) as two:
        assert first.url != second.url
        create(one)
        assert names(two.get("/agents")) == []


def test_it_stops_and_its_port_is_free_again() -> None:
    with Emulator() as emulator:
        port = int(emulator.url.rpartition(":")[2])
    with pytest.raises(httpx.ConnectError):
        httpx.get(emulator.url)
    with Emulator(port=port) as again:
        assert again.url == emulator.url
        assert httpx.get(f"{again.url}/sandbox/health").status_code == 200


def test_it_stops_while_a_client_keeps_its_connection() -> None:
    with Emulator() as emulator, connect(emulator) as client:
        client.get("/agents")
        emulator.stop()
        with pytest.raises(httpx.HTTPError):
            client.get("/agents")


def test_a_port_in_use_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(EmulatorError, match=f"cannot listen on 127.0.0.1:{port}: Address already in use; choose"):
            Emulator(port=port)


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 65536), ("256.0.0.1", 0), ("192.0.2.1", 0)])
def test_an_address_that_cannot_be_listened_on(host: str, port: int) -> None:
    with pytest.raises(EmulatorError, match=f"cannot listen on {host}:{port}: .+; choose another port or address"):
        Emulator(host=host, port=port)


def test_every_address_is_reached_by_loopback() -> None:
    with Emulator(host="0.0.0.0") as emulator:
        assert emulator.url.startswith("http://127.0.0.1:")
        assert httpx.get(f"{emulator.url}/sandbox/health").status_code == 200


def test_data_survive_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "emulator.db"
    with Emulator(db=file) as emulator, connect(emulator) as client, dashboard(emulator) as control:
        connected, waiting, removed = create(client, "Ventas", tone="amigable"), create(client), create(client)
        for code in (connected, waiting):
            client.get(whatsapp(code) + "/qr")
        control.post(f"/agents/{connected}/whatsapp/link", json={"phoneNumber": "584221234567"})
        control.delete(f"/agents/{removed}/whatsapp")
        control.post(f"/agents/{connected}/messages", json={"content": "Hola"})
        before = control.get("/agents").json()
        talked = client.get("/conversations").json()
    with Emulator(db=file) as emulator, connect(emulator) as client, dashboard(emulator) as control:
        assert control.get("/agents").json() == before
        assert [agent["whatsapp"] for agent in before] == ["connected", "connecting", None]
        assert client.get("/conversations").json() == talked
        assert client.get(whatsapp(connected) + "/qr").json()["phoneNumber"] == "584221234567"
        assert decode(client.get(whatsapp(waiting) + "/qr")) == before[1]["qr"]
        assert create(client) == "A-004"


def test_data_in_memory_end_with_it() -> None:
    for _ in range(2):
        with Emulator() as emulator, connect(emulator) as client:
            assert create(client) == "A-001"


def test_two_emulators_may_share_a_file(tmp_path: Path) -> None:
    file = tmp_path / "emulator.db"
    with Emulator(db=file) as first, Emulator(db=file) as second, connect(first) as one, connect(second) as two:
        assert [create(one), create(two), create(one)] == ["A-001", "A-002", "A-003"]
        assert len(names(two.get("/agents"))) == 3


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("no database " * 100, encoding="utf-8")
    for wrong in (file, tmp_path, tmp_path / "missing" / "emulator.db"):
        with pytest.raises(EmulatorError, match=r"cannot open the database .*; choose another file"):
            Emulator(db=wrong)


def test_a_database_of_something_else_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE agents (name TEXT)")
    with pytest.raises(EmulatorError, match="it is not a database of this version of the emulator"):
        Emulator(db=file)


def test_latency_delays_the_imitated_api_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("pulumi_assistai.emulator.middleware.asyncio", SimpleNamespace(sleep=sleep))
    with Emulator(latency=1234.5) as emulator, connect(emulator) as client, dashboard(emulator) as control:
        assert client.get("/agents").status_code == 200
        control.get("/agents")
    assert waited == [1234.5]


def test_the_application_can_be_served_otherwise() -> None:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=create_app())
        async with httpx.AsyncClient(transport=transport, base_url="http://emulator") as client:
            return await client.get("/sandbox/health")

    assert asyncio.run(ask()).json()["status"] == "ok"


@pytest.mark.parametrize("name", ["Emulator", "create_app"])
def test_without_its_extra_the_emulator_says_how_to_get_it(name: str) -> None:
    code = f"import sys; sys.modules['uvicorn'] = None; from pulumi_assistai.emulator import DEFAULT_ACCOUNTS, {name}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=DEADLINE)
    assert done.stderr.splitlines()[-1] == (
        "ImportError: the emulator needs an extra (uvicorn is missing): pip install 'pulumi-assistai[emulator]'"
    )
