"""The fields of an agent, and the values of those that the listing shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi_assistai.client import ListedAgent

FIELDS = ("name", "description", "purpose", "instructions", "tone", "voice")
"""The fields of an agent that the API stores and a program declares."""

VISIBLE = ("name", "description")
"""The fields that the listing shows. The API writes the others and never returns them."""


def live_value(live: ListedAgent, field: str) -> str:
    """Return the value of a visible field, "" if the listing has none."""
    return getattr(live, field) or ""
