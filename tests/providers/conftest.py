"""Providers in this process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.in_process import as_in_its_own


@pytest.fixture(autouse=True)
def _as_in_its_own_process() -> Iterator[None]:
    with as_in_its_own():
        yield
