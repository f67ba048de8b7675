"""What a check finds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_PROBLEM = re.compile(r"(?P<path>.*?)(?::(?P<line>\d+)(?::\d+)?)?: (?P<what>.*)", re.DOTALL)


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


def as_finding(rule: str, problem: str) -> Finding:
    """Return a problem of a `FleetError` as a finding."""
    parts = _PROBLEM.fullmatch(problem)
    assert parts, problem
    return Finding(Path(parts["path"]), int(parts["line"] or 1), rule, parts["what"])
