"""APIs with a rate limit, and programs that send requests to them, in a time that no clock keeps."""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from pulumi_assistai.client.pace import Pace, Sent
from pulumi_assistai.client.quota import Quota

Answer = tuple[bool, float | None, Quota | None]
"""Whether a request was allowed, the Retry-After of a refusal, and what the headers say."""

Ask = Callable[[float], Answer]


def free() -> Ask:
    return lambda _: (True, None, None)


def windows(limit: int, seconds: float, retry_after: float | None = None, phase: float = 0.0) -> Ask:
    """Fixed windows that begin at `phase`, or with the first request after the last one ended where that is NaN."""
    start, used = -math.inf, 0

    def ask(now: float) -> Answer:
        nonlocal start, used
        begins = _window(now, start, seconds, phase)
        if begins != start:
            start, used = begins, 0
        used += 1
        return (used <= limit, None if used <= limit else retry_after, None)

    return ask


def _window(now: float, start: float, seconds: float, phase: float) -> float:
    if math.isnan(phase):
        return now if now >= start + seconds else start
    return math.floor((now - phase) / seconds) * seconds + phase


def telling(limit: int, seconds: float) -> Ask:
    """Fixed windows, with headers that say what is left, in whole seconds that are rounded up."""
    start, used = -math.inf, 0

    def ask(now: float) -> Answer:
        nonlocal start, used
        if now >= start + seconds:
            start, used = now, 0
        used += 1
        left = float(math.ceil(start + seconds - now))
        return (used <= limit, None if used <= limit else left, Quota(max(0, limit - used), limit, left))

    return ask


def sliding(limit: int, seconds: float, retry_after: float | None = None) -> Ask:
    passed: deque[float] = deque()

    def ask(now: float) -> Answer:
        while passed and passed[0] <= now - seconds:
            passed.popleft()
        if len(passed) >= limit:
            return False, retry_after, None
        passed.append(now)
        return True, None, None

    return ask


def bucket(rate: float, burst: float, retry_after: float | None = None) -> Ask:
    tokens, at = burst, 0.0

    def ask(now: float) -> Answer:
        nonlocal tokens, at
        tokens, at = min(burst, tokens + (now - at) * rate), now
        if tokens < 1:
            return False, retry_after, None
        tokens -= 1
        return True, None, None

    return ask


@dataclass
class Program:
    """A program that sends requests, each again until it is allowed.

    Attributes:
        pace: its pace.
        left: requests that it has to send yet.
        refused: how many were refused.
        ended: when the last one was answered.
        most_under_way: how many were under way at most.
        busy_until: when it can begin the next request.
    """

    left: int
    pace: Pace = field(default_factory=Pace)
    refused: int = 0
    ended: float = 0.0
    most_under_way: int = 0
    busy_until: float = 0.0

    def hear(self, now: float, sent: Sent, answer: Answer) -> None:
        """Take an answer, and send the request again where it was refused."""
        allowed, retry_after, quota = answer
        if allowed:
            self.pace.answer(now, sent, quota)
            self.ended = now
        else:
            self.pace.refuse(now, sent, retry_after, quota)
            self.left, self.refused = self.left + 1, self.refused + 1


def play(  # noqa: C901 - the steps of a request, one inside the other
    ask: Ask, *programs: Program, latency: float = 0.004, effort: float = 0.003, parallel: int = 32
) -> tuple[Program, ...]:
    """Let programs send all of their requests.

    Args:
        ask: the API.
        programs: who sends.
        latency: seconds of each request on its way.
        effort: seconds for which each request keeps its program busy.
        parallel: how many requests of a program wait or are under way at most.
    """
    numbers = count()
    events: list[tuple[float, int, Callable[[float], None]]] = []

    def at(moment: float, event: Callable[[float], None]) -> None:
        heapq.heappush(events, (moment, next(numbers), event))

    def begin(program: Program, now: float) -> None:
        sent = program.pace.send(now)
        program.left -= 1
        program.most_under_way = max(program.most_under_way, program.pace.under_way)
        program.busy_until = max(program.busy_until, now) + effort
        at(program.busy_until + latency / 2, lambda then: arrive(program, sent, then))

    def arrive(program: Program, sent: Sent, now: float) -> None:
        answer = ask(now)
        at(now + latency / 2, lambda then: end(program, sent, answer, then))

    def end(program: Program, sent: Sent, answer: Answer, now: float) -> None:
        program.hear(now, sent, answer)
        go_on(program, now)

    def go_on(program: Program, now: float) -> None:
        while program.left and program.pace.under_way < parallel:
            delay = program.pace.delay(now)
            if delay:
                at(now + delay, lambda then: go_on(program, then))
            if delay != 0:
                break
            begin(program, now)

    for program in programs:
        go_on(program, 0.0)
    while events:
        now, _, event = heapq.heappop(events)
        event(now)
    return programs
