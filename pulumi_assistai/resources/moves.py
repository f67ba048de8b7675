"""Agents that move from one fleet to another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi

if TYPE_CHECKING:
    from pulumi_assistai.fleet import AgentFile


def former_names(former: str | None, suffix: str) -> list[str | pulumi.Alias]:
    """Return the aliases of a resource that was FORMER-SUFFIX, none where it comes from nowhere."""
    return [pulumi.Alias(name=f"{former}-{suffix}")] if former else []


def tell(fleet: str, file: AgentFile, agent: pulumi.Resource) -> None:
    """Say in the preview that an agent stays the same one."""
    former = file.front_matter.moved_from
    if former:
        pulumi.log.info(
            f"{fleet}-{file.key} goes on with the agent of {former}-{file.key} where the stack has that: the move "
            f"creates no agent. Remove moved_from from {file.path} once every stack is up to date",
            agent,
        )
