"""Faults reach the connection itself."""

from __future__ import annotations

import httpx
import pytest

from pulumi_assistai.emulator import Emulator
from tests.emulator.conftest import connect, create, dashboard, names, whatsapp


@pytest.mark.parametrize(("kind", "made"), [("cut-before", []), ("cut-after", ["Ventas"])])
def test_a_cut_breaks_the_connection(client: httpx.Client, control: httpx.Client, kind: str, made: list[str]) -> None:
    assert control.post("/faults", json={"kind": kind}).status_code == 204
    with pytest.raises(httpx.TransportError):
        client.post("/agents", json={"name": "Ventas"})
    assert names(client.get("/agents")) == made


def test_a_listing_that_is_empty(client: httpx.Client, control: httpx.Client) -> None:
    create(client, "Ventas")
    control.post("/faults", json={"kind": "empty", "method": "GET", "count": 2})
    for page in (1, 2):
        body = client.get("/agents", params={"page": page}).json()
        assert body["data"] == []
        assert (body["meta"]["itemCount"], body["meta"]["hasNextPage"]) == (0, False)
    assert names(client.get("/agents")) == ["Ventas"]


@pytest.mark.parametrize(("told", "content_type"), [({}, "application/json"), ({"content_type": "text/x"}, "text/x")])
def test_another_answer_may_be_a_success(
    client: httpx.Client, control: httpx.Client, told: dict[str, str], content_type: str
) -> None:
    body = '{"status": "connecting"}'
    rule = {"kind": "status-before", "path": ".*/qr", "status": 200, "body": body}
    control.post("/faults", json=rule | told)
    answer = client.get(whatsapp(create(client)) + "/qr")
    assert (answer.status_code, answer.text) == (200, body)
    assert answer.headers["content-type"] == content_type


def test_an_emulator_that_cannot_fail() -> None:
    with Emulator() as emulator, connect(emulator) as client, dashboard(emulator) as control:
        assert control.post("/faults", json={"kind": "cut-before"}).status_code == 404
        assert client.get("/agents").status_code == 200
