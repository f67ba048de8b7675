"""The calls under /agents."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from pulumi_assistai.emulator.bodies import AgentPage, AgentPatch, Created, NewAgent
from pulumi_assistai.emulator.context import ERRORS, Caller, Here
from pulumi_assistai.emulator.listing import AgentQuery

router = APIRouter(prefix="/agents", tags=["agents"], responses=ERRORS)


@router.post("", status_code=201, response_model=Created)
async def create_agent(context: Here, caller: Caller, body: NewAgent) -> Response:
    """Create an agent."""
    agent = context.store.create_agent(caller, body.given(), context.dialect.agent_code, whatsapp=context.whatsapp)
    return context.dialect.respond(context.dialect.created(agent.code), 201)


@router.patch("/{code}", status_code=204)
async def update_agent(context: Here, caller: Caller, code: str, body: AgentPatch) -> Response:
    """Change the given fields of an agent. A body without fields changes nothing."""
    agent = context.agent(code, caller)
    context.store.change_agent(agent.code, body.given())
    return Response(status_code=204)


@router.get("", response_model=AgentPage)
async def list_agents(context: Here, caller: Caller, query: Annotated[AgentQuery, Query()]) -> Response:
    """List the agents of the organization."""
    page = context.store.list_agents(caller, query)
    items = [context.dialect.agent(agent) for agent in page.items]
    return context.dialect.respond(context.dialect.page(page, items))
