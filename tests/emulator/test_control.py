"""The dashboard's side of agents, under /sandbox."""

from __future__ import annotations

import httpx
import pytest

from tests.emulator.conftest import create, messages, names

OWNER = {"tenant": "acme", "organization": "ACME"}


def test_health(control: httpx.Client) -> None:
    assert control.get("/health").json() == {
        "status": "ok",
        "dialect": "nest",
        "odd": "",
        "organizations": [{"tenant": "sandbox", "organization": "SANDBOX"}, OWNER],
    }


def test_agents_of_all_organizations_with_all_fields(
    client: httpx.Client, acme: httpx.Client, control: httpx.Client
) -> None:
    create(client, "Ventas", instructions="Vende.", tone="amigable")
    create(acme, "Recepción")
    ventas, recepcion = control.get("/agents").json()
    created = ventas.pop("createdAt")
    assert created < recepcion["createdAt"]
    assert ventas == {
        "code": "A-001",
        "name": "Ventas",
        "model": "gpt-4o-mini",
        "description": None,
        "purpose": None,
        "instructions": "Vende.",
        "tone": "amigable",
        "voice": None,
        "tenant": "sandbox",
        "organization": "SANDBOX",
        "whatsapp": "disconnected",
        "phoneNumber": None,
        "qr": None,
    }
    assert (recepcion["tenant"], recepcion["organization"]) == ("acme", "ACME")


def test_an_agent_of_the_dashboard(acme: httpx.Client, client: httpx.Client, control: httpx.Client) -> None:
    answer = control.post("/agents", json={"name": "Manual", "purpose": "Probar", **OWNER})
    assert answer.status_code == 201
    assert (answer.json()["purpose"], answer.json()["organization"]) == ("Probar", "ACME")
    assert names(acme.get("/agents")) == ["Manual"]
    assert acme.patch(f"/agents/{answer.json()['code']}", json={"name": "Otro"}).status_code == 204
    assert names(client.get("/agents")) == []


def test_an_agent_of_the_dashboard_belongs_to_an_account(control: httpx.Client) -> None:
    refused = messages(control.post("/agents", json={"name": "Manual", "tenant": "sandbox", "organization": "ACME"}))
    assert refused == "no account has tenant sandbox and organization ACME"
    assert len(messages(control.post("/agents", json={"foo": 1}))) == 7


def test_an_edit_of_the_dashboard(client: httpx.Client, control: httpx.Client) -> None:
    code = create(client, description="antes", instructions="antes")
    answer = control.patch(f"/agents/{code}", json={"description": "tocado", "instructions": ""})
    assert (answer.status_code, answer.json()["instructions"]) == (200, "")
    assert client.get("/agents").json()["data"][0]["description"] == "tocado"
    assert messages(control.patch(f"/agents/{code}", json={"whatsapp": "connected"}))


def test_a_removal_of_the_dashboard(client: httpx.Client, control: httpx.Client) -> None:
    code = create(client)
    answer = control.delete(f"/agents/{code}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert names(client.get("/agents")) == []
    assert client.patch(f"/agents/{code}", json={}).status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", ""),
        ("DELETE", ""),
        ("POST", "/whatsapp"),
        ("DELETE", "/whatsapp"),
        ("POST", "/whatsapp/link"),
        ("POST", "/whatsapp/unlink"),
        ("POST", "/messages"),
    ],
)
def test_no_agent(control: httpx.Client, method: str, path: str) -> None:
    body = {"/whatsapp/link": {"phoneNumber": "58"}, "/messages": {"content": "Hola"}}.get(path, {})
    answer = control.request(method, f"/agents/A-404{path}", json=body)
    assert answer.status_code == 404
    assert answer.json()["message"] == "Agente A-404 no encontrado"


def test_bodies_are_validated(client: httpx.Client, control: httpx.Client) -> None:
    code = create(client)
    assert messages(control.post(f"/agents/{code}/whatsapp/link", json={}))
    assert messages(control.post(f"/agents/{code}/messages", json={"content": ""})) == ["content should not be empty"]


def test_what_no_route_answers(control: httpx.Client) -> None:
    answer = control.get("/nothing")
    assert answer.status_code == 404
    assert answer.json()["message"] == "Cannot GET /sandbox/nothing"
