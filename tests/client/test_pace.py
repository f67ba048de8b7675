"""The pace: how fast requests go to an API that limits them, in a time that no clock keeps."""

from __future__ import annotations

import math

import pytest

from pulumi_assistai.client.pace import Pace
from pulumi_assistai.client.quota import Quota
from tests.client.apis import Ask, Program, bucket, free, play, sliding, telling, windows

FROM_FIRST = math.nan

LIMITS = {
    "10 a second, Retry-After": (lambda: windows(10, 1, 1), 10),
    "10 a second": (lambda: windows(10, 1), 10),
    "10 a second, from the first request": (lambda: windows(10, 1, phase=FROM_FIRST), 10),
    "5 a second, Retry-After": (lambda: windows(5, 1, 1), 5),
    "5 a second": (lambda: windows(5, 1, phase=0.4), 5),
    "20 a second": (lambda: windows(20, 1, phase=0.9), 20),
    "10 a second, sliding, Retry-After": (lambda: sliding(10, 1, 1), 10),
    "10 a second, sliding": (lambda: sliding(10, 1), 10),
    "10 in 3 seconds": (lambda: windows(10, 3), 10 / 3),
    "10 in 3 seconds, from the first request": (lambda: windows(10, 3, phase=FROM_FIRST), 10 / 3),
    "10 in 3 seconds, Retry-After": (lambda: windows(10, 3, 1), 10 / 3),
    "10 in 3 seconds, with headers": (lambda: telling(10, 3), 10 / 3),
    "10 a minute, from the first request": (lambda: windows(10, 60, 60, FROM_FIRST), 1 / 6),
    "10 a minute, with headers": (lambda: telling(10, 60), 1 / 6),
    "a bucket of 10, 10 a second": (lambda: bucket(10, 10), 10),
    "a bucket of 20, 10 a second, Retry-After": (lambda: bucket(10, 20, 1), 10),
}


PLAYED = {
    "10 a second, Retry-After": (17.345, 8, 7),
    "10 a second": (16.642, 10, 7),
    "10 a second, from the first request": (16.988, 10, 7),
    "5 a second, Retry-After": (32.278, 8, 6),
    "5 a second": (31.039, 13, 6),
    "20 a second": (8.697, 12, 10),
    "10 a second, sliding, Retry-After": (18.709, 9, 7),
    "10 a second, sliding": (17.049, 10, 7),
    "10 in 3 seconds": (47.954, 12, 7),
    "10 in 3 seconds, from the first request": (55.92, 13, 7),
    "10 in 3 seconds, Retry-After": (47.857, 11, 7),
    "10 in 3 seconds, with headers": (42.463, 0, 5),
    "10 a minute, from the first request": (1083.96, 9, 7),
    "10 a minute, with headers": (840.463, 0, 5),
    "a bucket of 10, 10 a second": (14.292, 14, 7),
    "a bucket of 20, 10 a second, Retry-After": (13.609, 12, 10),
}
"""For 150 requests with 20 ms of latency: when the last one ended, how many were refused, how many were under way."""


@pytest.fixture(params=LIMITS.values(), ids=LIMITS)
def limit(request: pytest.FixtureRequest) -> tuple[Ask, float]:
    ask, rate = request.param
    return ask(), rate


def test_a_hundred_requests_take_about_as_long_as_the_limit_makes_them(limit: tuple[Ask, float]) -> None:
    ask, rate = limit
    (program,) = play(ask, Program(100))
    assert program.ended <= 1.25 * 100 / rate + 0.5
    assert program.refused <= 0.15 * (100 + program.refused)


@pytest.mark.parametrize("name", LIMITS)
def test_no_number_of_the_pace_changes_by_chance(name: str) -> None:
    """Whoever changes one on purpose plays all limits again, compares, and writes down what came of it."""
    (program,) = play(LIMITS[name][0](), Program(150), latency=0.02)
    ended, refused, under_way = PLAYED[name]
    assert program.ended == pytest.approx(ended, abs=1e-3)
    assert (program.refused, program.most_under_way) == (refused, under_way)


