"""The recorder: passes events to the display, and keeps them for the result."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Iterable, Mapping
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

_SHORTEST_SECRET = 3
"""Characters: a shorter text is part of many words. The Pulumi CLI has the same limit."""


@dataclass(frozen=True)
class Result:
    """The result of an operation.

    Attributes:
        succeeded: whether nothing failed.
        changes: the changes that were made, or in a preview would be made, in the order of their ends.
        counts: the number of resources for each operation; a replacement counts once, as REPLACE.
        outputs: the stack's outputs. Secrets are `properties.Secret`, unknown values of a preview `properties.UNKNOWN`.
        diagnostics: the messages.
    """

    succeeded: bool
    changes: tuple[Change, ...] = ()
    counts: Mapping[Op, int] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def has_changes(self) -> bool:
        """Whether a resource changed, or in a preview would change."""
        return any(count for op, count in self.counts.items() if op not in UNCHANGED)


class Recorder:
    """Passes events to the display, and counts and keeps them.

    Args:
        display: receives the events.
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
        self._secrets: re.Pattern[str] | None = None

    def hide(self, secrets: Iterable[str]) -> None:
        """Report "[secret]" in place of these texts from now on, in messages of the program and of providers too."""
        texts = sorted((text for text in secrets if len(text) >= _SHORTEST_SECRET), key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, texts))) if texts else None

    def started(self, change: Change) -> None:
        """Report that an operation on a resource begins."""
        self._display.show(Started(change))

    def finished(self, change: Change, seconds: float) -> None:
        """Report that an operation on a resource succeeded."""
        if change.op not in (Op.SAME, Op.REFRESH):
            self._changes.append(change)
        self._display.show(Finished(change, seconds))

    def failed_step(self, change: Change, seconds: float, error: str) -> None:
        """Report that an operation on a resource failed."""
        self._display.show(Finished(change, seconds, self._masked(error)))
        self.error(error, change.urn)

    def count(self, op: Op) -> None:
        """Count an operation for the summary."""
        self._counts[op] += 1

    def diagnose(self, severity: Severity, message: str, urn: str = "") -> None:
        """Report a message."""
        diagnostic = Diagnostic(severity, self._masked(message), urn)
        self._diagnostics.append(diagnostic)
        self._display.show(diagnostic)

    def error(self, message: str, urn: str = "") -> None:
        """Report an error. The operation has failed."""
        self.failed = True
        self.diagnose(Severity.ERROR, message, urn)

    def printed(self, line: str) -> None:
        """Report a line of the program's output."""
        self.diagnose(Severity.INFO, line)

    def printed_by_provider(self, line: str) -> None:
        """Report a line of a provider's output. A line that begins with `warning: ` is a warning."""
        warning = line.startswith(_WARNING)
        self.diagnose(Severity.WARNING if warning else Severity.INFO, line.removeprefix(_WARNING))

    def result(self, old_outputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> Result:
        """Report the summary and return the result."""
        counts = dict(self._counts)
        seconds = time.monotonic() - self._began
        self._display.show(Summary(self._verb, not self.failed, counts, seconds, old_outputs, outputs))
        return Result(not self.failed, tuple(self._changes), counts, outputs, tuple(self._diagnostics))

    def _masked(self, message: str) -> str:
        return self._secrets.sub("[secret]", message) if self._secrets else message
