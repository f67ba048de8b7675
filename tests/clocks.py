"""Clocks that tests set: no test waits for what is only waited for."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
import tenacity
from tenacity import nap

from pulumi_assistai.client import transport


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
    """Let requests be repeated by a clock, the usual backoff with all of its jitter."""
    monkeypatch.setattr(nap, "time", clock)
    monkeypatch.setattr(tenacity, "time", clock)
    monkeypatch.setattr(random, "uniform", lambda _, most: most)


def answers_at(moment: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let answers arrive at a moment, in seconds since 1970."""
    monkeypatch.setattr(transport, "time", SimpleNamespace(time=lambda: moment, monotonic=time.monotonic))