def test_a_thousand_requests_come_to_rest_below_the_limit(limit: tuple[Ask, float]) -> None:
    ask, rate = limit
    (program,) = play(ask, Program(1000))
    assert program.ended <= 1.25 * 1000 / rate
    assert program.refused <= 0.05 * (1000 + program.refused)


@pytest.mark.parametrize("latency", [0.05, 0.2, 1.0])
def test_answers_that_take_long_change_little(limit: tuple[Ask, float], latency: float) -> None:
    ask, rate = limit
    (program,) = play(ask, Program(100), latency=latency)
    assert program.ended <= 2 * 100 / rate + 10 * latency
    assert program.refused <= 60


def test_two_programs_share_a_limit(limit: tuple[Ask, float]) -> None:
    ask, rate = limit
    one, other = play(ask, Program(150), Program(150))
    assert max(one.ended, other.ended) <= 2 * 300 / rate
    assert min(one.ended, other.ended) >= 0.5 * max(one.ended, other.ended)


@pytest.mark.parametrize("latency", [0.0, 0.004, 0.2])
def test_without_a_limit_nothing_is_slower(latency: float) -> None:
    (program,) = play(free(), Program(500), latency=latency)
    ideal = max(500 * 0.003, 500 / 32 * (latency + 0.003))
    assert program.ended <= 1.03 * ideal + 2 * latency
    assert program.refused == 0


def test_few_requests_are_under_way_before_the_first_answers() -> None:
    (program,) = play(windows(10, 1), Program(100))
    assert program.most_under_way < 10


def test_an_api_that_takes_its_time_is_asked_all_at_once() -> None:
    (program,) = play(free(), Program(100), latency=0.5)
    assert program.most_under_way == 32


@pytest.mark.parametrize("retry_after", [None, 1])
def test_an_api_without_bursts_is_learned_too(retry_after: float | None) -> None:
    (program,) = play(bucket(10, 1, retry_after), Program(300))
    assert program.ended <= 60
    assert program.refused <= 40


def test_a_rate_that_is_far_too_high_is_left_soon() -> None:
    (program,) = play(bucket(10, 10, 0.1), Program(100))
    assert program.ended <= 12
    assert program.refused <= 30


def test_a_limit_that_goes_leaves_no_trace() -> None:
    limited = windows(10, 1)
    (program,) = play(lambda now: limited(now) if now < 20 else (True, None, None), Program(3000))
    assert program.ended < 60


def test_a_single_refusal_slows_little() -> None:
    refusals = [True]
    (program,) = play(lambda _: (not refusals or refusals.pop() is None, None, None), Program(500))
    assert program.refused == 1
    assert program.ended < 15


def test_a_ceiling_is_kept() -> None:
    (program,) = play(free(), Program(100, pace=Pace(most=20)))
    assert 4.9 <= program.ended <= 5.1
    pace = Pace()
    pace.limit(20)
    pace.limit(50)
    (program,) = play(free(), Program(100, pace=pace))
    assert 4.9 <= program.ended <= 5.1


def test_a_ceiling_below_the_limit_is_never_refused() -> None:
    (program,) = play(windows(10, 1), Program(100, pace=Pace(most=9)))
    assert program.refused == 0


def test_nothing_is_sent_before_the_api_allows_it() -> None:
    pace = Pace()
    pace.refuse(10.0, pace.send(9.9), 7.0)
    assert pace.delay(10.0) == 7.0
    assert pace.delay(16.5) == 0.5
    assert pace.delay(17.0) == 0


def test_one_request_finds_out_whether_the_api_answers_again() -> None:
    pace = Pace()
    pace.refuse(10.0, pace.send(9.9), 7.0)
    probe = pace.send(17.0)
    assert pace.delay(17.0) is None
    pace.answer(17.1, probe)
    assert pace.delay(18.0) == 0


def test_a_probe_that_got_no_answer_is_followed_by_another() -> None:
    pace = Pace()
    pace.refuse(10.0, pace.send(9.9), 7.0)
    pace.send(17.0)
    pace.lose()
    assert pace.delay(17.5) == 0


def test_a_wait_of_nothing_is_believed_once() -> None:
    pace = Pace()
    pace.refuse(10.0, pace.send(9.9), 0.0)
    assert pace.delay(10.0) == 0
    pace.refuse(10.1, pace.send(10.05), 0.0)
    assert pace.delay(10.1) == pytest.approx(0.25)


