"""The calls under /agents."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from pulumi_assistai.emulator.bodies import AgentPage, AgentPatch, Created, NewAgent
from pulumi_assistai.emulator.listing import AgentQuery
from pulumi_assistai.emulator.parts import ERRORS, Caller, Here

router = APIRouter(prefix="/agents", tags=["agents"], responses=ERRORS)


@router.post("", status_code=201, response_model=Created)
async def create_agent(parts: Here, caller: Caller, body: NewAgent) -> Response:
    """Create an agent."""
    agent = parts.store.create_agent(caller, body.given(), parts.dialect.agent_code, whatsapp=parts.whatsapp)
    return parts.dialect.respond(parts.dialect.created(agent.code), 201)


@router.patch("/{code}", status_code=204)
async def update_agent(parts: Here, caller: Caller, code: str, body: AgentPatch) -> Response:
    """Change the given fields of an agent. A body without fields changes nothing."""
    agent = parts.agent(code, caller)
    parts.store.change_agent(agent.code, body.given())
    return Response(status_code=204)


@router.get("", response_model=AgentPage)
async def list_agents(parts: Here, caller: Caller, query: Annotated[AgentQuery, Query()]) -> Response:
    """List the agents of the organization."""
    page = parts.store.list_agents(caller, query)
    items = [parts.dialect.agent(agent) for agent in page.items]
    return parts.dialect.respond(parts.dialect.page(page, items))
