"""Common lines of two texts, in a time that grows little faster than the texts.

The time of `difflib` grows with the square of the number of lines, with the cube if lines repeat: for 20,000 equal
lines with one changed it takes 90 s, this module 0.01 s. `difflib` only gets small parts: those between common heads
and tails, and between lines that occur once in both texts. Risk: in large parts, more lines than necessary may count as
changed.
"""

from __future__ import annotations

import difflib
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_MOST_PAIRS_OF_A_PART = 100_000
_MOST_PAIRS = 1_000_000
_DEEPEST = 20


class Block(NamedTuple):
    """Common lines: `size` lines, from line `old` in one text and from line `new` in the other."""

    old: int
    new: int
    size: int


def common_blocks(old: Sequence[str], new: Sequence[str]) -> list[Block]:
    """Return the blocks of common lines, in order. No two of them are adjacent."""
    blocks: list[Block] = []
    for block in _Search(old, new).between(Block(0, 0, 0), Block(len(old), len(new), 0)):
        last = blocks[-1] if blocks else Block(0, 0, 0)
        if blocks and (last.old + last.size, last.new + last.size) == block[:2]:
            blocks[-1] = last._replace(size=last.size + block.size)
        elif block.size:
            blocks.append(block)
    return blocks


class _Search:
    """The search in two texts, with the work that is still left for `difflib`."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        self._old = old
        self._new = new
        self._pairs = _MOST_PAIRS

    def between(self, start: Block, end: Block, depth: int = 0) -> Iterator[Block]:
        """Yield the common blocks between two blocks."""
        first, last = self._trimmed(start, end)
        yield first
        rows, columns = last.old - first.old - first.size, last.new - first.new - first.size
        if rows and columns:
            yield from self._inner(first, last, rows * columns, depth)
        yield last

    def _trimmed(self, start: Block, end: Block) -> tuple[Block, Block]:
        """Return the common head and the common tail of a part."""
        old, new = start.old + start.size, start.new + start.size
        most = min(end.old - old, end.new - new)
        head = next((size for size in range(most) if self._old[old + size] != self._new[new + size]), most)
        most -= head
        differing = (size for size in range(most) if self._old[end.old - 1 - size] != self._new[end.new - 1 - size])
        tail = next(differing, most)
        return Block(old, new, head), Block(end.old - tail, end.new - tail, tail)

    def _inner(self, first: Block, last: Block, pairs: int, depth: int) -> Iterator[Block]:
        old, new = first.old + first.size, first.new + first.size
        if pairs <= min(_MOST_PAIRS_OF_A_PART, self._pairs):
            self._pairs -= pairs
            matcher = difflib.SequenceMatcher(
                None, self._old[old : last.old], self._new[new : last.new], autojunk=False
            )
            yield from (Block(old + a, new + b, size) for a, b, size in matcher.get_matching_blocks())
            return
        anchors = self._anchors(range(old, last.old), range(new, last.new)) if depth < _DEEPEST else []
        if not anchors:
            yield from self._side_by_side(range(old, last.old), range(new, last.new))
            return
        for left, right in zip([first, *anchors], [*anchors, last], strict=True):
            yield from self.between(left, right._replace(size=0), depth + 1)
            if right is not last:
                yield right

    def _anchors(self, old: range, new: range) -> list[Block]:
        """Return the lines that occur once in each part, as many as have the same order in both."""
        once = {line for line, count in Counter(self._old[old.start : old.stop]).items() if count == 1}
        places = {line: place for place, line in zip(new, self._new[new.start : new.stop], strict=True) if line in once}
        again = Counter(self._new[new.start : new.stop])
        pairs = [(place, places[line]) for place in old if (line := self._old[place]) in places and again[line] == 1]
        return [Block(*pair, 1) for pair in _increasing(pairs)]

    def _side_by_side(self, old: range, new: range) -> Iterator[Block]:
        """Yield the lines that are equal at the same position of both parts, for parts whose lines repeat."""
        yield from (Block(a, b, 1) for a, b in zip(old, new, strict=False) if self._old[a] == self._new[b])


def _increasing(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return a longest subsequence of `pairs` in which the second numbers increase as well."""
    ends: list[int] = []
    indices: list[int] = []
    before: list[int] = []
    for index, (_, number) in enumerate(pairs):
        length = bisect_left(ends, number)
        ends[length : length + 1] = [number]
        indices[length : length + 1] = [index]
        before.append(indices[length - 1] if length else -1)
    found = []
    index = indices[-1] if indices else -1
    while index >= 0:
        found.append(pairs[index])
        index = before[index]
    return found[::-1]
