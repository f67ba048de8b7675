"""Lines that the formats have in common."""

from __future__ import annotations

from pulumi_assistai.cli.report.document import SharedChange
from pulumi_assistai.cli.report.entries import Entry
from pulumi_assistai.cli.report.hunks import Hunk, Line
from pulumi_assistai.text import shorten

_MARKS = {"-": ("[-", "-]"), "+": ("{+", "+}"), " ": ("", "")}
_LONGEST_REMARK = 300


def marked(line: Line) -> str:
    """Return a line with its sign, and `[-word-]` and `{+word+}` for what changed within it."""
    before, after = _MARKS[line.sign]
    pieces = [f"{before}{piece.text}{after}" if piece.changed else piece.text for piece in line.pieces]
    return f"{line.sign} {''.join(pieces)}".rstrip()


def place(field: str, hunk: Hunk) -> str:
    """Return the line above a hunk."""
    return f"@@ {field} {hunk.at} @@" if hunk.at else f"@@ {field} @@"


def amount(entry: Entry) -> str:
    """Return how many lines change, as in "+2 -1 lines"; empty where none does."""
    return lines(entry.added, entry.removed)


def lines(added: int, removed: int) -> str:
    """Return a number of lines in words."""
    counts = [f"+{added}"] * bool(added) + [f"-{removed}"] * bool(removed)
    return f"{' '.join(counts)} line{'s' * (added + removed > 1)}" if counts else ""


def shared_title(shared: SharedChange) -> str:
    """Return how many agents share a change."""
    return f"{len(shared.change.entries)} agents"


def after_verbs(entry: Entry) -> str:
    """Return what is said after the verbs of an entry that takes one line."""
    whose = "only as shown above" if entry.shared and not entry.hunks else ""
    return ", ".join(filter(None, [whose, amount(entry)]))


def remarks(entry: Entry, *, short: bool) -> list[str]:
    """Return the remarks of an entry; of those that are to be short only what closes a gate."""
    if not short:
        return [remark.text for remark in entry.remarks]
    return [shorten(remark.text, _LONGEST_REMARK) for remark in entry.remarks if remark.gates]
