"""A report in Markdown, for comments on GitHub and GitLab."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

from pulumi_assistai.cli.report.attribution import Alert
from pulumi_assistai.cli.report.document import SharedChange
from pulumi_assistai.cli.report.entries import Entry
from pulumi_assistai.cli.report.fields import FieldHunk
from pulumi_assistai.cli.report.layout import Detail
from pulumi_assistai.cli.report.model import Severity
from pulumi_assistai.cli.report.texts import after_verbs, amount, lines, marked, place, remarks, shared_title
from pulumi_assistai.text import one_line, shorten, visible

_BACKTICKS = re.compile(r"`+")
_TOKEN = re.compile(r'(?:"[^"`]*"|`[^`]*`|\S)+')
_QUOTED = re.compile(r'"[^"]+"|`[^`]+`')
_PLAIN = re.compile(r"[^\W_]+(?:['_-][^\W_]+)*|=>|[-+]\d+|\d+[.,]\d+|")
_SHORTEST_FENCE = 3
_LONGEST_TITLE = 80


class MarkdownFormat:
    """The Markdown format. No text of an agent can act as markup.

    Inline, a foreign word that may be markup for Markdown, GitHub or GitLab (HTML, links, mentions, references) is in
    a code span. Prompts are in fences that are longer than any fence in them.
    """

    def head(self, title: str, summary: str, *, failed: bool) -> str:
        """Write the beginning."""
        warning = "> [!CAUTION]\n> The preview failed: changes may be missing below.\n\n" if failed else ""
        return f"## {prose(shorten(title, _LONGEST_TITLE))}\n\n**{summary}**\n\n{warning}".rstrip("\n") + "\n"

    def heading(self, text: str) -> str:
        """Write a heading."""
        return f"\n### {prose(shorten(text))}\n\n"

    def alert(self, alert: Alert, longest: int | None) -> str:
        """Write an error or a warning."""
        sign = "❌" if alert.severity is Severity.ERROR else "⚠️"
        names = f" {_names(alert.names)}:" if alert.names else ""
        text = shorten(alert.text, longest) if longest else alert.text
        return f"- {sign} **{alert.severity}**{names} {prose(text)}\n"

    def shared(self, shared: SharedChange, detail: Detail) -> str:
        """Write a change that several agents share."""
        change = shared.change
        title = f"#### {code(shared.title)}: {shared_title(shared)}"
        if detail is Detail.COUNTS:
            return f"{title}, {lines(change.hunk.added, change.hunk.removed)} each\n\n"
        names = _names(sorted(entry.name for entry in change.entries))
        return f"{title}\n\n{names}\n\n{_fenced([FieldHunk(change.field, change.hunk)])}"

    def entry(self, entry: Entry, detail: Detail) -> str:
        """Write an agent's changes."""
        short = detail is Detail.COUNTS
        said = "".join(f"- {prose(text)}\n" for text in remarks(entry, short=short))
        if short or not entry.hunks:
            return f"- {_title(entry)}{_after(entry)}\n" + _indented(said)
        gap = "\n" if said else ""
        return f"\n#### {_title(entry)}\n\n{said}{gap}{_texts(entry, detail)}"

    def note(self, text: str) -> str:
        """Write a remark about the whole report."""
        return f"- {prose(text)}\n"

    def notice(self, text: str, rest: str) -> str:
        """Write that parts are missing."""
        return f"\n> [!NOTE]\n> {text} {rest}\n"

    def tail(self) -> str:
        """Write the end."""
        return ""


def code(text: str) -> str:
    """Return a text as a code span: nothing in it is markup."""
    shown = visible(one_line(text)) or " "
    ticks = "`" * (1 + max(map(len, _BACKTICKS.findall(shown)), default=0))
    padding = " " if "`" in shown[:1] + shown[-1:] else ""
    return f"{ticks}{padding}{shown}{padding}{ticks}"


def prose(text: str) -> str:
    """Return a text whose plain words are unchanged. Words that may be markup are in code spans."""
    return _TOKEN.sub(lambda token: _inline(token[0]), visible(one_line(text)))


def _inline(token: str) -> str:
    start, end = len(token) - len(token.lstrip("(")), len(token.rstrip(".,;:?!)"))
    body = token[start:end]
    if _PLAIN.fullmatch(body):
        return token
    shown = body[1:-1] if _QUOTED.fullmatch(body) else body
    return f"{token[:start]}{code(shown)}{token[end:]}"


def _names(names: Iterable[str]) -> str:
    return ", ".join(map(code, names))


def _title(entry: Entry) -> str:
    called = ", ".join(code(word) for word in (entry.shown_name, entry.code) if word)
    return f"{code(entry.name)}{f' ({called})' if called else ''}: {prose(', '.join(entry.verbs))}"


def _after(entry: Entry) -> str:
    text = after_verbs(entry)
    return f", {text}" if text else ""


def _indented(text: str) -> str:
    return "".join(f"  {line}\n" for line in text.splitlines())


def _texts(entry: Entry, detail: Detail) -> str:
    if not entry.is_new:
        return _fenced(entry.hunks)
    summary = f"<summary>{html.escape(', '.join(hunk.field for hunk in entry.hunks))}: {amount(entry)}</summary>"
    if detail is Detail.NO_NEW_TEXTS:
        return f"{amount(entry)}, not shown\n\n"
    return f"<details>{summary}\n\n{_fenced(entry.hunks)}</details>\n\n"


def _fenced(hunks: Sequence[FieldHunk]) -> str:
    shown = [line for known in hunks for line in (place(known.field, known.hunk), *map(marked, known.hunk.all_lines))]
    longest = max((len(run) for line in shown for run in _BACKTICKS.findall(line)), default=0)
    fence = "`" * max(_SHORTEST_FENCE, longest + 1)
    return f"{fence}diff\n" + "\n".join(shown) + f"\n{fence}\n\n"
