"""What is sent again, when, and for how long."""

from __future__ import annotations

from collections.abc import Iterator
from email.utils import formatdate

import pytest
import stamina

from pulumi_assistai import (
    ApiError,
    AssistAIError,
    BadRequestError,
    NoAnswerError,
    NotSentError,
    ServerError,
    TooManyRequestsError,
)
from pulumi_assistai.client import Client, announce_retries
from pulumi_assistai.client.retry import ONCE, REPEATABLE, RetryPolicy
from tests.clocks import Clock, answers_at, retries_on
from tests.conftest import settings_for
from tests.scripted import Reply, Server, as_json, replies, serve

NOW = 1_764_000_000
BUSY = Reply(429)
FAILED = Reply(500)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    retries_on(clock, monkeypatch)
    return clock


@pytest.fixture
def announced() -> Iterator[None]:
    before = stamina.instrumentation.get_on_retry_hooks()
    announce_retries()
    yield
    stamina.instrumentation.set_on_retry_hooks(before)


def create(server: Server, timeout: float = 60) -> str:
    with Client(settings_for(server.url, timeout=timeout)) as client:
        return client.agents.create({"name": "Ventas"}).code


def update(server: Server, timeout: float = 60) -> None:
    with Client(settings_for(server.url, timeout=timeout)) as client:
        client.agents.update("A-1", {"name": "Ventas"})


def error(status: int, retry_after: float | None = None) -> ApiError:
    return ApiError("GET", "/", status, retry_after=retry_after)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 408, 409, 418, 501, 505, 200, 302])
def test_no_policy_repeats_after_a_refusal(status: int) -> None:
    assert REPEATABLE.wait(error(status)) is False
    assert ONCE.wait(error(status)) is False


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_only_what_is_repeatable_is_repeated_after_a_failure(status: int) -> None:
    assert REPEATABLE.wait(error(status)) is True
    assert ONCE.wait(error(status)) is False


@pytest.mark.parametrize("policy", [REPEATABLE, ONCE])
def test_every_policy_repeats_what_was_refused_for_its_rate_or_never_sent(policy: RetryPolicy) -> None:
    assert policy.wait(error(429)) is True
    assert policy.wait(NotSentError("no connection")) is True


def test_only_what_is_repeatable_is_repeated_after_a_lost_answer() -> None:
    assert REPEATABLE.wait(NoAnswerError("lost")) is True
    assert ONCE.wait(NoAnswerError("lost")) is False


@pytest.mark.parametrize("other", [AssistAIError("else"), ValueError("else")])
def test_any_other_error_is_let_through(other: Exception) -> None:
    assert REPEATABLE.wait(other) is False


@pytest.mark.parametrize(
    ("asked", "waited"), [(0, 0), (0.5, 0.5), (7, 7), (29.5, 29.5), (30, 30), (30.5, False), (86400, False)]
)
@pytest.mark.parametrize(("policy", "status"), [(ONCE, 429), (REPEATABLE, 429), (REPEATABLE, 503)])
def test_the_wait_that_an_api_asks_for_is_kept_up_to_half_a_minute(
    policy: RetryPolicy, status: int, asked: float, waited: float
) -> None:
    wait = policy.wait(error(status, asked))
    assert (wait, type(wait)) == (waited, bool if waited is False else type(asked))


@pytest.mark.parametrize(("policy", "status"), [(ONCE, 503), (REPEATABLE, 400)])
def test_a_wait_does_not_make_repeatable_what_is_not(policy: RetryPolicy, status: int) -> None:
    assert policy.wait(error(status, 7)) is False


def test_the_policies_send_six_times_at_most() -> None:
    assert (REPEATABLE.attempts, ONCE.attempts, RetryPolicy(frozenset(), after_loss=True).attempts) == (6, 6, 6)


