"""What the imitated API does not have, under /sandbox: the dashboard, the phone, the customers and the journal."""

from __future__ import annotations

from fastapi import APIRouter, Response

from pulumi_assistai.emulator import dashboard
from pulumi_assistai.emulator.bodies import AgentPatch, DashboardAgent, Phone, UserMessage
from pulumi_assistai.emulator.context import Context, Here
from pulumi_assistai.emulator.dialects import NEST, Body
from pulumi_assistai.emulator.guard import OWN_PAGES
from pulumi_assistai.emulator.records import Agent, Organization

router = APIRouter(prefix="/sandbox", include_in_schema=False, dependencies=[OWN_PAGES])


@router.get("/health")
async def health(context: Here) -> Response:
    """Say that the emulator answers, and for whom."""
    organizations = [{"tenant": owner.tenant, "organization": owner.code} for owner in context.accounts.organizations]
    return NEST.respond({"status": "ok", "dialect": context.dialect_name, "organizations": organizations})


@router.get("/agents")
async def agents(context: Here) -> Response:
    """Return the agents of all organizations with all their fields, oldest first."""
    return NEST.respond([_everything(agent) for agent in context.store.agents()])


@router.post("/agents")
async def create_agent(context: Here, body: DashboardAgent) -> Response:
    """Create an agent as somebody does in the dashboard."""
    fields = body.given()
    owner = Organization(fields.pop("tenant"), fields.pop("organization"))
    return NEST.respond(_everything(dashboard.create_agent(context, owner, fields)), 201)


@router.patch("/agents/{code}")
async def edit_agent(context: Here, code: str, body: AgentPatch) -> Response:
    """Edit an agent as somebody does in the dashboard."""
    context.store.change_agent(context.agent(code).code, body.given())
    return _answer(context, code)


@router.delete("/agents/{code}")
async def remove_agent(context: Here, code: str) -> Response:
    """Remove an agent as somebody does in the dashboard."""
    context.store.remove_agent(context.agent(code).code)
    return Response(status_code=204)


@router.post("/agents/{code}/whatsapp")
async def add_integration(context: Here, code: str) -> Response:
    """Give an agent a WhatsApp integration, as somebody does in the dashboard; one that exists stays as it is."""
    dashboard.add_integration(context, code)
    return _answer(context, code, 201)


@router.delete("/agents/{code}/whatsapp")
async def remove_integration(context: Here, code: str) -> Response:
    """Take the WhatsApp integration away from an agent, as somebody does in the dashboard."""
    dashboard.remove_integration(context, code)
    return Response(status_code=204)


@router.post("/agents/{code}/whatsapp/link")
async def link_phone(context: Here, code: str, body: Phone) -> Response:
    """Play the phone that scans the QR."""
    dashboard.link_phone(context, code, body.phone_number, body.qr)
    return _answer(context, code)


@router.post("/agents/{code}/whatsapp/unlink")
async def unlink_phone(context: Here, code: str) -> Response:
    """Play the phone that ends the link."""
    dashboard.unlink_phone(context, code)
    return _answer(context, code)


@router.post("/agents/{code}/messages")
async def write_message(context: Here, code: str, body: UserMessage) -> Response:
    """Play a person that writes to an agent; the agent's answer is always the same."""
    conversation, answer = dashboard.write_message(context, code, body.content, body.conversation)
    return NEST.respond({"conversation": conversation.uuid, "answer": answer}, 201)


@router.get("/requests")
async def requests(context: Here) -> Response:
    """Return the requests that the imitated API saw."""
    return NEST.respond(context.journal.entries())


@router.get("/requests/summary")
async def summarize_requests(context: Here) -> Response:
    """Return how many requests there were, and how many at a time at most."""
    return NEST.respond(context.journal.summary())


@router.delete("/requests")
async def forget_requests(context: Here) -> Response:
    """Empty the journal."""
    context.journal.clear()
    return Response(status_code=204)


def _answer(context: Context, code: str, status: int = 200) -> Response:
    return NEST.respond(_everything(context.agent(code)), status)


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
