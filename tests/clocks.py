"""Clocks that tests set: no test waits for what is only waited for."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from threading import get_ident
from types import SimpleNamespace

import pytest
import tenacity
from tenacity import nap


@dataclass
class Clock:
    """The time between the attempts of a request.

    Attributes:
        now: the seconds that have passed.
        waits: how long was waited each time.
    """

    now: float = 0.0
    waits: list[float] = field(default_factory=list)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.waits.append(seconds)


def retries_on(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this thread's requests be repeated by a clock, the usual backoff with all of its jitter.

    Threads that an earlier test left behind repeat theirs at once.
    """
    own = get_ident()

    def sleep(seconds: float) -> None:
        if get_ident() == own:
            clock.sleep(seconds)

    monkeypatch.setattr(nap, "time", SimpleNamespace(sleep=sleep))
    monkeypatch.setattr(tenacity, "time", clock)
    monkeypatch.setattr(random, "uniform", lambda _, most: most)
