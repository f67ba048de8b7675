"""Differences of texts: unified hunks, with changed words marked in long lines."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Literal

from pulumi_assistai.text import visible

Sign = Literal[" ", "-", "+"]

CONTEXT = 3
BLANK = "⏎"
GAP = "…"

_LONG = 120
_AROUND = 30
_MOST_WORDS = 2_000
_LEAST_ALIKE = 0.3
_WORD = re.compile(r"\w+|\s+|[^\w\s]")
_BLANKS = str.maketrans({" ": "·", "\t": "→"})


@dataclass(frozen=True)
class Piece:
    """A part of a line, and whether it changed."""

    text: str
    changed: bool = False


@dataclass(frozen=True)
class Line:
    """One line of a hunk, safe to show."""

    sign: Sign
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """The line without marks."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True)
class Hunk:
    """Lines that changed together, with their context.

    Attributes:
        at: its position, as in "-3,7 +3,8"; empty if several agents have it at different positions.
        before, after: unchanged lines around it.
        lines: the lines from the first changed one to the last.
        added_texts: the added lines unchanged, for a search in files.
    """

    at: str
    before: tuple[Line, ...]
    lines: tuple[Line, ...]
    after: tuple[Line, ...]
    added_texts: tuple[str, ...] = field(default=(), compare=False)

    @property
    def all_lines(self) -> tuple[Line, ...]:
        """All lines in order."""
        return self.before + self.lines + self.after

    @property
    def key(self) -> tuple[Line, ...]:
        """The identity of a change. Blank lines alone say too little, so their context counts."""
        said = any(line.text not in ("", BLANK) for line in self.lines)
        return self.lines if said else self.all_lines

    @property
    def added(self) -> int:
        """The number of lines added."""
        return sum(line.sign == "+" for line in self.lines)

    @property
    def removed(self) -> int:
        """The number of lines removed."""
        return sum(line.sign == "-" for line in self.lines)


def hunks_of(old: str, new: str) -> tuple[Hunk, ...]:
    """Return the hunks in which two texts differ, with three lines of context."""
    before, after = _lines(old), _lines(new)
    matcher = SequenceMatcher(None, before, after)
    return tuple(_hunk(before, after, group) for group in matcher.get_grouped_opcodes(CONTEXT) if _changes(group))


def whole_text(text: str) -> Hunk:
    """Return a new text as one hunk of added lines."""
    lines = tuple(_line("+", line) for line in _lines(text))
    return Hunk("", (), lines, ())


def common_hunk(hunks: Sequence[Hunk]) -> Hunk:
    """Return the common part of equal hunks of several agents: their context may differ."""
    first = hunks[0]
    before, after = list(first.before), list(first.after)
    for hunk in hunks[1:]:
        kept = _common_length(before[::-1], hunk.before[::-1])
        before = before[len(before) - kept :]
        after = after[: _common_length(after, hunk.after)]
    same_place = all(hunk.at == first.at for hunk in hunks)
    whole = (len(before), len(after)) == (len(first.before), len(first.after))
    return Hunk(first.at if same_place and whole else "", tuple(before), first.lines, tuple(after), first.added_texts)


_Opcode = tuple[str, int, int, int, int]


def _lines(text: str) -> list[str]:
    return text.split("\n") if text else []


def _changes(group: Sequence[_Opcode]) -> bool:
    return any(tag != "equal" for tag, *_ in group)


def _common_length(one: Sequence[object], other: Sequence[object]) -> int:
    length = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        length += 1
    return length


def _hunk(old: Sequence[str], new: Sequence[str], group: Sequence[_Opcode]) -> Hunk:
    _, start, _, new_start, _ = group[0]
    _, _, end, _, new_end = group[-1]
    at = f"-{start + 1},{end - start} +{new_start + 1},{new_end - new_start}"
    parts = [tuple(_part(old, new, opcode)) for opcode in group]
    before = parts.pop(0) if group[0][0] == "equal" else ()
    after = parts.pop() if group[-1][0] == "equal" else ()
    added = tuple(line for tag, _, _, i, j in group if tag != "equal" for line in new[i:j])
    return Hunk(at, before, tuple(line for part in parts for line in part), after, added)


