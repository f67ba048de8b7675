"""The retry policy, as data."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import stamina

from pulumi_assistai.errors import ApiError, NotSentError, TransportError

T = TypeVar("T")

LONGEST_WAIT = 30.0
"""Seconds: an API that asks for more is answered with an error at once."""


def announce_retries() -> None:
    """Say on standard error what is tried again and when, in this process: a long wait must not look like a hang."""
    stamina.instrumentation.set_on_retry_hooks([_announce])


def _announce(details: stamina.instrumentation.RetryDetails) -> None:
    sys.stderr.write(f"{details.caused_by}; tried again in {details.wait_for:.1f} s\n")
    sys.stderr.flush()


@dataclass(frozen=True)
class RetryPolicy:
    """When a request may be sent again.

    Attributes:
        statuses: HTTP statuses after which it may.
        after_loss: whether it may when the answer was lost; where not, only when the connection never opened.
        attempts: how often it is sent at most.
    """

    statuses: frozenset[int]
    after_loss: bool
    attempts: int = 6

    def wait(self, error: Exception) -> bool | float:
        """Say whether to repeat after `error`: no, yes with the usual backoff, or yes after so many seconds."""
        if isinstance(error, TransportError):
            return self.after_loss or isinstance(error, NotSentError)
        if not isinstance(error, ApiError) or error.status not in self.statuses:
            return False
        if error.retry_after is None:
            return True
        return error.retry_after if error.retry_after <= LONGEST_WAIT else False

    def run(self, send: Callable[[], T], *, deadline: float) -> T:
        """Call `send` until it succeeds or may not be repeated, for about `deadline` seconds at most."""
        caller = stamina.RetryingCaller(attempts=self.attempts, timeout=deadline, wait_jitter=0.5)
        return caller(self.wait, send)


REPEATABLE = RetryPolicy(frozenset({429, 500, 502, 503, 504}), after_loss=True)
"""For what ends the same however often it is done: GET, PATCH, DELETE."""

ONCE = RetryPolicy(frozenset({429}), after_loss=False)
"""For what must not happen twice: POST, and asking for a QR, which starts a connection."""