def test_a_refusal_whose_headers_name_no_end_is_waited_for_as_a_first_one() -> None:
    pace = Pace()
    pace.refuse(10.0, pace.send(9.9))
    pace.answer(10.3, pace.send(10.25))
    pace.refuse(20.0, pace.send(19.9), None, Quota(0))
    assert pace.delay(20.0) == pytest.approx(0.25)


def test_what_was_sent_in_the_moment_of_a_refusal_says_nothing_new() -> None:
    pace = Pace()
    one, other, third = pace.send(10.0), pace.send(10.0), pace.send(10.0)
    pace.refuse(10.0, one)
    pace.refuse(10.0, other)
    assert pace.delay(10.0) == pytest.approx(0.25)
    pace.answer(10.1, third)
    pace.send(10.25)
    assert pace.delay(10.25) is None


def burst(pace: Pace, answers: int, began: float) -> None:
    """Let so many requests be answered, one each hundredth of a second."""
    for number in range(answers):
        pace.answer(began + (number + 1) / 100, pace.send(began + number / 100))


@pytest.mark.parametrize("began", [0.0, 1000.0])
def test_the_first_rate_is_that_of_the_burst_and_the_wait_after_it(began: float) -> None:
    pace = Pace()
    burst(pace, 10, began)
    pace.refuse(began + 0.11, pace.send(began + 0.1))
    pace.answer(began + 2.1, pace.send(began + 2.0))
    assert pace.rate == pytest.approx(11 / 2.0)


def test_an_api_that_says_when_it_is_free_again_is_believed_whoever_finds_out_late() -> None:
    pace = Pace()
    burst(pace, 10, 0.0)
    pace.refuse(0.11, pace.send(0.1), 1.0)
    pace.answer(5.1, pace.send(5.0))
    assert pace.rate == pytest.approx(11 / 1.1)


@pytest.mark.parametrize("began", [0.0, 1000.0])
def test_of_two_such_words_the_later_one_is_believed(began: float) -> None:
    pace = Pace()
    burst(pace, 10, began)
    pace.refuse(began + 0.11, pace.send(began + 0.1), 1.0)
    pace.refuse(began + 1.2, pace.send(began + 1.11), 1.0)
    pace.answer(began + 9.1, pace.send(began + 9.0))
    lowest, highest = 11 / 2.11, 11 / 1.11
    assert pace.rate == pytest.approx(lowest + 0.1 * (highest - lowest))


def learned() -> Pace:
    """Return a pace whose rate was learned from three answers, a refusal, and a request that found out."""
    pace = Pace()
    burst(pace, 3, 0.0)
    pace.refuse(0.04, pace.send(0.03), 0.2)
    pace.answer(0.26, pace.send(0.25))
    return pace


@pytest.mark.parametrize(("answers", "rate", "growth"), [(0, 5, 1.3), (1, 8, 1.3), (2, 12, 1.0)])
def test_few_answers_say_nothing_of_the_rate_which_grows_until_it_is_refused(
    answers: int, rate: float, growth: float
) -> None:
    pace = Pace()
    burst(pace, answers, 0.0)
    pace.refuse(0.06, pace.send(0.05))
    pace.answer(0.32, pace.send(0.25))
    assert pace.rate == pytest.approx(rate)
    pace.answer(2.1, pace.send(2.0))
    assert pace.rate == pytest.approx(rate * growth)


def test_after_a_refusal_two_may_be_under_way_and_one_more_with_each_answer() -> None:
    pace = learned()
    first, _ = pace.send(10.0), pace.send(20.0)
    assert pace.delay(30.0) is None
    pace.answer(30.0, first)
    pace.send(30.0)
    assert pace.delay(40.0) == 0
    pace.send(40.0)
    assert pace.delay(50.0) is None


def test_a_rate_that_is_refused_soon_is_cut_to_seven_tenths_at_most() -> None:
    pace = learned()
    before = pace.rate or 0.0
    for _ in range(3):
        pace.answer(0.27, pace.send(0.27))
    pace.refuse(0.28, pace.send(0.27))
    assert pace.rate == pytest.approx(0.7 * before)


