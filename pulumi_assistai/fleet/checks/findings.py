"""What a check finds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_PLACE = re.compile(r"(?::(?P<line>\d+)(?::\d+)?)?: (?P<what>.*)", re.DOTALL)


@dataclass(frozen=True, order=True)
class Finding:
    """A mistake, or what may be one.

    Attributes:
        path: the file.
        line: the line, from 1 on.
        rule: the name of the rule that it breaks.
        message: what is wrong and what to do, in a line. It never holds a secret.
    """

    path: Path
    line: int
    rule: str
    message: str

    def __str__(self) -> str:
        """Return the finding in a line, as compilers write it."""
        return f"{self.path}:{self.line}: {self.message} [{self.rule}]"


def as_finding(rule: str, problem: str, paths: Iterable[Path]) -> Finding:
    """Return a problem of a `FleetError` as a finding.

    Args:
        rule: the rule that it breaks.
        problem: the problem, as `FILE:LINE:COLUMN: what`.
        paths: the files that it can be about; with another name, the whole problem is said of the last one.
    """
    known = list(paths)
    path = max(
        (path for path in known if problem.startswith(f"{path}:")), key=lambda path: len(str(path)), default=None
    )
    if path is None:
        return Finding(known[-1], 1, rule, problem)
    place = _PLACE.match(problem, len(str(path)))
    return Finding(path, int(place["line"] or 1), rule, place["what"]) if place else Finding(path, 1, rule, problem)
