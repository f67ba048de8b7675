"""Findings of a check."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_PLACE = re.compile(r"(?::(?P<line>\d+)(?::\d+)?)?: (?P<what>.*)", re.DOTALL)


@dataclass(frozen=True, order=True)
class Finding:
    """A mistake or a possible mistake.

    Attributes:
        path: the file.
        line: the line, from 1.
        rule: the name of the broken rule.
        message: the problem and its solution in one line. It never holds a secret.
    """

    path: Path
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        """Return the finding in one line, in the format of compilers."""
        return f"{self.path}:{self.line}: {self.message} [{self.rule}]"


def as_finding(rule: str, problem: str, paths: Iterable[Path]) -> Finding:
    """Return a problem of a `FleetError` as a finding.

    Args:
        rule: the broken rule.
        problem: the problem, as `FILE:LINE:COLUMN: PROBLEM`.
        paths: the possible files. If the problem names none of them, the finding is about the last one.
    """
    known = list(paths)
    path = max(
        (path for path in known if problem.startswith(f"{path}:")), key=lambda path: len(str(path)), default=None
    )
    if path is None:
        return Finding(known[-1], 1, rule, problem)
    place = _PLACE.match(problem, len(str(path)))
    return Finding(path, int(place["line"] or 1), rule, place["what"]) if place else Finding(path, 1, rule, problem)
