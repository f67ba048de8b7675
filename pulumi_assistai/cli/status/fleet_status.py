"""The result of `assistai status` as values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pulumi_assistai.cli.project.declared import declared_agents, declared_integrations, read_only_agents
from pulumi_assistai.cli.project.organizations import Organization, side_by_side
from pulumi_assistai.cli.project.surroundings import Surroundings
from pulumi_assistai.errors import AssistAIError, with_code
from pulumi_assistai.lifecycle import comparison
from pulumi_assistai.lifecycle.comparison import (
    AgentStatus,
    DeclaredAgent,
    IntegrationStatus,
    SameName,
)
from pulumi_assistai.lifecycle.session import Session

_DRIFT = (comparison.DRIFTED, comparison.MISSING)


@dataclass(frozen=True)
class Unmanaged:
    """A live agent that the stack does not manage. `read_by` names the resource that reads it, if any."""

    code: str
    name: str
    created_at: str | None
    read_by: str | None


@dataclass(frozen=True)
class NotLookedAt:
    """A resource or an organization that was not compared.

    Attributes:
        resource: the name of the resource, "" for an organization or the whole stack.
        provider: the name of the explicit provider, "" for the default connection.
        tenant_domain, organization_code: its tenant and organization, None if unknown.
        reason: why it was not compared.
    """

    resource: str
    provider: str
    tenant_domain: str | None
    organization_code: str | None
    reason: str


@dataclass(frozen=True)
class FleetStatus:
    """Declared and live agents of one organization, compared.

    Attributes:
        provider: the name of the explicit provider, "" for the default connection.
        tenant_domain, organization_code: the organization.
        agents: the declared agents.
        unmanaged: the live agents that are not declared.
        same_named: the names that several live agents have.
        whatsapp: the declared integrations.
        complete: whether the listing is known to be complete, so that unlisted agents are gone.
        drift: whether something differs. An unmanaged agent with a unique name does not count.
    """

    provider: str
    tenant_domain: str
    organization_code: str
    agents: list[AgentStatus]
    unmanaged: list[Unmanaged]
    same_named: list[SameName]
    whatsapp: list[IntegrationStatus]
    complete: bool
    drift: bool


@dataclass(frozen=True)
class StackStatus:
    """Declared and live agents of all organizations of a stack, compared.

    Attributes:
        stack: the stack, for people.
        organizations: the compared organizations.
        not_looked_at: what was not compared.
        drift: whether something differs.
        complete: whether every listing is known to be complete.
    """

    stack: str
    organizations: list[FleetStatus]
    not_looked_at: list[NotLookedAt]
    drift: bool
    complete: bool


def look_at_all(around: Surroundings, *, live: bool) -> StackStatus:
    """Compare a state with all of its organizations, in parallel.

    Raises:
        AssistAIError: none of them could be read.
    """
    looks = side_by_side(around.organizations, lambda known: _try_to_look(known, around.state, live=live))
    found = [look for look in looks if isinstance(look, FleetStatus)]
    failed = [look for look in looks if isinstance(look, NotLookedAt)]
    if not found:
        raise AssistAIError(failed[0].reason)
    unconnected = [NotLookedAt("", known.provider, None, None, known.reason) for known in around.unconnected]
    return StackStatus(
        around.stack.place,
        found,
        [*failed, *unconnected, *_elsewhere(around), *_nothing(around, found), *_unseen(found)],
        drift=any(look.drift for look in found),
        complete=all(look.complete for look in found),
    )


def _try_to_look(organization: Organization, state: Mapping[str, Any], *, live: bool) -> FleetStatus | NotLookedAt:
    try:
        return look(Session(organization.settings), state, provider=organization.provider, live=live)
    except AssistAIError as error:
        settings, reason = organization.settings, with_code(error)
        return NotLookedAt("", organization.provider, settings.tenant_domain, settings.organization_code, reason)


def look(session: Session, state: Mapping[str, Any], *, provider: str = "", live: bool) -> FleetStatus:
    """Compare a state with an organization. With `live`, ask for WhatsApp too, which starts missing connections.

    Args:
        session: the organization.
        state: the state as `pulumi stack export` writes it.
        provider: the name of the explicit provider, "" for the default connection.
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
        provider=provider,
        **session.place,
        agents=agents,
        unmanaged=_unmanaged(session, own, read_only_agents(state)),
        same_named=same_named,
        whatsapp=whatsapp,
        complete=session.inventory.complete and (not own or bool(session.inventory.listed())),
        drift=any(status in _DRIFT for status in statuses) or any(group.unwanted for group in same_named),
    )


def _unmanaged(session: Session, own: Sequence[DeclaredAgent], readers: Mapping[str, str]) -> list[Unmanaged]:
    return [
        Unmanaged(agent.code, agent.name, agent.created_at, readers.get(agent.code))
        for agent in comparison.unmanaged(session, own)
    ]


def _elsewhere(around: Surroundings) -> list[NotLookedAt]:
    """Return the declared resources of organizations without a connection in the stack."""
    reason = "the stack has no connection to its organization"
    places = [
        (one.resource, one.recorded.get("tenant_domain"), one.recorded.get("organization_code"))
        for one in around.elsewhere
    ]
    return [NotLookedAt(resource, "", tenant, organization, reason) for resource, tenant, organization in places]


def _unseen(found: Sequence[FleetStatus]) -> Iterator[NotLookedAt]:
    """Yield an entry for each organization whose listing lacks declared agents but does not prove them gone."""
    for look in found:
        unlisted = sum(agent.status == comparison.NOT_LISTED for agent in look.agents)
        if unlisted and not look.complete:
            agents = f"{unlisted} of {len(look.agents)} declared agents"
            reason = f"AssistAI did not list {agents}; check the token with `assistai doctor`"
            yield NotLookedAt("", look.provider, look.tenant_domain, look.organization_code, reason)


def _nothing(around: Surroundings, found: Sequence[FleetStatus]) -> list[NotLookedAt]:
    """Return an entry for the whole stack if there was nothing to compare."""
    if any(look.agents or look.whatsapp for look in found):
        return []
    codes = ", ".join(look.organization_code for look in found)
    return [NotLookedAt("", "", None, None, f"{around.stack.place} declares no agents of organization {codes}")]
