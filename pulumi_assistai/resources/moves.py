"""Moves of agents from one fleet to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

if TYPE_CHECKING:
    from pulumi_assistai.fleet import AgentFile


def former_names(former: str | None, suffix: str) -> list[str | pulumi.Alias]:
    """Return the aliases of a resource formerly named FORMER-SUFFIX; none if it did not move."""
    return [pulumi.Alias(name=f"{former}-{suffix}")] if former else []


def tell(fleet: str, file: AgentFile, agent: pulumi.Resource) -> None:
    """Tell in the preview that a moved agent stays the same."""
    former = file.front_matter.moved_from
    if former:
        pulumi.log.info(
            f"{fleet}-{file.key} keeps the agent of {former}-{file.key} if the stack has it: the move creates no "
            f"agent. Remove moved_from from {file.path} once every stack is up to date",
            agent,
        )
