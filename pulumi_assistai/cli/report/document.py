"""The report as a value, independent of its format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from pulumi_assistai.cli.report.attribution import Alert, Attribution
from pulumi_assistai.cli.report.entries import Entry, Shared, entries_of, share
from pulumi_assistai.cli.report.fragments import Fragment, fragment_of
from pulumi_assistai.cli.report.model import Kind, Preview, Severity
from pulumi_assistai.cli.report.organizations import Organization
from pulumi_assistai.cli.report.words import Gate, Remark
from pulumi_assistai.lifecycle.fields import FIELDS, VISIBLE

_HIDDEN = tuple(field for field in FIELDS if field not in VISIBLE)


@dataclass(frozen=True)
class SharedChange:
    """A change shared by several agents.

    Attributes:
        title: its source file, or its field.
        change: the hunk and the agents.
    """

    title: str
    change: Shared


@dataclass(frozen=True)
class Section:
    """An organization and its changes."""

    organization: Organization
    entries: tuple[Entry, ...]

    @property
    def counts(self) -> str:
        """The number of agents for each operation, for people."""
        return counted(self.entries)


@dataclass(frozen=True)
class Report:
    """The content of a report.

    Attributes:
        stack: project and stack, as in "agencia/dev"; empty if the preview names none.
        failed: whether the preview failed, so that changes may be missing.
        alerts: errors and warnings.
        shared: changes shared by several agents.
        sections: the organizations and their changes.
        others: other resources, one line each.
        notes: other messages, and remarks about the whole report.
    """

    stack: str = ""
    failed: bool = False
    alerts: tuple[Alert, ...] = ()
    shared: tuple[SharedChange, ...] = ()
    sections: tuple[Section, ...] = ()
    others: tuple[Entry, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All agents that change."""
        return tuple(entry for section in self.sections for entry in section.entries)

    @property
    def counts(self) -> str:
        """The number of agents for each operation, for people."""
        return counted(self.entries)

    @property
    def gates(self) -> frozenset[Gate]:
        """The gates of `--fail-on` that the report closes."""
        remarks = (gate for entry in self.entries for remark in entry.remarks for gate in remark.gates)
        return frozenset([*remarks, *(gate for alert in self.alerts for gate in alert.gates)])


def make_report(preview: Preview, fragments: Sequence[Fragment] = ()) -> Report:
    """Return the report of a preview.

    Args:
        preview: the preview.
        fragments: the files that the project's agents include.
    """
    alerts = [Attribution(preview.steps).alert(said) for said in preview.diagnostics]
    loud = tuple(alert for alert in alerts if alert.severity is not Severity.INFO)
    quiet = [alert for alert in alerts if alert.severity is Severity.INFO]
    entries, shared = share(entries_of(preview))
    agents = [_with_said(entry, quiet) for entry in entries if entry.kind is not Kind.OTHER]
    named = {text for entry in agents for text in _texts(entry)}
    left = [_labelled(alert) for alert in quiet if alert.text not in named]
    return Report(
        _stack(preview),
        preview.failed,
        loud,
        tuple(_titled(change, fragments) for change in shared),
        tuple(Section(place, tuple(own)) for place, own in groupby(agents, key=lambda entry: entry.organization)),
        tuple(entry for entry in entries if entry.kind is Kind.OTHER),
        (*_general(agents, shared), *left),
    )


def counted(entries: Iterable[Entry]) -> str:
    """Return the number of agents for each operation, as in "12 updated, 1 created"."""
    verbs = Counter(verb for entry in entries for verb in entry.verbs)
    return ", ".join(f"{number} {verb}" for verb, number in sorted(verbs.items(), key=lambda one: (-one[1], one[0])))


def _stack(preview: Preview) -> str:
    parts = preview.steps[0].urn.split("::") if preview.steps else []
    return f"{parts[1]}/{parts[0].rpartition(':')[2]}" if len(parts) > 1 else ""


def _with_said(entry: Entry, alerts: Iterable[Alert]) -> Entry:
    said = tuple(Remark(alert.text) for alert in alerts if alert.names == (entry.name,))
    return replace(entry, remarks=entry.remarks + said)


def _texts(entry: Entry) -> set[str]:
    return {remark.text for remark in entry.remarks}


def _labelled(alert: Alert) -> str:
    return f"{', '.join(alert.names)}: {alert.text}" if alert.names else alert.text


def _titled(change: Shared, fragments: Sequence[Fragment]) -> SharedChange:
    file = fragment_of(change.hunk, (entry.name for entry in change.entries), fragments)
    return SharedChange(file or change.field, change)


def _general(entries: Sequence[Entry], shared: Sequence[Shared]) -> list[str]:
    """Return the remark about fields that can be written but not read."""
    own = {known.field for entry in entries for known in entry.hunks if not entry.is_new}
    if not (own | {change.field for change in shared}) & set(_HIDDEN) and not _adopts(entries):
        return []
    names = f"{', '.join(_HIDDEN[:-1])} and {_HIDDEN[-1]}"
    return [f"AssistAI does not show {names}: dashboard edits of them cannot be seen, and are overwritten here"]


def _adopts(entries: Iterable[Entry]) -> bool:
    return any("adopted" in entry.verbs for entry in entries)
