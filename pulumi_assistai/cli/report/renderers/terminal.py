"""A report for a terminal."""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from pulumi_assistai.cli.report.attribution import Alert
from pulumi_assistai.cli.report.document import SharedChange
from pulumi_assistai.cli.report.entries import Entry
from pulumi_assistai.cli.report.fields import FieldHunk
from pulumi_assistai.cli.report.hunks import Line
from pulumi_assistai.cli.report.layout import Detail
from pulumi_assistai.cli.report.model import Severity
from pulumi_assistai.cli.report.texts import after_verbs, lines, marked, place, remarks, shared_title
from pulumi_assistai.text import shorten, visible

_COLOURS = {"-": "red", "+": "green", " ": "dim"}
_ALERTS = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: ""}


class TerminalFormat:
    """The format for terminals: lines of text.

    Args:
        colours: whether to use colours. Without them, changed words are marked as in Markdown.
    """

    def __init__(self, *, colours: bool) -> None:
        self._colours = colours

    def head(self, title: str, summary: str, *, failed: bool) -> str:
        """Write the beginning."""
        warning = [Text("The preview failed: changes may be missing below.", "bold red")] if failed else []
        return self._written(Text(visible(shorten(title, 80)), "bold"), Text(visible(summary)), *warning)

    def heading(self, text: str) -> str:
        """Write a heading."""
        return self._written(Text(), Text(visible(shorten(text)), "bold"))

    def alert(self, alert: Alert, longest: int | None) -> str:
        """Write an error or a warning."""
        names = f" {', '.join(alert.names)}:" if alert.names else ":"
        said = shorten(alert.text, longest) if longest else alert.text
        return self._written(
            Text.assemble((f"  {alert.severity}", _ALERTS[alert.severity]), visible(f"{names} {said}"))
        )

    def shared(self, shared: SharedChange, detail: Detail) -> str:
        """Write a change that several agents share."""
        change = shared.change
        title = Text(visible(f"  {shared.title}: {shared_title(shared)}"), "bold")
        if detail is Detail.COUNTS:
            title.append(f", {lines(change.hunk.added, change.hunk.removed)} each")
            return self._written(title)
        names = Text(visible("    " + ", ".join(sorted(entry.name for entry in change.entries))))
        return self._written(title, names, *self._lines([FieldHunk(change.field, change.hunk)]))

    def entry(self, entry: Entry, detail: Detail) -> str:
        """Write an agent's changes."""
        short = detail is Detail.COUNTS
        hidden = short or not entry.hunks or (entry.is_new and detail is Detail.NO_NEW_TEXTS)
        said = [Text(visible(f"    {text}")) for text in remarks(entry, short=short)]
        return self._written(_title(entry, hidden=hidden), *said, *([] if hidden else self._lines(entry.hunks)))

    def note(self, text: str) -> str:
        """Write a remark about the whole report."""
        return self._written(Text(visible(f"  {text}")))

    def notice(self, text: str, rest: str) -> str:
        """Write that parts are missing."""
        return self._written(Text(), Text(visible(f"{text} {rest}"), "yellow"))

    def tail(self) -> str:
        """Write the end."""
        return ""

    def _lines(self, hunks: Sequence[FieldHunk]) -> list[Text]:
        shown: list[Text] = []
        for known in hunks:
            shown.append(Text(f"    {place(known.field, known.hunk)}", "cyan"))
            shown += [self._line(line) for line in known.hunk.all_lines]
        return shown

    def _line(self, line: Line) -> Text:
        if not self._colours:
            return Text(f"    {marked(line)}")
        colour = _COLOURS[line.sign]
        pieces = [(piece.text, f"reverse {colour}" if piece.changed else colour) for piece in line.pieces]
        return Text.assemble((f"    {line.sign} ", colour), *pieces)

    def _written(self, *texts: Text) -> str:
        stream = io.StringIO()
        console = Console(file=stream, force_terminal=self._colours, color_system="standard" if self._colours else None)
        # Each print takes long, however little it has to write.
        console.print(Text("\n").join(texts), soft_wrap=True, highlight=False, markup=False)
        return stream.getvalue()


def _title(entry: Entry, *, hidden: bool) -> Text:
    called = ", ".join(word for word in (entry.shown_name, entry.code) if word)
    title = Text(visible(f"  {entry.name}"), "bold")
    title.append(visible(f"{f' ({called})' if called else ''}: {', '.join(entry.verbs)}"), "not bold")
    after = after_verbs(entry) if hidden else ""
    return title.append(f", {after}" if after else "", "not bold")
