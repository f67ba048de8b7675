"""How much of long tables of cases is tested: all of it with ASSISTAI_TEST_ALL, as `make soak` does."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

ALL = bool(os.environ.get("ASSISTAI_TEST_ALL"))


def some_of(cases: Sequence[T], every: int = 3) -> Sequence[T]:
    """Return all cases where that is asked for, and otherwise one of `every`."""
    return cases if ALL else cases[::every]
