"""The journal of the requests that the imitated API saw."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import httpx

from pulumi_assistai.emulator import Emulator
from tests.emulator.conftest import create, decode, whatsapp


def test_a_request_is_noted(client: httpx.Client, control: httpx.Client) -> None:
    client.post("/agents", json={"name": "Ventas"}, headers={"user-agent": "a test"})
    assert control.get("/requests").json() == [
        {
            "sequence": 1,
            "method": "POST",
            "path": "/api/v1/agents",
            "query": "",
            "body": {"name": "Ventas"},
            "status": 201,
            "tenant": "sandbox",
            "organization": "SANDBOX",
            "userAgent": "a test",
        }
    ]


def test_requests_are_noted_in_order(client: httpx.Client, acme: httpx.Client, control: httpx.Client) -> None:
    code = create(client)
    client.patch(f"/agents/{code}", json={"tone": "amigable"})
    acme.get("/agents?criteria=%C3%A1+b&page=1")
    client.get("/agents?page=0")
    decode(client.get(whatsapp(code) + "/qr"))
    noted = control.get("/requests").json()
    assert [entry["sequence"] for entry in noted] == [1, 2, 3, 4, 5]
    assert [entry["status"] for entry in noted] == [201, 204, 200, 400, 200]
    assert noted[2]["query"] == "criteria=%C3%A1+b&page=1"
    assert noted[2]["organization"] == "ACME"
    assert [entry["body"] for entry in noted[2:]] == [None] * 3


def test_no_token_is_noted(client: httpx.Client, control: httpx.Client) -> None:
    create(client)
    client.get("/agents", headers={"authorization": "Bearer a-real-token"})
    noted = json.dumps(control.get("/requests").json()).lower()
    assert [secret for secret in ("token", "authorization", "bearer") if secret in noted] == []


def test_who_was_refused_is_noted(client: httpx.Client, control: httpx.Client) -> None:
    httpx.get(str(client.base_url.join("agents")))
    client.put("/agents", content=b"{oops", headers={"content-type": "application/json"})
    client.post("/agents", content=b"\xff", headers={"content-type": "application/json"})
    refused, unrouted, broken = control.get("/requests").json()
    assert (refused["status"], refused["tenant"], refused["organization"]) == (401, None, None)
    assert (unrouted["status"], unrouted["body"]) == (404, "{oops")
    assert (broken["status"], broken["body"]) == (400, "\ufffd")


def test_bodies_that_json_cannot_say_are_text(client: httpx.Client, control: httpx.Client) -> None:
    headers = {"content-type": "application/json"}
    client.post("/agents", content=b'{"name": NaN}', headers=headers)
    client.post("/agents", content=b"[" * 100_000, headers=headers)
    client.post("/agents", content=b'{"name": "\\ud800"}', headers=headers)
    noted = control.get("/requests").json()
    assert [entry["status"] for entry in noted] == [400, 400, 400]
    assert noted[0]["body"] == '{"name": NaN}'


def test_the_control_api_is_not_noted(emulator: Emulator, control: httpx.Client) -> None:
    control.get("/agents")
    httpx.get(f"{emulator.url}/openapi.json")
    assert control.get("/requests").json() == []


def test_the_journal_can_be_emptied(client: httpx.Client, control: httpx.Client) -> None:
    client.get("/agents")
    assert control.delete("/requests").status_code == 204
    assert control.get("/requests").json() == []
    client.get("/agents")
    assert [entry["sequence"] for entry in control.get("/requests").json()] == [2]


def test_requests_of_threads_are_all_noted(client: httpx.Client, control: httpx.Client) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: client.get("/agents"), range(80)))
    assert [entry["sequence"] for entry in control.get("/requests").json()] == list(range(1, 81))
