"""The other dialect: as unlike the first one as the API's document allows."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from pulumi_assistai.emulator import Emulator
from tests.emulator.conftest import connect, create, dashboard, decode, whatsapp

JSON = "application/json; charset=utf-8"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(dialect="other", qr_lifetime=0) as running:
        yield running


def is_unfamiliar(body: dict[str, Any], *documented: str) -> bool:
    """Tell whether an object has the documented fields in another order, and others besides."""
    known = [name for name in body if name in documented]
    return known == list(documented)[::-1] and len(body) > len(documented)


def test_codes_are_uuids(client: httpx.Client) -> None:
    answer = client.post("/agents", json={"name": "Ventas"})
    assert (answer.status_code, answer.headers["content-type"]) == (201, JSON)
    assert is_unfamiliar(answer.json(), "code")
    assert str(uuid.UUID(answer.json()["code"])) == answer.json()["code"]


def test_listed_agents(client: httpx.Client) -> None:
    create(client, "Ventas")
    create(client, "Soporte", description="")
    answer = client.get("/agents")
    assert answer.headers["content-type"] == JSON
    assert is_unfamiliar(answer.json(), "data", "meta")
    ventas, soporte = answer.json()["data"]
    assert is_unfamiliar(ventas, "code", "name", "model", "createdAt")
    assert is_unfamiliar(soporte, "code", "name", "model", "description", "createdAt")
    assert "description" not in ventas
    assert isinstance(ventas["createdAt"], int)
    assert ventas["createdAt"] < soporte["createdAt"]


def test_counts_have_other_names(client: httpx.Client) -> None:
    def meta(**query: Any) -> dict[str, Any]:
        found: dict[str, Any] = client.get("/agents", params=query).json()["meta"]
        assert is_unfamiliar(found, "total", "currentPage", "lastPage")
        return {name: found[name] for name in ("total", "currentPage", "lastPage")}

    assert meta() == {"total": 0, "currentPage": 1, "lastPage": 1}
    for number in range(3):
        create(client, f"Agente {number}")
    assert meta(take=2, page=2) == {"total": 3, "currentPage": 2, "lastPage": 2}


def test_errors_are_objects_in_objects(client: httpx.Client) -> None:
    expected = {
        "NOT_FOUND": client.patch("/agents/nothing", json={}),
        "BAD_REQUEST": client.post("/agents", json={"name": 1, "foo": 1}),
        "UNAUTHORIZED": client.get("/agents", headers={"authorization": "Bearer unknown"}),
        "FORBIDDEN": client.get("/agents", headers={"x-tenant-domain": "acme"}),
    }
    for code, answer in expected.items():
        assert list(answer.json()) == ["error"]
        assert is_unfamiliar(answer.json()["error"], "code", "detail")
        assert answer.json()["error"]["code"] == code
    detail = expected["BAD_REQUEST"].json()["error"]["detail"]
    assert detail == "name must be a string; property foo should not exist"


def test_whatsapp(client: httpx.Client, control: httpx.Client) -> None:
    code = create(client)
    payload = decode(client.get(whatsapp(code) + "/qr"))
    control.post(f"/agents/{code}/whatsapp/link", json={"phoneNumber": "584221234567", "qr": payload})
    answer = client.get(whatsapp(code) + "/qr")
    assert answer.headers["content-type"] == JSON
    assert is_unfamiliar(answer.json(), "status", "phoneNumber", "message")
    assert answer.json()["status"] == "connected"
    assert answer.json()["message"] == "The agent is already connected to WhatsApp"
    ended = client.delete(whatsapp(code))
    assert (ended.status_code, ended.content) == (200, b"")


def test_conversations(client: httpx.Client, control: httpx.Client) -> None:
    code = create(client)
    identifier = control.post(f"/agents/{code}/messages", json={"content": "Hola"}).json()["conversation"]
    [conversation] = client.get("/conversations").json()["data"]
    assert is_unfamiliar(conversation, "uuid", "title", "createdAt")
    message = client.get(f"/conversations/{identifier}/messages").json()["data"][0]
    assert is_unfamiliar(message, "id", "sender", "content", "timestamp")
    assert isinstance(message["timestamp"], int)


def test_the_control_api_has_one_dialect(client: httpx.Client, control: httpx.Client) -> None:
    create(client)
    assert control.get("/health").json()["dialect"] == "other"
    [agent] = control.get("/agents").json()
    assert agent["createdAt"].endswith("Z")
    assert agent["description"] is None
    assert control.delete("/agents/nothing").json()["statusCode"] == 404


def test_a_database_may_change_its_dialect(tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("dialects") / "emulator.db"
    with Emulator(db=file) as emulator, connect(emulator) as client:
        old = create(client)
    with Emulator(db=file, dialect="other") as emulator, connect(emulator) as client, dashboard(emulator) as control:
        create(client)
        assert client.patch(f"/agents/{old}", json={"tone": "x"}).status_code == 204
        assert len(control.get("/agents").json()) == 2