def test_a_rate_that_few_answers_gave_is_cut_when_it_is_refused_and_one_request_of_it_waited_for() -> None:
    pace = Pace()
    pace.answer(2.0, pace.send(0.0))
    pace.refuse(2.05, pace.send(2.0))
    pace.answer(2.31, pace.send(2.3))
    assert pace.rate == pytest.approx(1)
    pace.refuse(5.0, pace.send(4.9))
    assert pace.rate == pytest.approx(1 / 1.4)
    assert pace.delay(5.0) == pytest.approx(1.4)


def test_a_rate_is_kept_for_24_answers_and_then_raised_slowly() -> None:
    pace, rates = learned(), list[float]()
    for number in range(26):
        pace.answer(number + 1.5, pace.send(number + 1.0))
        rates.append(pace.rate or 0.0)
    assert rates[:24] == [rates[0]] * 24
    assert rates[0] < rates[24] < rates[25] < 1.01 * rates[0]


def test_refusals_without_a_word_are_waited_for_longer_and_longer() -> None:
    pace, now, waits = Pace(), 0.0, []
    for _ in range(14):
        pace.refuse(now, pace.send(now))
        waits.append(pace.delay(now) or 0.0)
        now += waits[-1]
    assert waits[:3] == pytest.approx([0.25, 0.375, 0.5625])
    assert max(waits) == waits[-1] == pytest.approx(15)


def test_what_headers_leave_is_not_exceeded() -> None:
    pace = Pace()
    pace.answer(0.0, pace.send(0.0), Quota(4, 10, 30.0))
    first, second = pace.send(0.1), pace.send(0.1)
    assert pace.delay(0.1) is None
    pace.answer(0.2, first, Quota(1, 10, 30.0))
    pace.answer(0.2, second, Quota(0, 10, 30.0))
    assert pace.delay(0.2) == pytest.approx(29.8)
    assert pace.is_limited
    assert pace.rate == pytest.approx(10 / 30)


@pytest.mark.parametrize(
    ("said", "rate"),
    [
        ([Quota(5, 10, 30.0, 60.0)], 10 / 60),
        ([Quota(5, 10, 0.5)], 20),
        ([Quota(5, 10, 30.0), Quota(4, 10, 20.0)], 10 / 30),
        ([Quota(5, 10)], None),
        ([Quota(5, None, 30.0)], None),
    ],
    ids=["window", "end", "later end", "no end", "no limit"],
)
def test_headers_tell_a_rate_by_a_window_or_by_the_longest_way_to_its_end(
    said: list[Quota], rate: float | None
) -> None:
    pace = Pace()
    for number, quota in enumerate(said):
        pace.answer(10.0 * number, pace.send(10.0 * number), quota)
    assert pace.rate == (None if rate is None else pytest.approx(rate))


def test_an_end_that_came_too_early_is_waited_for_again() -> None:
    pace = Pace()
    pace.answer(0.0, pace.send(0.0), Quota(0, 10, 5.0))
    pace.refuse(5.1, pace.send(5.0), None, Quota(0, 10, 3.0))
    assert pace.delay(5.1) == pytest.approx(3.0)
    pace.refuse(8.2, pace.send(8.1), None, Quota(0, 10, 2.0))
    assert pace.delay(8.2) == pytest.approx(2.0)
    pace.answer(10.3, pace.send(10.2), Quota(9, 10, 5.0))
    assert pace.delay(10.3) == 0


def test_an_answer_that_was_sent_earlier_says_nothing_new() -> None:
    pace = Pace()
    early, late = pace.send(0.0), pace.send(0.1)
    pace.answer(0.2, late, Quota(0, 10, 30.0))
    pace.answer(0.3, early, Quota(5, 10, 30.0))
    assert pace.delay(0.3) == pytest.approx(29.9)


def test_headers_that_name_no_end_are_tried() -> None:
    pace = Pace()
    pace.answer(0.0, pace.send(0.0), Quota(0))
    assert pace.delay(0.0) == 0
    pace.send(0.0)
    assert pace.delay(0.0) is None
    assert pace.rate is None


def test_nothing_is_known_at_first() -> None:
    pace = Pace()
    assert (pace.delay(0.0), pace.rate, pace.is_limited) == (0, None, False)
