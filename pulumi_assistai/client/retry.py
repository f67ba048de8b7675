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
"""Seconds: an API that fails and asks for more is answered with an error at once."""

_UNAVAILABLE = 503


def announce_retries(tell: Callable[[str], None] = redaction.tell) -> None:
    """Say what is tried again and when, in this process: a long wait must not look like a hang.

    Args:
        tell: called with each line, in the thread that waits; default: writes to standard error.
    """

    def announce(details: stamina.instrumentation.RetryDetails) -> None:
        tell(f"{details.caused_by}; tried again in {details.wait_for:.1f} s")

    stamina.instrumentation.set_on_retry_hooks([announce])


@dataclass(frozen=True)
class RetryPolicy:
    """When a request may be sent again.

    Attributes:
        statuses: HTTP statuses of failures after which it may.
        after_loss: whether it may when the answer was lost; where not, only when the connection never opened.
        refusals: HTTP statuses with which the API refuses a request for its rate, and after which nothing happened;
            503 is one with Retry-After alone.
        slowed_by: HTTP statuses that ask for fewer requests, whether or not this one may be sent again.
        attempts: how often it is sent at most. Refusals are no attempts.
    """

    statuses: frozenset[int]
    after_loss: bool
    refusals: frozenset[int] = frozenset({429})
    slowed_by: frozenset[int] = frozenset({429, _UNAVAILABLE})
    attempts: int = 6

    def is_refusal(self, error: ApiError) -> bool:
        """Return whether the API refused a request for its rate, and not a firewall that never lets it through."""
        return not isinstance(error, FirewallError) and is_refusal(error.status, error.retry_after, self.refusals)

    def wait(self, error: Exception) -> bool | float:
        """Say whether to repeat after `error`: no, yes with the usual backoff, or yes after so many seconds."""
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
        """Call `send` until it succeeds, may not be repeated, or the patience is over."""
        caller = stamina.RetryingCaller(attempts=self.attempts, timeout=None, wait_jitter=0.5)
        return caller(lambda error: not patience.is_over and self.wait(error), send)


class Patience:
    """The seconds that all attempts of a request may take together; what it waits for permission does not count.

    Args:
        seconds: how many.
    """

    def __init__(self, seconds: float) -> None:
        self._left = seconds
        self._since = 0.0

    @property
    def is_over(self) -> bool:
        """Whether they have passed."""
        return self._left <= 0

    def __enter__(self) -> None:
        self._since = time.monotonic()

    def __exit__(self, *_: object) -> None:
        self._left -= time.monotonic() - self._since


_PASSING = frozenset({408, 425, 500, 502, 503, 504, *UNREACHABLE})
"""Time-outs, failures, and what Cloudflare says where it cannot reach the API."""

REPEATABLE = RetryPolicy(_PASSING, after_loss=True, refusals=frozenset({429, _UNAVAILABLE}))
"""For what ends the same however often it is done: GET, PATCH, DELETE."""

ONCE = RetryPolicy(frozenset(), after_loss=False)
"""For what must not happen twice: POST. Neither a 408 nor a 5xx says that nothing happened."""

STARTING = RetryPolicy(frozenset(), after_loss=False, slowed_by=frozenset({429}))
"""For asking for a QR, which starts a connection: 503 is the answer of one that has not started yet."""
