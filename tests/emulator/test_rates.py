"""Rate limits, on a clock that the tests set."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from pulumi_assistai.emulator import Account, Emulator, EmulatorError
from pulumi_assistai.emulator.rates import HeaderStyle, Limit, Verdict, Windows, parse_rate
from tests.clocks import Clock
from tests.emulator.conftest import ACME, SANDBOX, connect, create, dashboard, names


def ask(limit: Limit, times: int, sender: str = "a") -> list[bool]:
    return [limit.ask(sender).allowed for _ in range(times)]


@contextmanager
def limited(clock: Clock, account: Account = SANDBOX, **options: Any) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    with (
        Emulator(clock=clock.monotonic, qr_lifetime=0, **options) as emulator,
        connect(emulator, account) as client,
        dashboard(emulator) as control,
    ):
        yield client, control


def told(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if "rate" in name or name == "retry-after"}


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("10/s", (10, 1)),
        ("10/m", (10, 60)),
        ("10/min", (10, 60)),
        ("10/h", (10, 3600)),
        ("10/3s", (10, 3)),
        ("600/60s", (600, 60)),
        ("1/2h", (1, 7200)),
        ("007/05m", (7, 300)),
    ],
)
def test_a_rate_is_a_count_and_a_time(text: str, rate: tuple[int, int]) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize(
    "text", ["", "10", "10/", "/s", "0/s", "10/0s", "-1/s", "1.5/s", "10/d", "10/s ", "10 / s", "10/s\n", "٣/s", "a/s"]
)
def test_other_texts_are_no_rate(text: str) -> None:
    with pytest.raises(EmulatorError) as error:
        Limit(text)
    assert str(error.value) == f'the rate "{text}" is not a count and a time; use for example 10/s, 10/m, 10/h or 10/3s'


def test_a_burst_is_positive_and_has_no_windows() -> None:
    with pytest.raises(EmulatorError, match="the burst 0 lets no request pass; use 1 or more"):
        Limit("10/s", burst=0)
    with pytest.raises(EmulatorError, match='remove the burst or the windows "sliding"'):
        Limit("10/s", burst=1, windows="sliding")


@pytest.mark.parametrize("options", [{"burst": 5}, {"windows": "clock"}, {"headers": "ietf"}])
def test_what_says_how_to_limit_needs_a_rate(options: dict[str, Any]) -> None:
    with pytest.raises(EmulatorError, match="have no effect without a rate; add one, such as 10/s"):
        Emulator(**options)


def test_a_window_begins_with_the_first_request_after_the_last_one() -> None:
    clock = Clock(now=100.5)
    limit = Limit("2/3s", clock=clock.monotonic)
    assert limit.ask("a") == Verdict(allowed=True, remaining=1, wait=3)
    clock.now = 102
    assert limit.ask("a") == Verdict(allowed=True, remaining=0, wait=1.5)
    clock.now = 103.25
    assert limit.ask("a") == Verdict(allowed=False, remaining=0, wait=0.25)
    clock.now = 103.5
    assert limit.ask("a") == Verdict(allowed=True, remaining=1, wait=3)
    clock.now = 111.25
    assert limit.ask("a") == Verdict(allowed=True, remaining=1, wait=3)


def test_windows_on_the_clock_have_no_gap() -> None:
    clock = Clock(now=101)
    limit = Limit("2/3s", windows="clock", clock=clock.monotonic)
    assert limit.ask("a") == Verdict(allowed=True, remaining=1, wait=1)
    assert ask(limit, 2) == [True, False]
    clock.now = 101.75
    assert limit.ask("b") == Verdict(allowed=True, remaining=1, wait=0.25)
    clock.now = 102
    assert limit.ask("a") == Verdict(allowed=True, remaining=1, wait=3)
    clock.now = 110
    assert limit.ask("a") == Verdict(allowed=True, remaining=1, wait=1)


def test_a_window_slides() -> None:
    clock = Clock(now=100)
    limit = Limit("2/3s", windows="sliding", clock=clock.monotonic)
    assert limit.ask("a") == Verdict(allowed=True, remaining=1, wait=3)
    clock.now = 102
    assert limit.ask("a") == Verdict(allowed=True, remaining=0, wait=1)
    clock.now = 102.5
    assert limit.ask("a") == Verdict(allowed=False, remaining=0, wait=0.5)
    clock.now = 103
    assert limit.ask("a") == Verdict(allowed=True, remaining=0, wait=2)
    assert limit.ask("a") == Verdict(allowed=False, remaining=0, wait=2)
    clock.now = 110
    assert ask(limit, 3) == [True, True, False]


def test_a_bucket_has_its_burst_and_is_refilled_at_the_rate() -> None:
    clock = Clock(now=100)
    limit = Limit("2/s", burst=3, clock=clock.monotonic)
    assert limit.ask("a") == Verdict(allowed=True, remaining=2, wait=0.5)
    assert ask(limit, 3) == [True, True, False]
    clock.now += 0.25
    assert limit.ask("a") == Verdict(allowed=False, remaining=0, wait=0.25)
    clock.now += 0.25
    assert limit.ask("a") == Verdict(allowed=True, remaining=0, wait=0.5)
    clock.now += 60
    assert ask(limit, 4) == [True, True, True, False]


def test_a_bucket_keeps_count_in_floating_point() -> None:
    clock = Clock(now=1234.5)
    limit = Limit("10/s", burst=1, clock=clock.monotonic)
    for _ in range(1000):
        verdict = limit.ask("a")
        assert verdict.allowed
        assert limit.ask("a") == Verdict(allowed=False, remaining=0, wait=pytest.approx(0.1))
        clock.now += 0.1


@pytest.mark.parametrize("windows", ["nest", "clock", "sliding"])
def test_whoever_waits_as_told_may_pass(windows: Windows) -> None:
    clock = Clock(now=1234.567)
    limit = Limit("3/7s", windows=windows, clock=clock.monotonic)
    for _ in range(1000):
        verdict = limit.ask("a")
        clock.now += 0.1 if verdict.allowed else float(limit.headers(verdict)["retry-after"])
        assert verdict.allowed or limit.ask("a").allowed


def test_each_sender_has_a_count() -> None:
    for limit in (Limit("1/s", clock=Clock().monotonic), Limit("1/s", burst=1, clock=Clock().monotonic)):
        assert ask(limit, 2, "a") == [True, False]
        assert ask(limit, 2, "b") == [True, False]


@pytest.mark.parametrize(
    ("style", "passed", "refused"),
    [
        (
            "nest",
            {"x-ratelimit-limit": "10", "x-ratelimit-remaining": "7", "x-ratelimit-reset": "3"},
            {"x-ratelimit-limit": "10", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1", "retry-after": "1"},
        ),
        (
            "ietf",
            {"ratelimit-policy": '"default";q=10;w=3', "ratelimit": '"default";r=7;t=3'},
            {"ratelimit-policy": '"default";q=10;w=3', "ratelimit": '"default";r=0;t=1', "retry-after": "1"},
        ),
        ("retry-after", {}, {"retry-after": "1"}),
        ("none", {}, {}),
    ],
)
def test_headers_tell_the_limit(style: HeaderStyle, passed: dict[str, str], refused: dict[str, str]) -> None:
    limit = Limit("10/3s", headers=style)
    assert limit.headers(Verdict(allowed=True, remaining=7, wait=2.01)) == passed
    assert limit.headers(Verdict(allowed=False, remaining=0, wait=0.2)) == refused


def test_seconds_are_rounded_up() -> None:
    limit = Limit("10/s")
    waits = [0.0000001, 0.999, 1.0, 1.0000000001, 1.01]
    told = [limit.headers(Verdict(allowed=False, remaining=0, wait=wait)) for wait in waits]
    assert [headers["retry-after"] for headers in told] == ["1", "1", "1", "1", "2"]
    assert [headers["x-ratelimit-reset"] for headers in told] == ["1", "1", "1", "1", "2"]


@pytest.mark.parametrize(("rate", "policy"), [("10/s", "q=25;w=3"), ("600/60s", "q=25;w=3"), ("10/m", "q=25;w=150")])
def test_headers_of_a_bucket_tell_its_capacity(rate: str, policy: str) -> None:
    verdict = Verdict(allowed=True, remaining=24, wait=0.1)
    assert Limit(rate, burst=25).headers(verdict)["x-ratelimit-limit"] == "25"
    assert Limit(rate, burst=25, headers="ietf").headers(verdict)["ratelimit-policy"] == f'"default";{policy}'


def test_requests_beyond_the_rate_are_refused_and_noted() -> None:
    clock = Clock()
    with limited(clock, rate="2/3s") as (client, control):
        create(client, "Ventas")
        passed = client.get("/agents")
        clock.now = 1.5
        refused = client.post("/agents", json={"name": "Soporte"})
        assert names(passed) == ["Ventas"]
        assert told(passed) == {"x-ratelimit-limit": "2", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "3"}
        assert (refused.status_code, refused.headers["content-type"]) == (429, "application/json")
        assert refused.json() == {"statusCode": 429, "message": "ThrottlerException: Too Many Requests"}
        assert told(refused) == {**told(passed), "x-ratelimit-reset": "2", "retry-after": "2"}
        noted = control.get("/requests").json()
        assert [(entry["method"], entry["status"]) for entry in noted] == [("POST", 201), ("GET", 200), ("POST", 429)]
        assert noted[2]["body"] == {"name": "Soporte"}
        clock.now = 3
        assert names(client.get("/agents")) == ["Ventas"]


def test_a_refused_request_is_said_in_the_dialect() -> None:
    with limited(Clock(), rate="1/s", dialect="other") as (client, _):
        client.get("/agents")
        refused = client.get("/agents")
    assert (refused.status_code, refused.headers["content-type"]) == (429, "application/json; charset=utf-8")
    error = refused.json()["error"]
    assert (error["code"], error["detail"]) == ("TOO_MANY_REQUESTS", "Too many requests")


def test_each_organization_and_token_has_a_count() -> None:
    second = Account("second-token", SANDBOX.tenant, SANDBOX.organization)
    accounts = [SANDBOX, second, ACME]
    with Emulator(accounts=accounts, rate="1/s", clock=Clock().monotonic) as emulator:
        for account in (*accounts, Account("unknown", "sandbox", "SANDBOX")):
            with connect(emulator, account) as client:
                statuses = [client.get("/agents").status_code for _ in range(2)]
            assert statuses == [401 if account.token == "unknown" else 200, 429]
        assert [httpx.get(f"{emulator.url}/api/v1/agents").status_code for _ in range(2)] == [401, 429]


def test_errors_tell_the_limit_too() -> None:
    with limited(Clock(), rate="5/s", headers="ietf") as (client, _):
        missing = client.patch("/agents/A-999", json={"tone": "amigable"})
    assert missing.status_code == 404
    assert missing.headers["ratelimit"] == '"default";r=4;t=1'


def test_the_control_api_and_the_console_have_no_limit() -> None:
    with limited(Clock(), rate="1/h") as (_, control):
        for _ in range(3):
            assert control.get("/agents").status_code == 200
            assert told(control.get("/agents")) == {}
            assert httpx.get(f"{control.base_url.join('/')}").status_code < 400


def test_a_bucket_over_http() -> None:
    clock = Clock()
    with limited(clock, rate="1/2s", burst=3, headers="retry-after") as (client, _):
        assert [client.get("/agents").status_code for _ in range(4)] == [200, 200, 200, 429]
        assert told(client.get("/agents")) == {"retry-after": "2"}
        clock.now = 2
        passed = client.get("/agents")
        assert (passed.status_code, told(passed)) == (200, {})


def test_without_a_rate_nothing_is_limited() -> None:
    with limited(Clock()) as (client, _):
        answers = [client.get("/agents") for _ in range(20)]
    assert [(answer.status_code, told(answer)) for answer in answers] == [(200, {})] * 20