@pytest.mark.parametrize(
    ("retry_after", "waits"),
    [("7", [7.0]), (" 12 ", [12.0]), ("0", [0.0]), (formatdate(NOW + 20, usegmt=True), [20.0])],
    ids=["seconds", "blanks", "at once", "date"],
)
def test_a_request_waits_as_long_as_the_api_asks(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, retry_after: str, waits: list[float]
) -> None:
    answers_at(NOW, monkeypatch)
    busy = Reply(429, headers={"retry-after": retry_after})
    with serve(replies(busy, as_json({"code": "A-1"}, 201))) as server:
        assert create(server) == "A-1"
    assert clock.waits == waits
    assert len(server.requests) == 2


def test_a_date_that_is_past_is_waited_for_no_longer(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    answers_at(NOW, monkeypatch)
    busy = Reply(503, headers={"retry-after": formatdate(NOW - 20, usegmt=True)})
    with serve(replies(busy, Reply(204))) as server:
        update(server)
    assert clock.waits == [0.0]


@pytest.mark.parametrize(
    "value",
    [
        "nonsense",
        "-7",
        "7.5",
        "",
        "Wed, 32 Oct 2026 07:28:00 GMT",
        "Wed, 21 Oct 99999999999 07:28:00 GMT",
        "Wed, 21 Oct 2026 07:28:00 +99999999999999999999",
    ],
)
def test_a_wait_that_cannot_be_read_counts_as_none(clock: Clock, value: str) -> None:
    with serve(replies(Reply(429, headers={"retry-after": value}), Reply(204))) as server:
        update(server)
    assert clock.waits == [0.6]


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [("31", 31), (formatdate(NOW + 31, usegmt=True), 31), ("9" * 400, float("inf"))],
    ids=["seconds", "date", "for ever"],
)
def test_a_longer_wait_is_an_error_at_once(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, retry_after: str, seconds: float
) -> None:
    answers_at(NOW, monkeypatch)
    with (
        serve(replies(Reply(429, headers={"retry-after": retry_after}))) as server,
        pytest.raises(TooManyRequestsError) as caught,
    ):
        create(server)
    assert caught.value.retry_after == seconds
    assert clock.waits == []
    assert len(server.requests) == 1


def test_without_a_word_from_the_api_the_waits_grow_and_end(clock: Clock) -> None:
    with serve(replies(FAILED)) as server, pytest.raises(ServerError):
        update(server)
    assert clock.waits == [0.6, 0.7, 0.9, 1.3, 2.1]
    assert len(server.requests) == 6


def test_a_creation_that_is_refused_for_its_rate_waits_as_any_other_request(clock: Clock) -> None:
    with serve(replies(BUSY)) as server, pytest.raises(TooManyRequestsError):
        create(server)
    assert clock.waits == [0.6, 0.7, 0.9, 1.3, 2.1]


@pytest.mark.parametrize(("timeout", "sent"), [(0.5, 2), (1, 3), (1.25, 4), (100, 6)])
def test_no_attempt_begins_after_twice_the_time_out(clock: Clock, timeout: float, sent: int) -> None:
    with serve(replies(Reply(503, headers={"retry-after": "1"}))) as server, pytest.raises(ServerError):
        update(server, timeout)
    assert clock.waits == [1] * (sent - 1)
    assert len(server.requests) == sent


@pytest.mark.usefixtures("announced")
def test_what_is_tried_again_is_announced(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    with serve(replies(Reply(429, headers={"retry-after": "7"}), FAILED, Reply(204))) as server:
        update(server)
    assert clock.waits == [7, 0.7]
    assert capsys.readouterr().err == (
        f"PATCH /api/v1/agents/A-1 answered 429; {TooManyRequestsError.advice}; tried again in 7.0 s\n"
        f"PATCH /api/v1/agents/A-1 answered 500; {ServerError.advice}; tried again in 0.7 s\n"
    )


@pytest.mark.usefixtures("announced")
def test_a_refusal_is_not_announced(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    with serve(replies(Reply(400))) as server, pytest.raises(BadRequestError):
        update(server)
    assert clock.waits == []
    assert capsys.readouterr().err == ""
