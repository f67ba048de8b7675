"""Lines common to all formats."""

from __future__ import annotations

from pulumi_assistai.cli.report.document import SharedChange
from pulumi_assistai.cli.report.entries import Entry
from pulumi_assistai.cli.report.hunks import Hunk, Line
from pulumi_assistai.text import shorten

_MARKS = {"-": ("[-", "-]"), "+": ("{+", "+}"), " ": ("", "")}
_LONGEST_REMARK = 300


def marked(line: Line) -> str:
    """Return a line with its sign. Changes within it are marked `[-word-]` and `{+word+}`."""
    before, after = _MARKS[line.sign]
    pieces = [f"{before}{piece.text}{after}" if piece.changed else piece.text for piece in line.pieces]
    return f"{line.sign} {''.join(pieces)}".rstrip()


def place(field: str, hunk: Hunk) -> str:
    """Return the line above a hunk."""
    return f"@@ {field} {hunk.at} @@" if hunk.at else f"@@ {field} @@"


def amount(entry: Entry) -> str:
    """Return the number of changed lines, as in "+2 -1 lines"; empty if there is none."""
    return lines(entry.added, entry.removed)


def lines(added: int, removed: int) -> str:
    """Return numbers of added and removed lines, as in "+2 -1 lines"."""
    counts = [f"+{added}"] * bool(added) + [f"-{removed}"] * bool(removed)
    return f"{' '.join(counts)} line{'s' * (added + removed > 1)}" if counts else ""


def shared_title(shared: SharedChange) -> str:
    """Return the number of agents that share a change."""
    return f"{len(shared.change.entries)} agents"


def after_verbs(entry: Entry) -> str:
    """Return the text after the verbs of a one-line entry."""
    whose = "only as shown above" if entry.shared and not entry.hunks else ""
    return ", ".join(filter(None, [whose, amount(entry)]))


def remarks(entry: Entry, *, short: bool) -> list[str]:
    """Return the remarks of an entry. A shortened entry keeps only those that close a gate."""
    if not short:
        return [remark.text for remark in entry.remarks]
    return [shorten(remark.text, _LONGEST_REMARK) for remark in entry.remarks if remark.gates]
