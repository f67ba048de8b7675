"""Names that are refused."""

from __future__ import annotations

import httpx
import pytest

from pulumi_assistai.emulator import Emulator
from tests.emulator.conftest import ACME, connect, create, messages
from tests.emulator.oddities.conftest import odd


def refusals(client: httpx.Client, name: str) -> list[httpx.Response]:
    """Return the answers to a new agent and to another one's change."""
    code = create(client, "otro")
    return [client.post("/agents", json={"name": name}), client.patch(f"/agents/{code}", json={"name": name})]


@pytest.mark.parametrize("status", [400, 409])
def test_a_taken_name(status: int) -> None:
    with odd(f"unique-names={status},trim") as (client, _):
        code = create(client, "Ventas")
        for answer in refusals(client, "Ventas "):
            assert answer.status_code == status
            assert answer.json()["message"] == "Ya existe un agente con el nombre Ventas"
        assert client.patch(f"/agents/{code}", json={"name": "Ventas", "tone": "x"}).status_code == 204
        assert client.patch(f"/agents/{code}", json={"tone": "y"}).status_code == 204


def test_a_name_may_be_taken_in_another_organization() -> None:
    with Emulator(odd="unique-names=409") as emulator, connect(emulator) as client, connect(emulator, ACME) as acme:
        create(client, "Ventas")
        create(acme, "Ventas")


def test_a_long_name() -> None:
    with odd("name-length=10") as (client, _):
        create(client, "0123456789")
        for answer in refusals(client, "0123456789a"):
            assert messages(answer) == ["name must be shorter than or equal to 10 characters"]


def test_characters_that_names_may_not_have() -> None:
    with odd("name-without=[]") as (client, _):
        create(client, "(archived) Ventas")
        for answer in refusals(client, "[archived] Ventas"):
            assert messages(answer) == ["name must not contain any of the following characters: []"]


def test_a_refused_agent_is_not_made() -> None:
    with odd("name-length=10") as (client, control):
        assert client.post("/agents", json={"name": "0123456789a"}).status_code == 400
        assert control.get("/agents").json() == []
