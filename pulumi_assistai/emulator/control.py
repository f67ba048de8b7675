"""The control API under /sandbox: the dashboard, the phone, the customers and the journal."""

from __future__ import annotations

from fastapi import APIRouter, Response

from pulumi_assistai.emulator import dashboard
from pulumi_assistai.emulator.bodies import (
    AgentPatch,
    DashboardAgent,
    Health,
    NotedRequest,
    Phone,
    RequestSummary,
    UserMessage,
    WholeAgent,
    Written,
)
from pulumi_assistai.emulator.dialects import NEST, Body
from pulumi_assistai.emulator.guard import OWN_PAGES
from pulumi_assistai.emulator.parts import CONTROL_ERRORS, NO_AGENT, Here, Parts
from pulumi_assistai.emulator.records import Agent, Organization

router = APIRouter(prefix="/sandbox", tags=["sandbox"], responses=CONTROL_ERRORS, dependencies=[OWN_PAGES])


@router.get("/health", response_model=Health)
async def health(parts: Here) -> Response:
    """Report that the emulator answers, with its dialect and accounts."""
    organizations = [{"tenant": owner.tenant, "organization": owner.code} for owner in parts.accounts.organizations]
    spoken = {"dialect": parts.dialect_name, "odd": parts.odd_names}
    return NEST.respond({"status": "ok", **spoken, "organizations": organizations})


@router.get("/agents", response_model=list[WholeAgent])
async def agents(parts: Here) -> Response:
    """Return the agents of all organizations with all their fields, oldest first."""
    return NEST.respond([_everything(agent) for agent in parts.store.agents()])


@router.post("/agents", status_code=201, response_model=WholeAgent)
async def create_agent(parts: Here, body: DashboardAgent) -> Response:
    """Create an agent, as a dashboard user."""
    fields = body.given()
    owner = Organization(fields.pop("tenant"), fields.pop("organization"))
    return NEST.respond(_everything(dashboard.create_agent(parts, owner, fields)), 201)


@router.patch("/agents/{code}", response_model=WholeAgent, responses=NO_AGENT)
async def edit_agent(parts: Here, code: str, body: AgentPatch) -> Response:
    """Edit an agent, as a dashboard user."""
    parts.store.change_agent(parts.agent(code).code, body.given())
    return _answer(parts, code)


@router.delete("/agents/{code}", status_code=204, responses=NO_AGENT)
async def remove_agent(parts: Here, code: str) -> Response:
    """Delete an agent, as a dashboard user."""
    parts.store.remove_agent(parts.agent(code).code)
    return Response(status_code=204)


@router.post("/agents/{code}/whatsapp", status_code=201, response_model=WholeAgent, responses=NO_AGENT)
async def add_integration(parts: Here, code: str) -> Response:
    """Add a WhatsApp integration to an agent, as a dashboard user. An existing one stays as it is."""
    dashboard.add_integration(parts, code)
    return _answer(parts, code, 201)


@router.delete("/agents/{code}/whatsapp", status_code=204, responses=NO_AGENT)
async def remove_integration(parts: Here, code: str) -> Response:
    """Remove an agent's WhatsApp integration, as a dashboard user."""
    dashboard.remove_integration(parts, code)
    return Response(status_code=204)


@router.post("/agents/{code}/whatsapp/link", response_model=WholeAgent, responses=NO_AGENT)
async def link_phone(parts: Here, code: str, body: Phone) -> Response:
    """Act as a phone that scans the QR code."""
    dashboard.link_phone(parts, code, body.phone_number, body.qr)
    return _answer(parts, code)


@router.post("/agents/{code}/whatsapp/unlink", response_model=WholeAgent, responses=NO_AGENT)
async def unlink_phone(parts: Here, code: str) -> Response:
    """Act as the phone that ends the link."""
    dashboard.unlink_phone(parts, code)
    return _answer(parts, code)


@router.post("/agents/{code}/messages", status_code=201, response_model=Written, responses=NO_AGENT)
async def write_message(parts: Here, code: str, body: UserMessage) -> Response:
    """Act as a person who writes to an agent. The agent's answer is always the same."""
    conversation, answer = dashboard.write_message(parts, code, body.content, body.conversation)
    return NEST.respond({"conversation": conversation.uuid, "answer": answer}, 201)


@router.get("/requests", response_model=list[NotedRequest])
async def requests(parts: Here) -> Response:
    """Return the requests to the emulated API."""
    return NEST.respond(parts.journal.entries())


@router.get("/requests/summary", response_model=RequestSummary)
async def summarize_requests(parts: Here) -> Response:
    """Return the number of requests, and the most at one time."""
    return NEST.respond(parts.journal.summary())


@router.delete("/requests", status_code=204)
async def forget_requests(parts: Here) -> Response:
    """Empty the journal."""
    parts.journal.clear()
    return Response(status_code=204)


def _answer(parts: Parts, code: str, status: int = 200) -> Response:
    return NEST.respond(_everything(parts.agent(code)), status)


def _everything(agent: Agent) -> Body:
    return {
        **NEST.agent(agent),
        "purpose": agent.purpose,
        "instructions": agent.instructions,
        "tone": agent.tone,
        "voice": agent.voice,
        "tenant": agent.tenant,
        "organization": agent.organization,
        "whatsapp": agent.whatsapp,
        "phoneNumber": agent.phone_number,
        "qr": agent.qr if agent.whatsapp == "connecting" else None,
    }
