"""Tells the display what happens, and remembers it for the result."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi_assistai.engine.reporting.events import (
    UNCHANGED,
    Change,
    Diagnostic,
    Display,
    Finished,
    Op,
    Severity,
    Started,
    Summary,
)

_WARNING = "warning: "


@dataclass(frozen=True)
class Result:
    """How an operation ended.

    Attributes:
        succeeded: whether nothing failed.
        changes: what was done, or in a preview would be, in the order in which it ended.
        counts: how many resources saw each operation; a replacement counts once, as REPLACE.
        outputs: the stack's outputs; secrets are `values.Secret`, what a preview cannot know `values.UNKNOWN`.
        diagnostics: what was said meanwhile.
    """

    succeeded: bool
    changes: tuple[Change, ...] = ()
    counts: Mapping[Op, int] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def has_changes(self) -> bool:
        """Whether a resource changed, or in a preview would."""
        return any(count for op, count in self.counts.items() if op not in UNCHANGED)


class Recorder:
    """Passes events on and keeps account of them.

    Args:
        display: who is told.
        verb: the operation, for the summary.
    """

    def __init__(self, display: Display, verb: str) -> None:
        self.failed = False
        self._display = display
        self._verb = verb
        self._began = time.monotonic()
        self._changes: list[Change] = []
        self._counts: Counter[Op] = Counter()
        self._diagnostics: list[Diagnostic] = []

    def started(self, change: Change) -> None:
        """Say that an operation on a resource begins."""
        self._display.show(Started(change))

    def finished(self, change: Change, seconds: float) -> None:
        """Say that an operation on a resource succeeded."""
        if change.op not in (Op.SAME, Op.REFRESH):
            self._changes.append(change)
        self._display.show(Finished(change, seconds))

    def failed_step(self, change: Change, seconds: float, error: str) -> None:
        """Say that an operation on a resource failed."""
        self._display.show(Finished(change, seconds, error))
        self.error(error, change.urn)

    def count(self, op: Op) -> None:
        """Count an operation for the summary."""
        self._counts[op] += 1

    def diagnose(self, severity: Severity, message: str, urn: str = "") -> None:
        """Pass a message on."""
        diagnostic = Diagnostic(severity, message, urn)
        self._diagnostics.append(diagnostic)
        self._display.show(diagnostic)

    def error(self, message: str, urn: str = "") -> None:
        """Pass an error on; the operation has failed."""
        self.failed = True
        self.diagnose(Severity.ERROR, message, urn)

    def printed(self, line: str) -> None:
        """Pass a line on that the program wrote."""
        self.diagnose(Severity.INFO, line)

    def printed_by_provider(self, line: str) -> None:
        """Pass a line on that a provider wrote; `warning: ` at its beginning makes it one."""
        warning = line.startswith(_WARNING)
        self.diagnose(Severity.WARNING if warning else Severity.INFO, line.removeprefix(_WARNING))

    def result(self, old_outputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> Result:
        """Summarize, and return the result."""
        counts = dict(self._counts)
        seconds = time.monotonic() - self._began
        self._display.show(Summary(self._verb, not self.failed, counts, seconds, old_outputs, outputs))
        return Result(not self.failed, tuple(self._changes), counts, outputs, tuple(self._diagnostics))
