"""A report as one self-contained HTML page."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader

from pulumi_assistai.cli.report import texts
from pulumi_assistai.cli.report.attribution import Alert
from pulumi_assistai.cli.report.document import SharedChange
from pulumi_assistai.cli.report.entries import Entry
from pulumi_assistai.cli.report.fields import FieldHunk
from pulumi_assistai.cli.report.layout import Detail
from pulumi_assistai.text import one_line, shorten, visible


class HtmlFormat:
    """The HTML format. The templates escape every value."""

    def __init__(self) -> None:
        environment = Environment(
            loader=PackageLoader("pulumi_assistai.cli", "static"), autoescape=True, trim_blocks=True, lstrip_blocks=True
        )
        environment.filters["safe_text"] = lambda text: visible(one_line(str(text)))
        environment.globals["texts"] = texts
        environment.globals["FieldHunk"] = FieldHunk
        self._macros: Any = environment.get_template("report.html").module

    def head(self, title: str, summary: str, *, failed: bool) -> str:
        """Write the beginning of the page."""
        return str(self._macros.head(shorten(title, 80), summary, failed))

    def heading(self, text: str) -> str:
        """Write a heading."""
        return str(self._macros.heading(shorten(text)))

    def alert(self, alert: Alert, longest: int | None) -> str:
        """Write an error or a warning."""
        return str(self._macros.alert(alert, shorten(alert.text, longest) if longest else alert.text))

    def shared(self, shared: SharedChange, detail: Detail) -> str:
        """Write a change that several agents share."""
        return str(self._macros.shared(shared, detail is Detail.COUNTS))

    def entry(self, entry: Entry, detail: Detail) -> str:
        """Write an agent's changes."""
        short = detail is Detail.COUNTS
        hidden = short or not entry.hunks or (entry.is_new and detail is Detail.NO_NEW_TEXTS)
        return str(self._macros.entry(entry, texts.remarks(entry, short=short), hidden))

    def note(self, text: str) -> str:
        """Write a remark about the whole report."""
        return str(self._macros.note(text))

    def notice(self, text: str, rest: str) -> str:
        """Write that parts are missing."""
        return str(self._macros.notice(f"{text} {rest}"))

    def tail(self) -> str:
        """Write nothing: browsers need no end of the page, and a notice may follow."""
        return ""
