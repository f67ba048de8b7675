"""The lines that two texts have in common: the right ones, and without much work."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_assistai.engine.reporting import lines
from pulumi_assistai.engine.reporting.diff import differences
from pulumi_assistai.engine.reporting.lines import Block, common_blocks

COUNT = 50_000
TEXTS = st.lists(st.sampled_from(["a", "b", "c", "d"]) | st.integers(0, 99).map(str), max_size=60)


class Counting(str):
    """A line that counts how often lines are compared."""

    __slots__ = ()
    compared = 0

    def __eq__(self, other: object) -> bool:
        Counting.compared += 1
        return str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__


def replaced(texts: list[str], **changes: str) -> list[str]:
    """Return the texts with other ones at some places, as in `_7="new"`."""
    return [changes.get(f"_{place}", text) for place, text in enumerate(texts)]


EQUAL = ["the same line"] * COUNT
OWN = [f"line {number}" for number in range(COUNT)]
CASES = {
    "one of equal lines is changed": (EQUAL, replaced(EQUAL, _25000="new"), COUNT - 1),
    "two of equal lines are changed": (EQUAL, replaced(EQUAL, _10="new", _49000="new"), COUNT - 2),
    "equal lines are added": (EQUAL, [*EQUAL, *EQUAL[:100]], COUNT),
    "one line of its own is added": (OWN, [*OWN[:7], "new", *OWN[7:]], COUNT),
    "every second line is changed": (OWN, [text + "!" * (place % 2) for place, text in enumerate(OWN)], COUNT // 2),
    "the halves are exchanged": (OWN, [*OWN[COUNT // 2 :], *OWN[: COUNT // 2]], COUNT // 2),
    "everything is new": (OWN, [text + "!" for text in OWN], 0),
    "few lines repeat": ([*"ab"] * (COUNT // 2), [*"abb"] * (COUNT // 3), COUNT // 3),
}


def check(old: Sequence[str], new: Sequence[str], blocks: Sequence[Block]) -> int:
    """Check that the blocks are common, in order and apart, and return how many lines they are."""
    ends = (-1, -1)
    for block in blocks:
        assert block.size > 0
        assert block.old >= ends[0]
        assert block.new >= ends[1]
        assert (block.old, block.new) != ends
        ends = (block.old + block.size, block.new + block.size)
        assert old[block.old : ends[0]] == new[block.new : ends[1]]
    return sum(block.size for block in blocks)


@pytest.mark.parametrize(("old", "new", "least"), CASES.values(), ids=CASES.keys())
def test_long_texts_take_little_work(
    monkeypatch: pytest.MonkeyPatch, old: list[str], new: list[str], least: int
) -> None:
    given_to_difflib = []
    real = difflib.SequenceMatcher

    def matcher(junk: None, a: list[str], b: list[str], *, autojunk: bool) -> difflib.SequenceMatcher[str]:
        given_to_difflib.append(len(a) * len(b))
        return real(junk, a, b, autojunk)

    monkeypatch.setattr(difflib, "SequenceMatcher", matcher)
    counted = [list(map(Counting, texts)) for texts in (old, new)]
    Counting.compared = 0
    blocks = common_blocks(*counted)
    assert Counting.compared < 8 * (len(old) + len(new))
    assert sum(given_to_difflib) <= lines._MOST_PAIRS  # noqa: SLF001
    assert check(old, new, blocks) >= least


@given(TEXTS, TEXTS, st.integers(0, 50), st.integers(0, 500))
def test_common_lines_are_common(old: list[str], new: list[str], part: int, whole: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "_MOST_PAIRS_OF_A_PART", part)
        patch.setattr(lines, "_MOST_PAIRS", whole)
        blocks = common_blocks(old, new)
    check(old, new, blocks)


def test_parts_within_parts_end_somewhere() -> None:
    # Each line that both have once is found only after the one around it was: part in part in part.
    old = [text for number in range(2_000) for text in (f"{number // 2}", f"{number}")]
    new = [text for number in range(2_000) for text in (f"{number}", f"{number // 2}")]
    check(old, new, common_blocks(old, new))


def test_few_lines_around_a_change_are_shown() -> None:
    changed = replaced(EQUAL, _10="new", _12="new", _25000="new", _49999="new")
    shown = [str(line).strip() for line in differences({"a": "\n".join(EQUAL)}, {"a": "\n".join(changed)}, 1)]
    same, removed, added = "the same line", "- the same line", "+ new"
    assert shown == [
        "~ a:",
        "...",
        *[same, same, removed, added, same, removed, added, same, same],
        "...",
        *[same, same, removed, added, same, same],
        "...",
        *[same, same, removed, added],
    ]
