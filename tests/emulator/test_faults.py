"""Faults reach the connection itself."""

from __future__ import annotations

import httpx
import pytest

from pulumi_assistai.emulator import Emulator
from tests.clocks import Clock
from tests.emulator.conftest import ACME, connect, create, dashboard, messages, names, whatsapp


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


def test_a_rate_refuses_what_is_beyond_it_for_as_long_as_it_is_in_force() -> None:
    clock = Clock()
    with (
        Emulator(faults=True, clock=clock.monotonic) as emulator,
        connect(emulator) as client,
        connect(emulator, ACME) as acme,
        dashboard(emulator) as control,
    ):
        rule = {"kind": "rate", "rate": "1/3s", "method": "GET", "path": ".*/agents", "count": 1}
        assert control.post("/faults", json=rule).status_code == 204
        assert [client.get("/agents").status_code for _ in range(3)] == [200, 429, 429]
        assert [client.get("/conversations").status_code for _ in range(2)] == [200, 200]
        assert [acme.get("/agents").status_code for _ in range(2)] == [200, 429]
        create(client)
        refused = client.get("/agents")
        assert refused.json() == {"statusCode": 429, "message": "ThrottlerException: Too Many Requests"}
        assert (refused.headers["retry-after"], refused.headers["x-ratelimit-remaining"]) == ("3", "0")
        statuses = [entry["status"] for entry in control.get("/requests").json()]
        assert statuses == [200, 429, 429, 200, 200, 200, 429, 201, 429]
        assert control.get("/faults").json()[0]["seen"] == 6
        clock.now = 3
        assert client.get("/agents").status_code == 200
        control.delete("/faults")
        assert [client.get("/agents").status_code for _ in range(3)] == [200, 200, 200]


def test_a_rate_has_a_burst_and_headers_and_replaces_the_own_limit() -> None:
    options = {"rate": "1/h", "headers": "none", "clock": Clock().monotonic}
    with Emulator(faults=True, **options) as emulator, connect(emulator) as client, dashboard(emulator) as control:
        rule = {"kind": "rate", "rate": "1/s", "burst": 3, "headers": "ietf", "skip": 1}
        control.post("/faults", json=rule)
        answers = [client.get("/agents") for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
        assert [answer.headers.get("ratelimit", "")[10:] for answer in answers] == [
            "",
            "r=2;t=1",
            "r=1;t=1",
            "r=0;t=1",
            "r=0;t=1",
        ]
        control.delete("/faults")
        assert client.get("/agents").status_code == 429


def test_a_path_that_is_no_regular_expression_is_refused(control: httpx.Client) -> None:
    [message] = messages(control.post("/faults", json={"kind": "half", "path": "("}))
    assert "path: Value error, must be a regular expression: missing )" in message


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({}, 'the rate "" is not a count and a time'),
        ({"rate": "often"}, 'the rate "often" is not a count and a time'),
        ({"rate": "1/s", "burst": 2, "windows": "clock"}, 'remove the burst or the windows "clock"'),
    ],
)
def test_a_rate_that_cannot_be_read_is_refused(control: httpx.Client, rule: dict[str, object], message: str) -> None:
    assert message in messages(control.post("/faults", json={"kind": "rate", **rule}))
    assert control.get("/faults").json() == []
