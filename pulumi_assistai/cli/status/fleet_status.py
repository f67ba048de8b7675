"""Everything that `assistai status` says, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pulumi_assistai.cli.project.declared import declared_agents, declared_integrations, read_only_agents
from pulumi_assistai.lifecycle import comparison
from pulumi_assistai.lifecycle.comparison import (
    AgentStatus,
    DeclaredAgent,
    DeclaredIntegration,
    IntegrationStatus,
    SameName,
)
from pulumi_assistai.lifecycle.session import Session

_DRIFT = (comparison.DRIFTED, comparison.MISSING)


@dataclass(frozen=True)
class Unmanaged:
    """A live agent that the stack does not manage; `read_by` names the resource that reads it, None where none does."""

    code: str
    name: str
    created_at: str | None
    read_by: str | None


@dataclass(frozen=True)
class Elsewhere:
    """A resource of another organization than the one looked at."""

    resource: str
    tenant_domain: str | None
    organization_code: str | None


@dataclass(frozen=True)
class FleetStatus:
    """Declared against live.

    Attributes:
        stack: where the state is kept, in words.
        tenant_domain, organization_code: what was looked at.
        agents: the declared agents.
        unmanaged: the live agents that are not declared.
        same_named: the names that several live agents have.
        whatsapp: the declared integrations.
        elsewhere: declared resources of other organizations, not looked at.
        complete: whether what is not listed is proved to be gone.
        drift: whether something differs; an unmanaged agent of a name of its own is none.
    """

    stack: str
    tenant_domain: str
    organization_code: str
    agents: list[AgentStatus]
    unmanaged: list[Unmanaged]
    same_named: list[SameName]
    whatsapp: list[IntegrationStatus]
    elsewhere: list[Elsewhere]
    complete: bool
    drift: bool


def look(session: Session, stack: str, state: Mapping[str, Any], *, live: bool) -> FleetStatus:
    """Compare a state with its organization; with `live` WhatsApp too, which starts connections where there are none.

    Args:
        session: the organization.
        stack: where the state is kept, in words.
        state: the state as `pulumi stack export` writes it.
        live: whether to ask for the WhatsApp connections.

    Raises:
        AssistAIError: something could not be read.
    """
    declared, integrations = declared_agents(state), declared_integrations(state)
    own = [agent for agent in declared if comparison.belongs(session, agent.recorded)]
    linked = [integration for integration in integrations if comparison.belongs(session, integration.recorded)]
    agents = comparison.compare_agents(session, own)
    whatsapp = comparison.compare_integrations(session, linked, live=live)
    same_named = comparison.same_named(session, own)
    statuses = [*(agent.status for agent in agents), *(integration.status for integration in whatsapp)]
    return FleetStatus(
        stack=stack,
        **session.place,
        agents=agents,
        unmanaged=_unmanaged(session, own, read_only_agents(state)),
        same_named=same_named,
        whatsapp=whatsapp,
        elsewhere=_elsewhere(session, [*declared, *integrations]),
        complete=session.inventory.complete and (not own or bool(session.inventory.listed())),
        drift=any(status in _DRIFT for status in statuses) or any(group.unwanted for group in same_named),
    )


def _unmanaged(session: Session, own: Sequence[DeclaredAgent], readers: Mapping[str, str]) -> list[Unmanaged]:
    return [
        Unmanaged(agent.code, agent.name, agent.created_at, readers.get(agent.code))
        for agent in comparison.unmanaged(session, own)
    ]


def _elsewhere(session: Session, declared: Sequence[DeclaredAgent | DeclaredIntegration]) -> list[Elsewhere]:
    return [
        Elsewhere(other.resource, other.recorded.get("tenant_domain"), other.recorded.get("organization_code"))
        for other in declared
        if not comparison.belongs(session, other.recorded)
    ]
