"""The calls under /agents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Response

from pulumi_assistai.emulator.bodies import AgentPage, AgentPatch, Created, NewAgent
from pulumi_assistai.emulator.dialects import Body
from pulumi_assistai.emulator.listing import AgentQuery
from pulumi_assistai.emulator.oddities import listings
from pulumi_assistai.emulator.oddities.names import check_name
from pulumi_assistai.emulator.oddities.texts import rewrite
from pulumi_assistai.emulator.parts import ERRORS, Caller, Here, Parts
from pulumi_assistai.emulator.records import Agent, Organization

router = APIRouter(prefix="/agents", tags=["agents"], responses=ERRORS)


@router.post("", status_code=201, response_model=Created)
async def create_agent(parts: Here, caller: Caller, body: NewAgent) -> Response:
    """Create an agent."""
    fields = _accepted(parts, caller, body.given())
    agent = parts.store.create_agent(caller, fields, parts.dialect.agent_code, whatsapp=parts.whatsapp)
    return parts.dialect.respond(parts.dialect.created(agent.code), 201)


@router.patch("/{code}", status_code=204)
async def update_agent(parts: Here, caller: Caller, code: str, body: AgentPatch) -> Response:
    """Update the given fields of an agent. A body without fields changes nothing."""
    agent = parts.agent(code, caller)
    parts.store.change_agent(agent.code, _accepted(parts, caller, body.given(), agent))
    return Response(status_code=204)


@router.get("", response_model=AgentPage)
async def list_agents(parts: Here, caller: Caller, query: Annotated[AgentQuery, Query()]) -> Response:
    """List the agents of the organization."""
    page = parts.list_agents(caller, listings.heeded(parts.odd, query))
    if parts.odd.endless:
        page = listings.endless(parts.dialect, page, caller)
    return listings.respond(parts.odd, parts.dialect, page, _items(parts, caller, page.items))


def _accepted(
    parts: Parts, owner: Organization, given: Mapping[str, str], agent: Agent | None = None
) -> dict[str, str | None]:
    """Return fields in their stored form, for this agent or a new one."""
    fields = rewrite(parts.odd.texts, given)
    if "name" in fields:
        check_name(parts.odd, fields["name"], _others(parts, owner, agent) if parts.odd.unique_names else [])
    return fields


def _others(parts: Parts, owner: Organization, agent: Agent | None) -> list[Agent]:
    return [other for other in parts.store.agents() if other.owner == owner and other != agent]


def _items(parts: Parts, owner: Organization, agents: list[Agent]) -> list[Body]:
    oldest = parts.store.list_agents(owner, AgentQuery(take=1)).items if parts.odd.item else []
    return [listings.item(parts.odd, parts.dialect, agent, is_oldest=agent in oldest) for agent in agents]
