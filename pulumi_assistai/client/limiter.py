"""The limiter of requests: one for each organization and process. Every request passes through it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from threading import Condition, Event, Lock
from weakref import WeakValueDictionary

from pulumi_assistai import redaction
from pulumi_assistai.client.pace import Pace, Sent
from pulumi_assistai.client.quota import is_refusal, read_quota, read_retry_after
from pulumi_assistai.errors import RateLimitError, RunCancelledError
from pulumi_assistai.settings import Settings

Tell = Callable[[str], None]

_SLICE = 0.25
"""Seconds between two checks of a waiting request whether the run was cancelled."""

_WORTH_TELLING = 2.0
"""Seconds of waiting that would look like a hang without a message."""

_TOLD_EVERY = 30.0

_cancelled = Event()


def cancel_requests() -> None:
    """End all waiting requests of this process, and refuse new ones."""
    _cancelled.set()


class Turn:
    """The permission to send one request.

    Args:
        heard: is called with the status and the headers of the answer.
    """

    def __init__(self, heard: Callable[[int, Mapping[str, str]], None]) -> None:
        self._heard = heard
        self.is_answered = False

    def hear(self, status: int, headers: Mapping[str, str]) -> None:
        """Note the beginning of an answer."""
        self.is_answered = True
        self._heard(status, headers)


class Limiter:
    """Sends requests as fast as the API allows; safe to share between threads.

    Args:
        tell: shows the user a line.
        clock: returns monotonic seconds.
        wait: waits until the condition changes, or the seconds are over.

    Attributes:
        waited: seconds that the first request in line has waited so far.
    """

    def __init__(
        self,
        tell: Tell = redaction.tell,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[Condition, float], object] = Condition.wait,
    ) -> None:
        self._tell = tell
        self._clock = clock
        self._wait_for = wait
        self._pace = Pace()
        self._turnstile = Lock()
        self._changed = Condition()
        self.waited = 0.0
        self._waiting = 0
        self._told_at: float | None = None

    def limit(self, requests_per_second: float) -> None:
        """Send at most so many requests a second from now on."""
        with self._changed:
            self._pace.limit(requests_per_second)

    @contextmanager
    def turn(self, where: str, until: float, slowed_by: Collection[int]) -> Iterator[Turn]:
        """Wait for the permission to send a request, and hold the permission until the answer.

        Args:
            where: method and path, for messages.
            until: when to give up, on the clock of `now`.
            slowed_by: statuses that ask for fewer requests; 503 does so only with Retry-After.

        Raises:
            RateLimitError: there is no permission until then. Nothing was sent.
            RunCancelledError: the run was cancelled. Nothing was sent.
        """
        sent = self._wait(where, until)
        turn = Turn(lambda status, headers: self._hear(sent, status, headers, slowed_by))
        try:
            yield turn
        finally:
            if not turn.is_answered:
                self._lose()

    def now(self) -> float:
        """Return the time in seconds."""
        return self._clock()

    def longest_wait(self) -> float:
        """Return the known seconds until the next request may be sent, 0 if nothing is known."""
        with self._changed:
            return self._pace.delay(self._clock()) or 0.0

    def _wait(self, where: str, until: float) -> Sent:
        with self._in_line():
            while not self._turnstile.acquire(timeout=_SLICE):
                self._require_time(where, until, _SLICE)
            try:
                return self._wait_first_in_line(where, until)
            finally:
                self._turnstile.release()

    @contextmanager
    def _in_line(self) -> Iterator[None]:
        with self._changed:
            self._waiting += 1
        try:
            yield
        finally:
            with self._changed:
                self._waiting -= 1

    def _wait_first_in_line(self, where: str, until: float) -> Sent:
        with self._changed:
            while True:
                delay = self._pace.delay(self._clock())
                self._require_time(where, until, 0.0 if delay is None else delay)
                if delay == 0:
                    return self._pace.send(self._clock())
                self._say(delay or 0)
                since = self._clock()
                self._wait_for(self._changed, _SLICE if delay is None else min(delay, _SLICE))
                self.waited += self._clock() - since

    def _require_time(self, where: str, until: float, delay: float) -> None:
        if _cancelled.is_set():
            raise RunCancelledError(f"{where} was not sent: the run was cancelled")
        if delay > max(0.0, until - self._clock()):
            asked = f"AssistAI allows no request for {delay:.0f} s" if delay >= 1 else "AssistAI allowed none in time"
            raise RateLimitError(f"{where} was not sent: {asked}; {RateLimitError.advice}")

    def _hear(self, sent: Sent, status: int, headers: Mapping[str, str], slowed_by: Collection[int]) -> None:
        quota, retry_after = read_quota(headers), read_retry_after(headers)
        with self._changed:
            if is_refusal(status, retry_after, slowed_by):
                self._pace.refuse(self._clock(), sent, retry_after, quota)
            else:
                self._pace.answer(self._clock(), sent, quota)
            self._changed.notify()

    def _lose(self) -> None:
        with self._changed:
            self._pace.lose()
            self._changed.notify()

    def _say(self, delay: float) -> None:
        """Show now and then the pace that the API allows, and the time that the waiting requests will take."""
        rate, now = self._pace.rate, self._clock()
        wait = max(delay, self._waiting / rate if rate else 0.0)
        if not self._pace.is_limited or wait < _WORTH_TELLING:
            return
        if self._told_at is not None and now - self._told_at < _TOLD_EVERY:
            return
        self._told_at = now
        pace = f"AssistAI allows about {in_words(rate)}" if rate else "AssistAI asks for fewer requests"
        waiting = "1 request is waiting" if self._waiting == 1 else f"{self._waiting} requests are waiting"
        self._tell(f"{pace}; {waiting}: about {duration(wait)}")


def in_words(rate: float) -> str:
    """Return requests a second in words: the first of second, minute and hour that has at least one request."""
    for seconds, unit in ((1, "second"), (60, "minute")):
        if rate * seconds >= 1:
            count = round(rate * seconds)
            return f"{count} request{'s' if count > 1 else ''} a {unit}"
    return f"{max(1, round(rate * 3600))} requests an hour"


def duration(seconds: float) -> str:
    """Return seconds in words."""
    if seconds < 90:  # noqa: PLR2004 - longer times are easier to read in minutes
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes"


_limiters: WeakValueDictionary[tuple[str, str, str], Limiter] = WeakValueDictionary()
_limiters_lock = Lock()


def limiter_of(settings: Settings) -> Limiter:
    """Return the limiter of an organization, which all its connections in this process share."""
    with _limiters_lock:
        limiter = _limiters.get(settings.key)
        if limiter is None:
            limiter = _limiters[settings.key] = Limiter()
    if settings.requests_per_second is not None:
        limiter.limit(settings.requests_per_second)
    return limiter
