"""The limiter: requests wait for the API's permission, for a bounded time, and the user is told."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from threading import Condition, Event, Thread

import pytest

from pulumi_assistai import RateLimitError, RunCancelledError, ServerError, TooManyRequestsError
from pulumi_assistai.client import Client, limiter, transport
from pulumi_assistai.client.limiter import Limiter, Turn, cancel_requests, duration, in_words, limiter_of
from pulumi_assistai.client.transport import Transport
from pulumi_assistai.emulator import Emulator
from pulumi_assistai.settings import Settings
from tests.clocks import Clock
from tests.conftest import Api, settings_for
from tests.scripted import Reply, as_json, replies, serve

BOTH = frozenset({429, 503})
CREATED = as_json({"code": "A-1"}, 201)


class WaitingClock(Clock):
    """A clock that goes on while somebody waits."""

    def wait(self, _: Condition, seconds: float) -> None:
        self.sleep(seconds)


@pytest.fixture
def clock() -> WaitingClock:
    return WaitingClock()


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def limited(clock: WaitingClock, said: list[str], monkeypatch: pytest.MonkeyPatch) -> Limiter:
    """Return the limiter that every connection of the test gets."""
    limiter = Limiter(said.append, clock.monotonic, clock.wait)
    monkeypatch.setattr(transport, "limiter_of", lambda _: limiter)
    return limiter


@pytest.fixture
def _cancellation() -> Iterator[None]:
    yield
    limiter._cancelled.clear()  # noqa: SLF001 - a process is cancelled once, and for good


def create(url: str, **settings: object) -> str:
    with Client(settings_for(url, **settings)) as client:
        return client.agents.create({"name": "Ventas"}).code


def refused(retry_after: str = "", status: int = 429) -> Reply:
    return Reply(status, headers={"retry-after": retry_after} if retry_after else {})


def answer(limiter: Limiter, status: int = 200, patience: float = 900, **headers: str) -> None:
    with limiter.turn("GET /agents", limiter.now() + patience, BOTH) as turn:
        turn.hear(status, {name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.usefixtures("limited")
def test_a_refused_creation_is_sent_again_when_the_api_allows_it(clock: WaitingClock) -> None:
    with serve(replies(refused("7"), refused("20"), CREATED)) as server:
        assert create(server.url) == "A-1"
    assert clock.now == pytest.approx(27)
    assert len(server.requests) == 3


@pytest.mark.usefixtures("limited")
def test_refusals_are_no_attempts(clock: WaitingClock) -> None:
    with serve(replies(*[refused("1")] * 40, CREATED)) as server:
        assert create(server.url) == "A-1"
    assert clock.now == pytest.approx(40)


@pytest.mark.usefixtures("limited")
def test_refusals_without_a_word_end_when_the_wait_is_over(clock: WaitingClock) -> None:
    with serve(replies(refused())) as server, pytest.raises(TooManyRequestsError, match="ASSISTAI_RATE_LIMIT_WAIT"):
        create(server.url, rate_limit_wait=120)
    assert 90 < clock.now <= 120
    assert len(server.requests) < 25


@pytest.mark.usefixtures("limited")
def test_an_answer_that_asks_for_more_than_is_left_ends_at_once(clock: WaitingClock) -> None:
    with serve(replies(refused("3600"))) as server, pytest.raises(TooManyRequestsError) as caught:
        create(server.url)
    assert str(caught.value) == (
        "POST /api/v1/agents answered 429; it asks to wait 3600 s; run again later, finished changes are "
        "kept; to wait longer, raise ASSISTAI_RATE_LIMIT_WAIT (assistai:rateLimitWait, in seconds)"
    )
    assert clock.now == 0
    assert len(server.requests) == 1


@pytest.mark.usefixtures("limited")
@pytest.mark.parametrize(("wait", "answers"), [(7, [refused("7"), CREATED]), (0, [CREATED])], ids=["7 s", "none"])
def test_what_is_waited_may_be_as_long_as_is_set(clock: WaitingClock, wait: float, answers: list[Reply]) -> None:
    with serve(replies(*answers)) as server:
        assert create(server.url, rate_limit_wait=wait) == "A-1"
    assert clock.now == wait


def test_what_waits_behind_such_an_answer_ends_as_well(limited: Limiter) -> None:
    answer(limited, 429, retry_after="3600")
    with serve(replies(CREATED)) as server, pytest.raises(RateLimitError) as caught:
        create(server.url)
    assert str(caught.value) == (
        "POST /api/v1/agents was not sent: AssistAI allows no request for 3600 s; run again later, finished changes "
        "are kept; to wait longer, raise ASSISTAI_RATE_LIMIT_WAIT (assistai:rateLimitWait, in seconds)"
    )
    assert not caught.value.may_have_happened
    assert not server.requests


def test_a_longer_wait_can_be_set(limited: Limiter, clock: WaitingClock) -> None:
    answer(limited, 429, retry_after="3600")
    with serve(replies(CREATED)) as server:
        assert create(server.url, rate_limit_wait=4000) == "A-1"
    assert clock.now == pytest.approx(3600)


@pytest.mark.usefixtures("limited")
def test_a_read_waits_out_a_503_that_names_a_time(clock: WaitingClock) -> None:
    with serve(replies(refused("40", 503), as_json({}))) as server, Client(settings_for(server.url)) as client:
        client.agents.update("A-1", {"name": "Ventas"})
    assert clock.now == pytest.approx(40)


def test_a_creation_that_gets_such_a_503_is_not_sent_again(limited: Limiter) -> None:
    with serve(replies(refused("40", 503))) as server, pytest.raises(ServerError) as caught:
        create(server.url)
    assert caught.value.may_have_happened
    assert len(server.requests) == 1
    assert limited.longest_wait() == pytest.approx(40)


def test_a_qr_that_is_not_ready_slows_nobody(limited: Limiter) -> None:
    with serve(replies(refused("40", 503))) as server, Client(settings_for(server.url)) as client:
        client.whatsapp.connect("A-1")
    assert limited.longest_wait() == 0


def test_a_503_without_a_time_is_a_failure(limited: Limiter) -> None:
    answer(limited, 503)
    assert limited.longest_wait() == 0


def test_what_headers_leave_is_used_and_no_more(limited: Limiter, clock: WaitingClock) -> None:
    with Emulator(rate="10/3s", headers="nest", clock=clock.monotonic) as emulator:
        with Client(settings_for(emulator.url)) as client:
            for number in range(35):
                client.agents.create({"name": f"Agente {number}"})
        statuses = [seen["status"] for seen in Api(emulator.url).call("GET", "/requests")]
    assert statuses == [201] * 35
    assert 9 <= clock.now < 13
    del limited


def test_the_journal_notes_a_creation_when_it_is_sent_and_not_when_it_waits(
    limited: Limiter, clock: WaitingClock
) -> None:
    answer(limited, 429, retry_after="60")
    noted: list[float] = []
    with serve(replies(CREATED)) as server:
        Transport(settings_for(server.url)).post("/agents", {}, lambda: noted.append(clock.now))
    assert noted == [pytest.approx(60)]


def test_a_long_wait_is_told_now_and_then(limited: Limiter, clock: WaitingClock, said: list[str]) -> None:
    answer(limited, 429, retry_after="100")
    answer(limited)
    assert said[0] == "AssistAI asks for fewer requests; 1 request is waiting: about 2 minutes"
    assert len(said) == 4
    assert clock.now == pytest.approx(100)


def test_the_rate_is_told_where_it_is_known(limited: Limiter, said: list[str]) -> None:
    told = {"ratelimit": '"default";r=0;t=60', "ratelimit-policy": '"default";q=10;w=60'}
    with limited.turn("GET /agents", 900, BOTH) as turn:
        turn.hear(200, told)
    answer(limited)
    assert said[0] == "AssistAI allows about 10 requests a minute; 1 request is waiting: about 60 seconds"


def test_what_is_told_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    limiter.redaction.tell("AssistAI asks for fewer requests")
    assert capsys.readouterr().err == "AssistAI asks for fewer requests\n"


def test_a_short_wait_is_not_told(limited: Limiter, said: list[str]) -> None:
    answer(limited, 429, retry_after="1")
    answer(limited)
    assert said == []


def test_a_wait_of_two_seconds_is_told(limited: Limiter, said: list[str]) -> None:
    answer(limited, 429, retry_after="2")
    answer(limited)
    assert said == ["AssistAI asks for fewer requests; 1 request is waiting: about 2 seconds"]


def test_a_wait_is_told_every_half_minute(clock: WaitingClock) -> None:
    told: list[float] = []
    limiter = Limiter(lambda _: told.append(clock.now), clock.monotonic, clock.wait)
    answer(limiter, 429, retry_after="100")
    answer(limiter)
    assert told == [0, 30, 60, 90]


def test_those_behind_are_told_how_long_the_rate_takes_for_them(limited: Limiter, said: list[str]) -> None:
    answer(limited, ratelimit='"default";r=0;t=1', ratelimit_policy='"default";q=10;w=1')
    with ExitStack() as stack:
        for _ in range(29):
            stack.enter_context(limited._in_line())  # noqa: SLF001 - a thread for each would have to be waited for
        answer(limited)
    assert said == ["AssistAI allows about 10 requests a second; 30 requests are waiting: about 3 seconds"]


def test_what_was_waited_is_counted(limited: Limiter) -> None:
    assert limited.waited == 0
    answer(limited, 429, retry_after="7")
    answer(limited)
    assert limited.waited == pytest.approx(7)


def test_a_refusal_is_waited_out_as_its_headers_say(limited: Limiter) -> None:
    answer(limited, 429, x_ratelimit_remaining="0", x_ratelimit_reset="40")
    assert limited.longest_wait() == pytest.approx(40)


@pytest.mark.parametrize(
    ("retry_after", "patience", "reason"),
    [
        ("0.5", 0.25, "AssistAI allowed none in time"),
        ("1", 0.5, "AssistAI allows no request for 1 s"),
        ("3600", 900, "AssistAI allows no request for 3600 s"),
    ],
)
def test_a_wait_that_is_longer_than_the_patience_is_none(
    limited: Limiter, clock: WaitingClock, retry_after: str, patience: float, reason: str
) -> None:
    clock.now = 5000
    answer(limited, 429, retry_after=retry_after)
    with pytest.raises(RateLimitError) as caught, limited.turn("GET /agents", clock.now + patience, BOTH):
        pass
    assert str(caught.value) == f"GET /agents was not sent: {reason}; {RateLimitError.advice}"
    assert clock.waits == []


@pytest.mark.parametrize(("retry_after", "waits"), [("0.1", [0.1]), ("0.6", [0.25, 0.25, 0.1])])
def test_nobody_waits_longer_than_the_api_asks(
    limited: Limiter, clock: WaitingClock, retry_after: str, waits: list[float]
) -> None:
    answer(limited, 429, retry_after=retry_after)
    answer(limited)
    assert clock.waits == pytest.approx(waits)


def test_whoever_is_behind_another_in_line_waits_no_longer_than_its_patience(limited: Limiter) -> None:
    with limited._turnstile, pytest.raises(RateLimitError) as caught:  # noqa: SLF001 - who holds it waits elsewhere
        answer(limited, patience=0.1)
    assert str(caught.value) == f"GET /agents was not sent: AssistAI allowed none in time; {RateLimitError.advice}"


def test_whoever_is_behind_a_probe_waits_for_its_answer(clock: WaitingClock) -> None:
    probes: list[Turn] = []

    def wait(_: Condition, seconds: float) -> None:
        clock.sleep(seconds)
        for probe in probes:
            probe.hear(200, {})

    limiter = Limiter(lambda _: None, clock.monotonic, wait)
    answer(limiter, x_ratelimit_remaining="0", x_ratelimit_reset="1")
    with limiter.turn("GET /agents", 900, BOTH) as probe:
        probes.append(probe)
        answer(limiter, patience=0.5)
    assert clock.waits == [0.25] * 5


@pytest.mark.usefixtures("_cancellation")
def test_a_cancelled_run_sends_nothing_more(limited: Limiter) -> None:
    cancel_requests()
    with serve(replies(CREATED)) as server, pytest.raises(RunCancelledError) as caught:
        create(server.url)
    assert str(caught.value) == "POST /api/v1/agents was not sent: the run was cancelled"
    assert not caught.value.may_have_happened
    assert not server.requests
    del limited


@pytest.mark.usefixtures("_cancellation")
def test_all_that_wait_end_when_the_run_is_cancelled() -> None:
    waits, limiter = Event(), Limiter(lambda _: waits.set())
    answer(limiter, 429, retry_after="600")
    ended: list[BaseException] = []

    def wait() -> None:
        try:
            answer(limiter)
        except RunCancelledError as error:
            ended.append(error)

    threads = [Thread(target=wait) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert waits.wait(30)
    cancel_requests()
    for thread in threads:
        thread.join(30)
    assert [str(error) for error in ended] == ["GET /agents was not sent: the run was cancelled"] * 3


def test_a_request_that_got_no_answer_makes_room_for_the_next(limited: Limiter, clock: WaitingClock) -> None:
    answer(limited, 429, retry_after="1")
    with suppress(OSError), limited.turn("GET /agents", 900, BOTH):
        raise OSError
    answer(limited)
    assert clock.now == pytest.approx(1)


def test_threads_share_the_limit() -> None:
    with Emulator(rate="60/s", headers="none") as emulator:
        with Client(settings_for(emulator.url)) as client, ThreadPoolExecutor(16) as pool:
            list(pool.map(lambda number: client.agents.create({"name": f"Agente {number}"}), range(90)))
        statuses = [seen["status"] for seen in Api(emulator.url).call("GET", "/requests")]
    assert statuses.count(201) == 90
    assert statuses.count(429) <= 30


def settings(**other: object) -> Settings:
    return settings_for("http://127.0.0.1:1", **other)


def test_connections_to_one_organization_share_a_limiter() -> None:
    one, same = limiter_of(settings()), limiter_of(settings(timeout=7))
    other, elsewhere = limiter_of(settings(organization_code="ACME")), limiter_of(settings_for("http://127.0.0.1:2"))
    assert one is same
    assert len({id(one), id(other), id(elsewhere)}) == 3


def test_a_limiter_ends_with_its_last_connection() -> None:
    first = weakref.ref(limiter_of(settings()))
    gc.collect()
    assert first() is None


def test_the_lowest_ceiling_of_all_connections_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    ceilings: list[float] = []
    monkeypatch.setattr(Limiter, "limit", lambda _, ceiling: ceilings.append(ceiling))
    kept = [limiter_of(settings(requests_per_second=ceiling)) for ceiling in (5, None, 2)]
    assert ceilings == [5, 2]
    assert len(set(map(id, kept))) == 1


def test_a_ceiling_by_hand_is_kept(limited: Limiter, clock: WaitingClock) -> None:
    limited.limit(2)
    for _ in range(11):
        answer(limited)
    assert clock.now == pytest.approx(4.5)


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (10, "10 requests a second"),
        (2, "2 requests a second"),
        (1, "1 request a second"),
        (0.5, "30 requests a minute"),
        (1 / 6, "10 requests a minute"),
        (1 / 60, "1 request a minute"),
        (1 / 60.5, "60 requests an hour"),
        (59.4999 / 3600, "59 requests an hour"),
        (1 / 120, "30 requests an hour"),
        (1e-9, "1 requests an hour"),
    ],
)
def test_a_rate_in_words(rate: float, words: str) -> None:
    assert in_words(rate) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(2, "2 seconds"), (89, "89 seconds"), (90, "2 minutes"), (3600, "60 minutes")]
)
def test_a_duration_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words
