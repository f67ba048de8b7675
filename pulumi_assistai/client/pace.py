"""The pace of requests to an API with unknown limits: learned from its refusals and its headers.

Until the API refuses a request, no request waits, except that the number under way starts small and grows: so a limit
is met with few requests under way. After a refusal all requests wait. One request probes whether the API answers again.
Then the others follow, evenly spaced, at the rate that the API answered before. Each further refusal lowers that rate.
While there is none, it rises slowly.

The numbers come from simulations of 100 and 1,000 requests against fixed windows, sliding windows and token buckets, of
5 to 20 requests a second and of 10 in 3 and in 60 seconds, with and without Retry-After: see tests/client/test_pace.py.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from pulumi_assistai.client.quota import Quota

_FIRST_ROOM = 4
"""Requests that may be under way at the start."""

_SILENCE = 0.02
"""Seconds without an answer, after which more requests may be under way: a slow API must not cost time."""

_ROOM_SECONDS = 0.007
"""Further seconds without an answer, each of which allows one more request."""

_ROOM_ANSWERS = 4
"""Answers that allow one more request."""

_IDLE = 0.05
"""Seconds without a request after which the next request counts as the first."""

_FIRST_PAUSE = 0.25
"""Seconds to wait after a refusal that does not say how long."""

_BLOCKED_SHARE = 0.8
"""Shortest pause, as a share of the time that the API refused everything before: its window may be long or short."""

_PAUSE_GROWTH = 1.5
_LONGEST_PAUSE = 15.0

_FEW = 2
"""Answers before the first refusal that are too few to show the rate. Then each answer raises it until a refusal."""

_FEW_RATE = 1.0
_FEW_GROWTH = 1.3
_FEW_CUT = 1.4

_BETWEEN = 0.1
"""Place of the first rate between the lowest and the highest rate that the refusals leave possible."""

_SOON = 4
"""Answers after which a refusal shows how much the rate was too high. Before, it only shows that it was."""

_CUT = 0.9
_DEEPEST_CUT = 0.8
_CEILING_SHARE = 1.2
_NEAR_CEILING = 0.95
_APPROACH = 0.05
_PATIENCE = 24
"""Answers near the ceiling before a try whether the API allows more by now."""

_PATIENCE_PER_LOSS = 6.0
"""Answers before a try for each request that the last refusal held back: the costlier a try, the rarer."""

_GROWTH = 0.001
_GROWTH_DOUBLES = 32
"""Answers after which the growth of the rate per answer has doubled."""

_LARGEST_GROWTH = 0.1
_ROOM_AGAIN = 2.0
"""Requests that may be under way after a refusal; each answer adds one."""

_MOST_ROOM = 128.0
_SHORTEST = 0.001


@dataclass(frozen=True)
class Sent:
    """A request under way.

    Attributes:
        at: when it was sent.
    """

    at: float


class Pace:
    """Decides when the next request may be sent. Times are seconds of one clock; not safe to share between threads.

    Args:
        most: highest number of requests a second, None for as many as the API allows.

    Attributes:
        under_way: requests without an answer so far.
    """

    def __init__(self, most: float | None = None) -> None:
        self.under_way = 0
        self._most = math.inf if most is None else most
        self._learned: _Learned | None = None
        self._quota = _QuotaWindow()
        self._burst = _Burst()
        self._room = _ROOM_AGAIN
        self._next_at = -math.inf
        self._held_until = -math.inf
        self._refused_at = -math.inf
        self._pause = _FIRST_PAUSE
        self._probing = False
        self._blocked_since = -math.inf
        self._blocked = 0.0

    @property
    def is_limited(self) -> bool:
        """Whether the API limits the pace, as far as its refusals and headers show."""
        return self._probing or self._learned is not None or self._quota.is_used_up

    @property
    def rate(self) -> float | None:
        """Requests a second that the API is known to allow, None if that is unknown."""
        if self._quota.rate is not None:
            return self._quota.rate
        return None if self._learned is None else self._learned.rate

    @property
    def _interval(self) -> float:
        """Seconds from one request to the next."""
        return 1 / min(self._most, math.inf if self._learned is None else self._learned.rate)

    def limit(self, most: float) -> None:
        """Send at most `most` requests a second from now on."""
        self._most = min(self._most, most)

    def delay(self, now: float) -> float | None:
        """Return the seconds until the next request may be sent, None if that depends on the next answer."""
        self._quota.renew(now)
        held = max(self._held_until, self._quota.used_up_until) - now
        if held > 0:
            return held
        if self._probing or self._quota.is_unknown:
            return None if self.under_way else 0.0
        if self.under_way >= self._quota.room:
            return None
        if self._learned is not None and self.under_way >= self._room:
            return None
        if self._learned is None and self.under_way and self.under_way >= self._burst.room(now):
            return _ROOM_SECONDS
        return max(0.0, self._next_at - now)

    def send(self, now: float) -> Sent:
        """Note the sending of a request."""
        if not self.under_way and self._learned is None and not self._probing:
            self._burst.begin(now)
        self.under_way += 1
        # Threads wake late: the next request may make up for one interval at most.
        self._next_at = max(self._next_at, now - self._interval) + self._interval
        return Sent(now)

    def lose(self) -> None:
        """Note that a request got no answer."""
        self.under_way -= 1

    def answer(self, now: float, sent: Sent, quota: Quota | None = None) -> None:
        """Note that the API answered a request with anything but a refusal."""
        self.under_way -= 1
        self._burst.answer(now)
        self._quota.hear(now, sent.at, quota)
        if sent.at <= self._refused_at:
            return
        if self._probing:
            self._resume(sent)
        elif self._learned is not None:
            self._room = min(self._room + 1, _MOST_ROOM)
            self._learned.answer()

    def refuse(self, now: float, sent: Sent, retry_after: float | None = None, quota: Quota | None = None) -> None:
        """Note that the rate limit refused a request, for `retry_after` seconds if the API says so."""
        self.under_way -= 1
        self._quota.hear(now, sent.at, quota)
        wait = self._quota.used_up_until - now if retry_after is None else retry_after
        if wait > 0:
            self._held_until = max(self._held_until, now + wait)
        if sent.at <= self._refused_at:
            return
        if self._probing:
            self._burst.refuse_again(sent, retry_after)
        else:
            self._blocked_since = now
            if not self._quota.is_used_up:
                self._learn(now, sent, retry_after)
        if wait <= 0 and (retry_after is None or self._probing):
            self._held_until = now + self._pause
            self._pause = min(self._pause * _PAUSE_GROWTH, _LONGEST_PAUSE)
        self._refused_at = now
        self._probing = True

    def _learn(self, now: float, sent: Sent, retry_after: float | None) -> None:
        if self._learned is None:
            self._burst.refuse(sent, retry_after)
        else:
            self._learned.refuse(now - self._refused_at)
            self._pause = max(_FIRST_PAUSE, 1 / self._learned.rate, _BLOCKED_SHARE * self._blocked)

    def _resume(self, sent: Sent) -> None:
        self._probing = False
        self._blocked = sent.at - self._blocked_since
        self._pause = _FIRST_PAUSE
        self._room = _ROOM_AGAIN
        if self._learned is None and self._burst.was_refused:
            self._learned = self._burst.rate(sent)
        if self._learned is not None:
            self._learned.resume(self._held_until - self._refused_at)
            self._next_at = sent.at + self._interval


class _Burst:
    """The requests before the first refusal, and the rate that they show."""

    def __init__(self) -> None:
        self._since = 0.0
        self._count = 0
        self._room = float(_FIRST_ROOM)
        self._last_answer = -math.inf
        self._free_at = math.inf
        self._refused_at = -math.inf
        self.was_refused = False

    def begin(self, now: float) -> None:
        if now - self._last_answer > _IDLE:
            self._since, self._count, self._room = now, 0, float(_FIRST_ROOM)

    def room(self, now: float) -> float:
        """Return the number of requests that may be under way."""
        silent = now - max(self._since, self._last_answer) - _SILENCE
        return self._room + max(0.0, silent) / _ROOM_SECONDS

    def answer(self, now: float) -> None:
        self._room = self.room(now) + 1 / _ROOM_ANSWERS
        self._count += 1
        self._last_answer = now

    def refuse(self, sent: Sent, retry_after: float | None) -> None:
        """Note the first refusal: Retry-After or a later request shows when the API is free again."""
        self.was_refused = True
        self._free_at = sent.at + retry_after if retry_after else math.inf

    def refuse_again(self, sent: Sent, retry_after: float | None) -> None:
        """Note that the API refused a probe."""
        self._refused_at = sent.at
        self._free_at = sent.at + retry_after if retry_after else math.inf

    def rate(self, answered: Sent) -> _Learned:
        """Return the rate: the answers of the burst, over the time from its start until the API was free again."""
        count = max(self._count, 1)
        rate = count / max(min(answered.at, self._free_at) - self._since, _SHORTEST)
        if count <= _FEW:
            return _Learned(max(rate, _FEW_RATE), few=True)
        if self._refused_at > self._since:
            rate += _BETWEEN * (count / (self._refused_at - self._since) - rate)
        return _Learned(rate, few=False)


class _Learned:
    """A rate learned from refusals, and the lowest refused rate."""

    def __init__(self, rate: float, *, few: bool) -> None:
        self.rate = rate
        self._usual = rate
        self._few = few
        self._ceiling = math.inf
        self._answers = 0
        self._calm = 0
        self._patience = float(_PATIENCE)

    def resume(self, held: float) -> None:
        """Begin again after `held` seconds without a request."""
        self._answers = 0
        self._patience = max(_PATIENCE, _PATIENCE_PER_LOSS * held * self.rate)

    def answer(self) -> None:
        self._answers += 1
        near = _NEAR_CEILING * self._ceiling
        if self._few:
            self.rate *= _FEW_GROWTH
        elif self._ceiling < math.inf and self.rate < near:
            self._calm = 0
            self.rate = min(near, self.rate + max(_APPROACH * (self._ceiling - self.rate), _GROWTH * self.rate))
        else:
            self._calm += 1
            self.rate *= 1 + self._growth()

    def refuse(self, seconds: float) -> None:
        """Lower the rate, `seconds` after the last refusal."""
        refused, self._calm = self.rate, 0
        delivered = (self._answers + 1) / max(seconds, _SHORTEST)
        self._ceiling = refused
        if self._few:
            self.rate = refused / _FEW_CUT
        elif self._answers < _SOON:
            self.rate = max(0.3 * refused, min(0.7 * refused, delivered))
        else:
            self.rate = min(_CUT * refused, max(delivered, _DEEPEST_CUT * refused))
            self._ceiling = min(refused, max(_CEILING_SHARE * delivered, self.rate))
        if self._few:
            self._few, self._usual = False, self.rate

    def _growth(self) -> float:
        # Several programs may share a limit: the slower ones speed up sooner, so that each finds its share.
        share = min(1.0, self.rate / self._usual)
        beyond = self._calm - self._patience * share
        growth = _GROWTH / share**2 * 2 ** (beyond / _GROWTH_DOUBLES)
        return min(_LARGEST_GROWTH, growth) if beyond > 0 else 0.0


class _QuotaWindow:
    """The quota that the API reported last."""

    def __init__(self) -> None:
        self._last: Quota | None = None
        self._said_at = -math.inf
        self._ends_at = -math.inf
        self._window: float | None = None
        self.is_unknown = False

    @property
    def is_used_up(self) -> bool:
        return self._last is not None and self._last.remaining <= 0

    @property
    def used_up_until(self) -> float:
        return self._ends_at if self.is_used_up else -math.inf

    @property
    def rate(self) -> float | None:
        if self._last is None or self._last.limit is None or not self._window:
            return None
        return self._last.limit / self._window

    @property
    def room(self) -> float:
        """Return how many requests may be under way: half of the rest, since other programs may use the same quota."""
        return math.inf if self._last is None else max(1.0, self._last.remaining / 2)

    def renew(self, now: float) -> None:
        """Forget the quota once its window is over: the next answer reports the new one."""
        if self.is_used_up and now >= self._ends_at:
            self._last, self.is_unknown = None, True

    def hear(self, now: float, sent_at: float, quota: Quota | None) -> None:
        self.is_unknown = False
        if quota is None or sent_at < self._said_at:
            return
        ends_at = -math.inf if quota.reset is None else now + quota.reset
        # APIs round up to whole seconds: of all ends reported for one window, the earliest is the most exact.
        self._ends_at = min(self._ends_at, ends_at) if now < self._ends_at else ends_at
        self._window = quota.window or max(self._window or 0.0, quota.reset or 0.0)
        self._last, self._said_at = quota, sent_at
