"""A limiter of its own for each test."""

from __future__ import annotations

import pytest

from pulumi_assistai.client import limiter


@pytest.fixture(autouse=True)
def _no_limiter_of_another_test() -> None:
    # A server may get the port of an earlier one, whose limiter an error can keep alive.
    limiter._limiters.clear()  # noqa: SLF001
