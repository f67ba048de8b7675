"""The retry policy, as data."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import stamina

from pulumi_assistai import redaction
from pulumi_assistai.client.quota import is_refusal
from pulumi_assistai.errors import (
    UNREACHABLE,
    ApiError,
    FirewallError,
    NotSentError,
    RateLimitError,
    RunCancelledError,
    TransportError,
)

T = TypeVar("T")

LONGEST_WAIT = 30.0
"""Seconds: if a failing API asks to wait longer, the request fails at once."""

_UNAVAILABLE = 503


def announce_retries(tell: Callable[[str], None] = redaction.tell) -> None:
    """Show the retries of this process: a long wait must not look like a hang.

    Args:
        tell: called with each line, in the thread that waits; default: writes to standard error.
    """

    def announce(details: stamina.instrumentation.RetryDetails) -> None:
        tell(f"{details.caused_by}; trying again in {details.wait_for:.1f} s")

    stamina.instrumentation.set_on_retry_hooks([announce])


@dataclass(frozen=True)
class RetryPolicy:
    """When a request may be sent again.

    Attributes:
        statuses: HTTP statuses of failures after which it may.
        after_loss: whether it may after a lost answer. If not, it may only if the connection never opened.
        refusals: HTTP statuses of a rate limit, after which nothing happened; 503 counts only with Retry-After.
        slowed_by: HTTP statuses that ask for fewer requests, whether or not this request may be sent again.
        attempts: the highest number of attempts. Refusals do not count as attempts.
    """

    statuses: frozenset[int]
    after_loss: bool
    refusals: frozenset[int] = frozenset({429})
    slowed_by: frozenset[int] = frozenset({429, _UNAVAILABLE})
    attempts: int = 6

    def is_refusal(self, error: ApiError) -> bool:
        """Return whether a rate limit refused the request. A firewall may have the same status, and never allows it."""
        return not isinstance(error, FirewallError) and is_refusal(error.status, error.retry_after, self.refusals)

    def wait(self, error: Exception) -> bool | float:
        """Return whether to repeat after `error`: False, True with the usual backoff, or the seconds to wait first."""
        if isinstance(error, RateLimitError | RunCancelledError):
            return False
        if isinstance(error, TransportError):
            return self.after_loss or isinstance(error, NotSentError)
        if not isinstance(error, ApiError) or error.status not in self.statuses:
            return False
        if error.retry_after is None:
            return True
        return error.retry_after if error.retry_after <= LONGEST_WAIT else False

    def run(self, send: Callable[[], T], patience: Patience) -> T:
        """Call `send` until it succeeds, must not be repeated, or the patience is over."""
        caller = stamina.RetryingCaller(attempts=self.attempts, timeout=None, wait_jitter=0.5)
        return caller(lambda error: not patience.is_over and self.wait(error), send)


class Patience:
    """The time that all attempts of a request may take together, without its waits for the rate limit.

    Args:
        seconds: the time.
    """

    def __init__(self, seconds: float) -> None:
        self._left = seconds
        self._since = 0.0

    @property
    def is_over(self) -> bool:
        """Whether the time is over."""
        return self._left <= 0

    def __enter__(self) -> None:
        self._since = time.monotonic()

    def __exit__(self, *_: object) -> None:
        self._left -= time.monotonic() - self._since


_PASSING = frozenset({408, 425, 500, 502, 503, 504, *UNREACHABLE})
"""Time-outs, server errors, and Cloudflare's statuses for an API that it cannot reach."""

REPEATABLE = RetryPolicy(_PASSING, after_loss=True, refusals=frozenset({429, _UNAVAILABLE}))
"""For requests that are safe to repeat: GET, PATCH, DELETE."""

ONCE = RetryPolicy(frozenset(), after_loss=False)
"""For requests that must not happen twice: POST. After a 408 or a 5xx it may have happened."""

STARTING = RetryPolicy(frozenset(), after_loss=False, slowed_by=frozenset({429}))
"""For the request of a QR code, which starts a connection. Until it has started, the API answers 503."""
