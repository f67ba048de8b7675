"""The order of a report's parts and their shorter forms, the same for every format."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import Protocol

from pulumi_assistai.cli.report.attribution import Alert
from pulumi_assistai.cli.report.document import Report, Section, SharedChange
from pulumi_assistai.cli.report.entries import Entry
from pulumi_assistai.cli.report.fitting import Part, fit
from pulumi_assistai.cli.report.model import Severity
from pulumi_assistai.text import shorten

SHORTEST = 2_000
"""Characters that a report always fits into; the page's styles take half of them."""

_LONGEST_ALERT = 300


class Detail(IntEnum):
    """The detail in which a change is shown."""

    ALL = 0
    NO_NEW_TEXTS = 1
    COUNTS = 2


class Format(Protocol):
    """A format, which writes the parts of a report."""

    def head(self, title: str, summary: str, *, failed: bool) -> str:
        """Write the beginning."""

    def heading(self, text: str) -> str:
        """Write a heading."""

    def alert(self, alert: Alert, longest: int | None) -> str:
        """Write an error or a warning."""

    def shared(self, shared: SharedChange, detail: Detail) -> str:
        """Write a change that several agents share."""

    def entry(self, entry: Entry, detail: Detail) -> str:
        """Write an agent's changes."""

    def note(self, text: str) -> str:
        """Write a remark about the whole report."""

    def notice(self, text: str, rest: str) -> str:
        """Write that parts are missing, and where the rest is, in the caller's words."""

    def tail(self) -> str:
        """Write the end."""


def write(report: Report, form: Format, longest: int | None, rest: str) -> str:
    """Return a report in a format.

    Args:
        report: the report.
        form: the format.
        longest: maximum number of characters, at least 2,000; None means no limit.
        rest: where the complete report is, in the format's syntax, such as a link in Markdown.
    """
    parts = [part for part in _parts(report, form) if part.at(0)]
    return fit(parts, longest, lambda number: form.notice(_missing(number), shorten(rest)))


def _missing(number: int) -> str:
    return f"The report is incomplete: {number} parts are shortened or omitted to fit."


def _parts(report: Report, form: Format) -> Iterator[Part]:
    yield Part((form.head(_title(report), _summary(report), failed=report.failed),))
    yield from _list(form, "Errors and warnings", [_alert(alert, form) for alert in report.alerts])
    yield from _list(form, "The same in several agents", [_shared(shared, form) for shared in report.shared])
    for section in report.sections:
        yield from _list(form, _section_title(section), [_entry(entry, form) for entry in _ordered(section)])
    yield from _list(form, "Other resources", [_entry(entry, form) for entry in report.others])
    if report.notes:
        yield _fading(form.heading("Notes") + "".join(map(form.note, report.notes)), 3)
    yield Part((form.tail(),))


def _list(form: Format, title: str, parts: list[Part]) -> Iterator[Part]:
    if parts:
        yield _fading(form.heading(title), 4)
        yield from parts


def _fading(text: str, levels: int) -> Part:
    """Return a part that stays whole up to a level and is dropped at that one."""
    return Part((*[text] * levels, ""))


def _alert(alert: Alert, form: Format) -> Part:
    whole = form.alert(alert, None)
    return Part((whole, whole, form.alert(alert, _LONGEST_ALERT), form.alert(alert, _LONGEST_ALERT), ""))


def _shared(shared: SharedChange, form: Format) -> Part:
    whole = form.shared(shared, Detail.ALL)
    return Part((whole, whole, form.shared(shared, Detail.COUNTS), ""))


def _entry(entry: Entry, form: Format) -> Part:
    return Part((*(form.entry(entry, detail) for detail in Detail), ""))


def _ordered(section: Section) -> list[Entry]:
    """Return the agents, those of a single line first."""
    return sorted(section.entries, key=lambda entry: bool(entry.hunks))


def _title(report: Report) -> str:
    return f"Preview of {report.stack}" if report.stack else "Preview"


def _summary(report: Report) -> str:
    places, number = len(report.sections), len(report.entries)
    where = f"{number} agent{'s' * (number > 1)} in {places} organization{'s' * (places > 1)}"
    agents = f"{where}: {report.counts}" if number else "no agent changes"
    others = f"{len(report.others)} other resource{'s' * (len(report.others) > 1)}" if report.others else ""
    said = [_number(report, Severity.ERROR), _number(report, Severity.WARNING)]
    return "; ".join(filter(None, [agents, others, *said]))


def _number(report: Report, severity: Severity) -> str:
    number = sum(alert.severity is severity for alert in report.alerts)
    return f"{number} {severity}{'s' * (number > 1)}" if number else ""


def _section_title(section: Section) -> str:
    place = section.organization
    tenant = f" of tenant {place.tenant}" if place.tenant else ""
    return f"{place.label}{tenant}: {section.counts}"