def _part(old: Sequence[str], new: Sequence[str], opcode: _Opcode) -> Iterator[Line]:
    tag, start, end, new_start, new_end = opcode
    if tag == "equal":
        yield from (_line(" ", line) for line in old[start:end])
        return
    pairs = [_pair(one, other) for one, other in zip(old[start:end], new[new_start:new_end], strict=False)]
    yield from (removed for removed, _ in pairs)
    yield from (_line("-", line) for line in old[start + len(pairs) : end])
    yield from (added for _, added in pairs)
    yield from (_line("+", line) for line in new[new_start + len(pairs) : new_end])


def _line(sign: Sign, text: str) -> Line:
    if sign == " ":
        shown = _safe(text) if len(text) <= 2 * _LONG else _safe(text[:_LONG]) + GAP
        return Line(sign, (Piece(shown),))
    shown = _safe(text)
    kept = shown.rstrip(" \t")
    return Line(sign, (Piece(kept + shown[len(kept) :].translate(_BLANKS) if shown else BLANK),))


def _pair(old: str, new: str) -> tuple[Line, Line]:
    """Return a removed line and its replacement. Invisible differences are escaped."""
    if old.split() == new.split() and old.strip() and new.strip():
        return _line("-", old.translate(_BLANKS)), _line("+", new.translate(_BLANKS))
    if _looks(old) == _looks(new):
        return _line("-", ascii(old)[1:-1]), _line("+", ascii(new)[1:-1])
    if max(len(old), len(new)) <= _LONG:
        return _line("-", old), _line("+", new)
    return _marked(old, new)


def _looks(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _marked(old: str, new: str) -> tuple[Line, Line]:
    before, after = _WORD.findall(old), _WORD.findall(new)
    opcodes = _word_opcodes(before, after)
    same = sum(_said(before[start:end]) for tag, start, end, _, _ in opcodes if tag == "equal")
    if same < _LEAST_ALIKE * max(_said(before), _said(after)):
        return _line("-", old), _line("+", new)
    removed = _shortened([("".join(before[i:j]), tag != "equal") for tag, i, j, _, _ in opcodes])
    added = _shortened([("".join(after[i:j]), tag != "equal") for tag, _, _, i, j in opcodes])
    return Line("-", removed), Line("+", added)


def _said(words: Sequence[str]) -> int:
    return sum(not word.isspace() for word in words)


def _word_opcodes(old: Sequence[str], new: Sequence[str]) -> list[_Opcode]:
    """Return how words differ. Too many words count as one change: comparing takes the square of their number.

    Equal words at both ends are not compared.
    """
    head = _common_length(old, new)
    tail = _common_length(old[head:][::-1], new[head:][::-1])
    end, new_end = len(old) - tail, len(new) - tail
    middle: list[_Opcode] = [("replace", head, end, head, new_end)]
    if max(end, new_end) - head <= _MOST_WORDS:
        matcher = SequenceMatcher(None, old[head:end], new[head:new_end], autojunk=False)
        middle = [(tag, i + head, j + head, k + head, m + head) for tag, i, j, k, m in matcher.get_opcodes()]
    return [("equal", 0, head, 0, head), *middle, ("equal", end, len(old), new_end, len(new))]


def _shortened(pieces: Sequence[tuple[str, bool]]) -> tuple[Piece, ...]:
    """Return the pieces of a line, with unchanged pieces shortened to their parts near a change."""
    kept = [(text, changed) for text, changed in pieces if text]
    last = len(kept) - 1
    shown = [
        Piece(_safe(text), changed=True) if changed else Piece(_near(text, first=index == 0, last=index == last))
        for index, (text, changed) in enumerate(kept)
    ]
    return tuple(shown)


def _near(text: str, *, first: bool, last: bool) -> str:
    head = "" if first else text[:_AROUND]
    tail = "" if last else text[-_AROUND:]
    return _safe(text) if len(text) <= len(head) + len(tail) + _AROUND else _safe(head) + GAP + _safe(tail)


def _safe(text: str) -> str:
    return visible(text, keep="\t")
