"""The command `assistai`, for programs that are examples."""

from __future__ import annotations

from tests.cli.conftest import assistai

__all__ = ["assistai"]
