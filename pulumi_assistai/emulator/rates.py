"""Rate limits of each sender, and the headers that report them."""

from __future__ import annotations

import math
import re
import time
from collections import deque
from collections.abc import Callable, Hashable
from typing import Literal, NamedTuple, Protocol

from pulumi_assistai.emulator.errors import EmulatorError

Windows = Literal["nest", "clock", "sliding"]
HeaderStyle = Literal["nest", "ietf", "retry-after", "none"]

_SECONDS = {"s": 1, "m": 60, "min": 60, "h": 3600}
_TINY = 1e-6
"""Smaller differences of seconds and tokens come from floating point and count as none."""


class Rate(NamedTuple):
    """A number of requests in a number of seconds."""

    requests: int
    seconds: int


class Verdict(NamedTuple):
    """A limit's verdict on a request.

    Attributes:
        allowed: whether it may pass.
        remaining: the number of further requests that may pass now.
        wait: the seconds until more may pass than `remaining`; greater than 0.
    """

    allowed: bool
    remaining: int
    wait: float


class Limit:
    """A limit on requests, with a count for each sender. Without a burst it counts in windows.

    It is not thread-safe: the emulator uses it only in its event loop.

    Args:
        rate: the rate, such as "10/s", "10/m", "10/min", "10/h" or "10/3s".
        burst: the capacity of a token bucket that is refilled at the rate. None counts in windows instead.
        windows: the kind of the windows. "nest": one begins with the first request after the last one ended. "clock":
            they follow each other without a gap, and all senders have the same ones. "sliding": the seconds before
            each request are one.
        headers: the headers of answers. "nest": X-RateLimit-Limit, X-RateLimit-Remaining and X-RateLimit-Reset. "ietf":
            RateLimit-Policy and RateLimit, as in draft-ietf-httpapi-ratelimit-headers. Both add Retry-After where a
            request is refused. "retry-after": that alone. "none": no header.
        clock: returns the time in seconds.

    Raises:
        EmulatorError: the rate is invalid, the burst is less than 1, or there are both a burst and windows.
    """

    def __init__(
        self,
        rate: str,
        *,
        burst: int | None = None,
        windows: Windows = "nest",
        headers: HeaderStyle = "nest",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if burst is not None and burst < 1:
            raise EmulatorError(f"the burst {burst} lets no request pass; use 1 or more")
        if burst is not None and windows != "nest":
            raise EmulatorError(f'a burst is not counted in windows; remove the burst or the windows "{windows}"')
        self._rate = parse_rate(rate)
        self._burst = burst
        self._windows = windows
        self._headers = headers
        self._clock = clock
        self._meters: dict[Hashable, _Meter] = {}

    def ask(self, sender: Hashable) -> Verdict:
        """Count a request of a sender, and return whether it may pass. A refused request does not count."""
        if sender not in self._meters:
            self._meters[sender] = self._meter()
        return self._meters[sender].take(self._clock())

    def headers(self, verdict: Verdict) -> dict[str, str]:
        """Return the headers of an answer, names in lower case."""
        wait = _whole(verdict.wait)
        refused = {} if verdict.allowed or self._headers == "none" else {"retry-after": str(wait)}
        return self._told(verdict.remaining, wait) | refused

    def _told(self, remaining: int, wait: int) -> dict[str, str]:
        quota = self._quota()
        if self._headers == "nest":
            return {
                "x-ratelimit-limit": str(quota.requests),
                "x-ratelimit-remaining": str(remaining),
                "x-ratelimit-reset": str(wait),
            }
        if self._headers == "ietf":
            return {
                "ratelimit-policy": f'"default";q={quota.requests};w={quota.seconds}',
                "ratelimit": f'"default";r={remaining};t={wait}',
            }
        return {}

    def _quota(self) -> Rate:
        """Return the number of requests that may pass at once, and the seconds until as many may pass again."""
        if self._burst is None:
            return self._rate
        return Rate(self._burst, _whole(self._burst * self._rate.seconds / self._rate.requests))

    def _meter(self) -> _Meter:
        if self._burst is not None:
            return _Bucket(self._rate, self._burst)
        if self._windows == "sliding":
            return _SlidingWindow(self._rate)
        return _FixedWindow(self._rate, on_clock=self._windows == "clock")


def parse_rate(text: str) -> Rate:
    """Read a rate.

    Raises:
        EmulatorError: it is not a rate.
    """
    found = re.fullmatch(r"0*([1-9][0-9]{0,8})/(?:0*([1-9][0-9]{0,8}))?(s|m|min|h)", text)
    if found is None:
        raise EmulatorError(f'the rate "{text}" is not a count and a time; use for example 10/s, 10/m, 10/h or 10/3s')
    return Rate(int(found[1]), int(found[2] or 1) * _SECONDS[found[3]])


def optional_limit(
    rate: str, *, burst: int | None, windows: Windows, headers: HeaderStyle, clock: Callable[[], float]
) -> Limit | None:
    """Return a limit, None without a rate; see `Limit`.

    Raises:
        EmulatorError: see `Limit`; or there is no rate, but a burst, windows or headers.
    """
    if rate:
        return Limit(rate, burst=burst, windows=windows, headers=headers, clock=clock)
    if (burst, windows, headers) != (None, "nest", "nest"):
        raise EmulatorError("burst, windows and headers have no effect without a rate; add one, such as 10/s")
    return None


class _Meter(Protocol):
    """The count of one sender."""

    def take(self, now: float) -> Verdict: ...


class _FixedWindow:
    def __init__(self, rate: Rate, *, on_clock: bool) -> None:
        self._rate = rate
        self._on_clock = on_clock
        self._end = -math.inf
        self._used = 0

    def take(self, now: float) -> Verdict:
        if now >= self._end:
            begin = now - now % self._rate.seconds if self._on_clock else now
            self._end = begin + self._rate.seconds
            self._used = 0
        allowed = self._used < self._rate.requests
        self._used += allowed
        return Verdict(allowed, self._rate.requests - self._used, self._end - now)


class _SlidingWindow:
    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._ends: deque[float] = deque()
        """The times when passed requests leave the window."""

    def take(self, now: float) -> Verdict:
        while self._ends and now >= self._ends[0]:
            self._ends.popleft()
        allowed = len(self._ends) < self._rate.requests
        if allowed:
            self._ends.append(now + self._rate.seconds)
        return Verdict(allowed, self._rate.requests - len(self._ends), self._ends[0] - now)


class _Bucket:
    def __init__(self, rate: Rate, capacity: int) -> None:
        self._rate = rate
        self._capacity = capacity
        self._tokens = float(capacity)
        self._filled_at = -math.inf

    def take(self, now: float) -> Verdict:
        refill = (now - self._filled_at) * self._rate.requests / self._rate.seconds
        self._tokens = min(self._capacity, self._tokens + refill)
        self._filled_at = now
        allowed = self._tokens > 1 - _TINY
        self._tokens -= allowed
        remaining = math.floor(self._tokens + _TINY)
        return Verdict(allowed, remaining, (remaining + 1 - self._tokens) * self._rate.seconds / self._rate.requests)


def _whole(seconds: float) -> int:
    """Round seconds up, so that waiting for them is long enough."""
    return max(1, math.ceil(seconds - _TINY))
