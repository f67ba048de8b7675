"""A clock that a test sets: waiting takes no time."""

from __future__ import annotations

from collections.abc import Callable


class Clock:
    """Stands in for the module `time`.

    Attributes:
        slept: how long each wait was.
        during_sleep: what happens in the waits, one call a wait.
    """

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.during_sleep: list[Callable[[], object]] = []
        self._now = 1000.0

    def monotonic(self) -> float:
        return self._now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self._now += seconds
        if self.during_sleep:
            self.during_sleep.pop(0)()
