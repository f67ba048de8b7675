"""What is sent again, when, and for how long."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import stamina

from pulumi_assistai import (
    ApiError,
    AssistAIError,
    BadRequestError,
    NoAnswerError,
    NotSentError,
    RateLimitError,
    RunCancelledError,
    ServerError,
)
from pulumi_assistai.client import Client, announce_retries, retry
from pulumi_assistai.client.retry import ONCE, REPEATABLE, STARTING, Patience, RetryPolicy
from tests.clocks import Clock, retries_on
from tests.conftest import settings_for
from tests.scripted import Reply, Request, Server, replies, serve

POLICIES = [REPEATABLE, ONCE, STARTING]
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


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 418, 501, 505, 519, 525, 200, 302])
def test_no_policy_repeats_after_a_refusal(status: int) -> None:
    assert REPEATABLE.wait(error(status)) is False
    assert ONCE.wait(error(status)) is False


@pytest.mark.parametrize("status", [408, 425, 500, 502, 503, 504, 520, 521, 522, 523, 524])
def test_only_what_is_repeatable_is_repeated_after_a_failure(status: int) -> None:
    assert REPEATABLE.wait(error(status)) is True
    assert ONCE.wait(error(status)) is False
    assert STARTING.wait(error(status)) is False


@pytest.mark.parametrize("policy", POLICIES)
def test_every_policy_repeats_what_was_never_sent(policy: RetryPolicy) -> None:
    assert policy.wait(NotSentError("no connection")) is True


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("kept_back", [RateLimitError("no time"), RunCancelledError("cancelled")])
def test_what_was_kept_back_is_not_sent_again(policy: RetryPolicy, kept_back: Exception) -> None:
    assert policy.wait(kept_back) is False


@pytest.mark.parametrize("policy", POLICIES)
def test_a_429_is_a_refusal_and_no_failure(policy: RetryPolicy) -> None:
    assert policy.is_refusal(error(429))
    assert policy.wait(error(429)) is False


def test_a_503_that_names_a_time_is_a_refusal_where_repeating_is_safe() -> None:
    assert REPEATABLE.is_refusal(error(503, 7))
    assert not REPEATABLE.is_refusal(error(503))
    assert not any(policy.is_refusal(error(503, 7)) for policy in (ONCE, STARTING))


def test_a_503_slows_all_but_where_it_says_that_a_connection_starts() -> None:
    assert [503 in policy.slowed_by for policy in POLICIES] == [True, True, False]
    assert all(429 in policy.slowed_by for policy in POLICIES)


def test_only_what_is_repeatable_is_repeated_after_a_lost_answer() -> None:
    assert REPEATABLE.wait(NoAnswerError("lost")) is True
    assert ONCE.wait(NoAnswerError("lost")) is False


@pytest.mark.parametrize("other", [AssistAIError("else"), ValueError("else")])
def test_any_other_error_is_let_through(other: Exception) -> None:
    assert REPEATABLE.wait(other) is False


@pytest.mark.parametrize(
    ("asked", "waited"), [(0, 0), (0.5, 0.5), (7, 7), (29.5, 29.5), (30, 30), (30.5, False), (86400, False)]
)
@pytest.mark.parametrize(("policy", "status"), [(REPEATABLE, 500), (REPEATABLE, 503)])
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


def test_without_a_word_from_the_api_the_waits_grow_and_end(clock: Clock) -> None:
    with serve(replies(FAILED)) as server, pytest.raises(ServerError):
        update(server)
    assert clock.waits == [0.6, 0.7, 0.9, 1.3, 2.1]
    assert len(server.requests) == 6


def test_no_attempt_begins_after_the_patience_is_over(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "time", clock)
    patience, sent = Patience(4), []

    def send() -> None:
        with patience:
            sent.append(clock.now)
            clock.now += 1.5
            raise error(500)

    with pytest.raises(ApiError):
        REPEATABLE.run(send, patience)
    assert len(sent) == 3


def test_no_attempt_begins_after_twice_the_time_out(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "time", clock)

    def answer(_: Request) -> Reply:
        clock.now += 9
        return FAILED

    with serve(answer) as server, pytest.raises(ServerError):
        update(server, timeout=10)
    assert len(server.requests) == 3


def test_all_waits_together_have_no_other_end(clock: Clock) -> None:
    with serve(replies(*[Reply(500, headers={"retry-after": "30"})] * 5, Reply(204))) as server:
        update(server)
    assert clock.waits == [30] * 5


@pytest.mark.usefixtures("announced")
def test_what_is_tried_again_is_announced(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    with serve(replies(Reply(500, headers={"retry-after": "7"}), FAILED, Reply(204))) as server:
        update(server)
    assert clock.waits == [7, 0.7]
    assert capsys.readouterr().err == (
        f"PATCH /api/v1/agents/A-1 answered 500; {ServerError.advice}; trying again in 7.0 s\n"
        f"PATCH /api/v1/agents/A-1 answered 500; {ServerError.advice}; trying again in 0.7 s\n"
    )


@pytest.mark.usefixtures("announced")
def test_a_refusal_is_not_announced(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    with serve(replies(Reply(400))) as server, pytest.raises(BadRequestError):
        update(server)
    assert clock.waits == []
    assert capsys.readouterr().err == ""
