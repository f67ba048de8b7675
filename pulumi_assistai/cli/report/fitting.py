"""Fitting of a report into a number of characters: parts become lines, then counts."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """A part of a written report.

    Attributes:
        levels: the part's texts, from whole to nearly nothing. The first one is used if everything fits.
    """

    levels: tuple[str, ...]

    def at(self, level: int) -> str:
        """Return the part at a level; beyond its last level, its shortest text."""
        return self.levels[min(level, len(self.levels) - 1)]


def fit(parts: Sequence[Part], longest: int | None, notice: Callable[[int], str]) -> str:
    """Return the parts as one text of at most `longest` characters.

    All parts go to a level before any goes to the next, the longest part first, and only as far as needed.

    Args:
        parts: the parts in their order.
        longest: characters; None means no limit.
        notice: returns the note that parts were shortened, given their number.
    """
    whole = "".join(part.at(0) for part in parts)
    if longest is None or len(whole) <= longest:
        return whole
    chosen = [0] * len(parts)
    room = longest - len(notice(len(parts)))
    _shorten(parts, chosen, len(whole) - room)
    text = "".join(part.at(level) for part, level in zip(parts, chosen, strict=True))
    short = sum(part.at(0) != part.at(level) for part, level in zip(parts, chosen, strict=True))
    return text + notice(short)


def _shorten(parts: Sequence[Part], chosen: list[int], excess: int) -> None:
    for level in range(1, max(len(part.levels) for part in parts)):
        queue = [(-len(part.at(level - 1)), index) for index, part in enumerate(parts)]
        heapq.heapify(queue)
        while queue and excess > 0:
            _, index = heapq.heappop(queue)
            saved = len(parts[index].at(chosen[index])) - len(parts[index].at(level))
            if saved > 0:
                chosen[index] = level
                excess -= saved
        if excess <= 0:
            return
