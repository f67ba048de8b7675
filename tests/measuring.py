"""Which processes write down their coverage: those that run tests, and those that a test says are measured.

Measuring takes half as much CPU time again, and programs and providers are killed before they could write anything.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

_PREFIX = "COVERAGE_"
_variables = {name: value for name, value in os.environ.items() if name.startswith(_PREFIX)}


def stop_measuring_children() -> None:
    """Let the processes that this one starts from now on measure nothing."""
    for name in _variables:
        os.environ.pop(name, None)


def measured(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a process that is measured if this one is."""
    return {**environment, **_variables}
