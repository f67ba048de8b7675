"""Processes whose coverage is measured, and those whose is not."""

from __future__ import annotations

from collections.abc import Mapping


def unmeasured(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of processes whose coverage nobody measures.

    It would take half as much CPU time again, and providers are killed before they could write it down.
    """
    return {name: value for name, value in environment.items() if not name.startswith("COVERAGE_")}
