"""The text display: shows an operation's events as text like that of the Pulumi CLI.

Everything shown comes from the events. Their texts are untrusted: control characters are escaped, and nothing is
interpreted as markup.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from rich.console import Console
from rich.text import Text

from pulumi_assistai.engine.reporting.diff import Line, changed_keys, differences, hidden_differences, listing
from pulumi_assistai.engine.reporting.events import (
    UNCHANGED,
    Change,
    Diagnostic,
    Event,
    Finished,
    Mark,
    Op,
    Severity,
    Started,
    Summary,
)
from pulumi_assistai.properties import UNKNOWN
from pulumi_assistai.text import visible


class _Look(NamedTuple):
    """How an operation looks: symbol, style, and the words for planned, in progress and done."""

    symbol: str
    style: str
    planned: str
    doing: str
    done: str


_LOOKS: Mapping[Op, _Look] = {
    Op.SAME: _Look("  ", "", "", "running", ""),
    Op.CREATE: _Look("+ ", "green", "create", "creating", "created"),
    Op.UPDATE: _Look("~ ", "yellow", "update", "updating", "updated"),
    Op.DELETE: _Look("- ", "red", "delete", "deleting", "deleted"),
    Op.REPLACE: _Look("+-", "magenta", "replace", "replacing", "replaced"),
    Op.CREATE_REPLACEMENT: _Look("++", "green", "create replacement", "creating replacement", "created replacement"),
    Op.DELETE_REPLACED: _Look("--", "red", "delete original", "deleting original", "deleted original"),
    Op.READ: _Look("> ", "cyan", "read", "reading", "read"),
    Op.REFRESH: _Look("~ ", "yellow", "refresh", "refreshing", "refreshed"),
    Op.IMPORT: _Look("= ", "green", "import", "importing", "imported"),
}
_MARK_STYLES = {Mark.SAME: "", Mark.ADD: "green", Mark.DELETE: "red", Mark.UPDATE: "yellow"}
_SEVERITY_STYLES = {Severity.INFO: "", Severity.WARNING: "yellow", Severity.ERROR: "bold red"}
_HEADERS = {"up": "Updating", "refresh": "Refreshing", "destroy": "Destroying", "import": "Importing"}
_PREVIEW_HEADERS = {"preview": "update", "up": "update", "refresh": "refresh", "destroy": "destroy"}
_PARTS_OF_REPLACE = (Op.CREATE_REPLACEMENT, Op.DELETE_REPLACED)


class TextDisplay:
    """Shows events as lines of text while they happen, and a summary at the end.

    The constructor prints the heading of the operation.

    Args:
        console: where to write. It decides about colour: a file gets none, and NO_COLOR is respected.
        diff: show the properties of every change instead of only their names.
        project: the project's name.
        stack: the stack's name.
        verb: "preview", "up", "refresh", "destroy" or "import".
        preview: whether the operation is only planned.
    """

    def __init__(self, console: Console, *, diff: bool, project: str, stack: str, verb: str, preview: bool) -> None:
        self._console = console
        self._diff = diff
        self._preview = preview
        self._refreshes = verb == "refresh"
        self._root = _Resource("pulumi:pulumi:Stack", f"{project}-{stack}")
        self._rows: dict[str, _Row] = {}
        self._diagnostics: list[Diagnostic] = []
        self._failed: set[str] = set()
        doing = f"Previewing {_PREVIEW_HEADERS[verb]}" if preview else _HEADERS[verb]
        self._print(Text(f"{doing} ({visible(stack)}):", "bold"))

    def show(self, event: Event) -> None:
        """Show `event`."""
        match event:
            case Started(change):
                self._started(change)
            case Finished(change, seconds, ""):
                self._finished(change, seconds)
            case Finished(change, _, error):
                self._fail(change, error)
            case Diagnostic():
                self._diagnosed(event)
            case Summary():
                self._summarize(event)

    def _started(self, change: Change) -> None:
        # The result of a refresh is only known at its end.
        if change.op is not Op.SAME and not change.refreshed:
            look = _LOOKS[change.op]
            self._row(change, look.planned if self._preview else f"{look.doing} (0s)")

    def _finished(self, change: Change, seconds: float) -> None:
        if change.op in (Op.SAME, Op.REFRESH):
            return
        if change.refreshed:
            self._row(change, self._finding(change, seconds))
        elif not self._preview and not self._diff:
            self._row(change, f"{_LOOKS[change.op].done} ({_precise(seconds)})")

    def _finding(self, change: Change, seconds: float) -> str:
        if not self._refreshes:
            # The program's own changes follow. The result of the refresh must not look like one of them.
            return _LOOKS[Op.REFRESH].planned
        look = _LOOKS[change.op]
        return look.planned if self._preview else f"{look.done} ({_precise(seconds)})"

    def _fail(self, change: Change, error: str) -> None:
        doing = "" if change.op is Op.SAME else f"{_LOOKS[change.op].doing} "
        row = _Row(change.op, self._resource(change.urn), f"**{doing}failed**", "", "bold red")
        self._rows[change.urn] = row
        diagnostic = Diagnostic(Severity.ERROR, error, change.urn)
        self._print(row.text(_headline(diagnostic)))
        self._remember(diagnostic)

    def _row(self, change: Change, status: str) -> None:
        keys = changed_keys(change)
        look = _LOOKS[change.op]
        row = _Row(change.op, self._resource(change.urn), status, f"[diff: {keys}]" if keys else "", look.style)
        self._rows[change.urn] = row
        if not self._diff:
            self._print(row.text())
        elif change.op not in _PARTS_OF_REPLACE:
            self._print(*_block(change, Op.REFRESH if change.refreshed and not self._refreshes else change.op))

    def _diagnosed(self, diagnostic: Diagnostic) -> None:
        if not self._remember(diagnostic):
            return
        if self._diff:
            self._print(_headline(diagnostic))
            return
        running = _Row(Op.SAME, self._resource(diagnostic.urn), "" if diagnostic.urn else "running", "", "")
        self._print(self._rows.get(diagnostic.urn, running).text(_headline(diagnostic)))

    def _remember(self, diagnostic: Diagnostic) -> bool:
        """Keep `diagnostic` for the end, unless it is an error that was already shown. Return whether it was kept."""
        if diagnostic.severity is Severity.ERROR:
            self._failed.add(diagnostic.urn)
            if diagnostic in self._diagnostics:
                return False
        self._diagnostics.append(diagnostic)
        return True

    def _summarize(self, summary: Summary) -> None:
        sections = [
            self._diagnostics_section(),
            _outputs_section(summary, preview=self._preview, diff=self._diff),
            _resources_section(summary.counts, len(self._failed), preview=self._preview),
            [] if self._preview else [Text.assemble(("Duration:", "bold"), f" {_rounded_up(summary.seconds)}")],
        ]
        shown = [section for section in sections if section]
        for section in shown[:-1]:
            section.append(Text())
        for section in shown:
            self._print(*section)

    def _diagnostics_section(self) -> list[Text]:
        by_resource: dict[str, list[Text]] = {}
        for diagnostic in self._diagnostics:
            by_resource.setdefault(diagnostic.urn, []).extend(_message_lines(diagnostic))
        lines = [Text("Diagnostics:", "bold")] if by_resource else []
        for position, (urn, messages) in enumerate(by_resource.items()):
            resource = self._resource(urn)
            separator = [Text()] if position else []
            lines += [*separator, Text(f"  {resource.type} ({resource.name}):"), *messages]
        return lines

    def _resource(self, urn: str) -> _Resource:
        return _Resource.of(urn) if urn else self._root

    def _print(self, *lines: Text) -> None:
        for line in lines:
            self._console.print(line, soft_wrap=True)


@dataclass(frozen=True)
class _Resource:
    """The parts of a URN, safe for a terminal."""

    type: str
    name: str
    depth: int = 0

    @classmethod
    def of(cls, urn: str) -> _Resource:
        """Parse `urn`, such as `urn:pulumi:STACK::PROJECT::PARENT_TYPE$TYPE::NAME`."""
        *_, types, name = ["", "", *visible(urn).split("::", 3)]
        parents, _, own_type = types.rpartition("$")
        depth = 0 if own_type == "pulumi:pulumi:Stack" else 1 + (parents.count("$") + 1 if parents else 0)
        return cls(own_type, name, depth)


@dataclass(frozen=True)
class _Row:
    """One line about an operation on a resource."""

    op: Op
    resource: _Resource
    status: str
    info: str
    style: str

    def text(self, message: Text | None = None) -> Text:
        """Return the line, with the first line of a `message` at its end."""
        parts = [Text(f" {_LOOKS[self.op].symbol}", self.style)]
        parts += [Text(part) for part in (self.resource.type, self.resource.name)]
        parts += [Text(self.status, self.style)] if self.status else []
        told = [part for part in (Text(self.info), message) if part]
        return Text(" ").join([*parts, Text("; ").join(told)] if told else parts)


def _block(change: Change, name: Op) -> Iterable[Text]:
    """Describe a change with its properties, as `pulumi --diff` does. `name` is the operation that it shows."""
    look, resource = _LOOKS[change.op], _Resource.of(change.urn)
    indent = "    " * resource.depth
    yield Text(f"{indent}{look.symbol}{resource.type}: ({name})", look.style)
    if change.id:
        yield Text(f"{indent}    [id={visible(change.id)}]")
    yield Text(f"{indent}    [urn={visible(change.urn)}]")
    yield from map(_marked, _properties(change, resource.depth + 1))


def _properties(change: Change, depth: int) -> Iterable[Line]:
    if change.old is not None and change.new is not None:
        old, new = (_named(values, change.details) for values in (change.old, change.new))
        return hidden_differences(old, new, depth, change.hidden)
    return listing(change.new or change.old or {}, depth)


def _named(values: Mapping[str, Any], names: Collection[str]) -> Mapping[str, Any]:
    return {name: values[name] for name in values if name in names} if names else values


def _outputs_section(summary: Summary, *, preview: bool, diff: bool) -> list[Text]:
    old, new = summary.old_outputs, summary.outputs
    if preview:
        new = _expected(old, new)
    lines = differences(old, new, 1, unchanged=not preview) if old else listing(new, 1)
    heading = Text("    --outputs:--") if diff else Text("Outputs:", "bold")
    shown = [_marked(line) for line in lines]
    return [heading, *shown] if shown else []


def _expected(old: Any, new: Any) -> Any:
    """Replace unknown values by the old ones: most values that a preview does not know will not change."""
    match old, new:
        case _ if new is UNKNOWN:
            return old
        case Mapping(), Mapping():
            return {key: _expected(old[key], value) if key in old else value for key, value in new.items()}
        case list(), list():
            return [*map(_expected, old, new), *new[len(old) :]]
        case _:
            return new


def _resources_section(counts: Mapping[Op, int], failed: int, *, preview: bool) -> list[Text]:
    changes = {op: counts[op] for op in Op if counts.get(op) and op not in UNCHANGED}
    lines = [Text("Resources:", "bold")]
    for op, count in changes.items():
        look = _LOOKS[op]
        lines.append(Text(f"    {look.symbol}{count} {f'to {op}' if preview else look.done}", look.style))
    total = [f"{sum(changes.values())} changes"] if len(changes) > 1 else []
    unchanged = [f"{counts[Op.SAME]} unchanged"] if counts.get(Op.SAME) else []
    lines += [Text("    " + ". ".join(total + unchanged))] if total or unchanged else []
    return [*lines, Text(f"    {failed} errored", "red")] if failed else lines


def _message_lines(diagnostic: Diagnostic) -> Iterable[Text]:
    for position, line in enumerate(diagnostic.message.rstrip().split("\n")):
        prefix = _prefix(diagnostic) if position == 0 else Text()
        yield Text.assemble("    ", prefix, visible(line))


def _headline(diagnostic: Diagnostic) -> Text:
    return Text.assemble(_prefix(diagnostic), visible(diagnostic.message.strip().split("\n")[0]))


def _prefix(diagnostic: Diagnostic) -> Text:
    severity = diagnostic.severity
    return Text() if severity is Severity.INFO else Text(f"{severity}: ", _SEVERITY_STYLES[severity])


def _marked(line: Line) -> Text:
    return Text(str(line), _MARK_STYLES[line.mark])


def _precise(seconds: float) -> str:
    return f"{seconds:.2f}s" if seconds < 1 else f"{int(seconds)}s"


def _rounded_up(seconds: float) -> str:
    minutes, rest = divmod(math.ceil(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return (f"{hours}h" if hours else "") + (f"{minutes}m" if hours or minutes else "") + f"{rest}s"
