"""The console: web pages at /. Actions there bypass the emulated API and its journal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from pulumi_assistai.emulator import dashboard
from pulumi_assistai.emulator.calls import operations
from pulumi_assistai.emulator.errors import ApiProblem
from pulumi_assistai.emulator.forms import FIELDS, MULTILINE, SentAgent, shown_texts, version
from pulumi_assistai.emulator.guard import OWN_PAGES
from pulumi_assistai.emulator.listing import AgentQuery, ConversationQuery, MessageQuery
from pulumi_assistai.emulator.pages import HEADERS, redirect, render
from pulumi_assistai.emulator.parts import Here, Parts
from pulumi_assistai.emulator.qr import can_scan, png
from pulumi_assistai.emulator.records import Agent, Conversation, Organization

_ROWS = 50
_REQUESTS = 100
_STATIC = {"console.css": "text/css", "console.js": "text/javascript", "icon.svg": "image/svg+xml"}

router = APIRouter(include_in_schema=False, dependencies=[OWN_PAGES])

PageNumber = Annotated[int, Query(ge=1, le=1_000_000)]
Text = Annotated[str, Form(min_length=1)]


async def _owner(parts: Here, tenant: str = "", organization: str = "") -> Organization:
    """Return the organization of a page: the one in its query, or the first."""
    known = parts.accounts.organizations
    wanted = Organization(tenant, organization) if tenant or organization else next(iter(known), None)
    if wanted not in known:
        raise ApiProblem(404, f"no account has tenant {tenant!r} and organization {organization!r}")
    return wanted


Owner = Annotated[Organization, Depends(_owner)]


@router.get("/")
async def list_agents(request: Request, parts: Here, owner: Owner, page: PageNumber = 1) -> Response:
    """Show the agents of an organization."""
    query = AgentQuery(page=page, take=_ROWS, order="DESC")
    return render(request, "agents", owner=owner, page=parts.store.list_agents(owner, query))


@router.get("/agents/new")
async def ask_for_agent(request: Request, owner: Owner) -> Response:
    """Show the empty form of an agent."""
    return _new_agent(request, owner, dict.fromkeys(FIELDS, ""))


@router.post("/agents/new")
async def create_agent(request: Request, parts: Here, owner: Owner, form: SentAgent) -> Response:
    """Create an agent."""
    if not form.name:
        return _new_agent(request, owner, form.texts(), "name_missing")
    agent = dashboard.create_agent(parts, owner, form.written())
    return redirect(f"/agents/{agent.code}", "created")


@router.get("/agents/{code}")
async def show_agent(request: Request, parts: Here, code: str) -> Response:
    """Show an agent and the actions on it."""
    agent = parts.agent(code)
    return _agent(request, parts, agent, shown_texts(agent))


@router.post("/agents/{code}")
async def edit_agent(request: Request, parts: Here, code: str, form: SentAgent) -> Response:
    """Update an agent's edited fields, unless somebody else changed it since the form was shown."""
    agent = parts.agent(code)
    if not form.name:
        return _agent(request, parts, agent, form.texts(), "name_missing")
    if form.version != version(agent):
        return _agent(request, parts, agent, form.texts(), "changed_meanwhile")
    parts.store.change_agent(code, form.changes(agent))
    return redirect(f"/agents/{code}", "saved")


@router.post("/agents/{code}/delete")
async def delete_agent(parts: Here, code: str) -> Response:
    """Delete an agent."""
    owner = parts.agent(code).owner
    parts.store.remove_agent(code)
    return redirect("/", "deleted", tenant=owner.tenant, organization=owner.code)


@router.get("/agents/{code}/qr.png")
async def qr_picture(parts: Here, code: str) -> Response:
    """Return the last requested QR code. Showing it makes no new one."""
    agent = parts.agent(code)
    if agent.whatsapp != "connecting" or agent.qr is None:
        raise ApiProblem(404, f"agent {code} shows no QR")
    return Response(png(agent.qr), headers=HEADERS, media_type="image/png")


@router.post("/agents/{code}/whatsapp/qr")
async def show_qr(parts: Here, code: str) -> Response:
    """Show the QR code, as the dashboard does for an agent without a phone."""
    agent = dashboard.integrated_agent(parts, code)
    if agent.whatsapp != "connected":
        dashboard.show_qr(parts, agent)
    return redirect(f"/agents/{code}#whatsapp")


@router.post("/agents/{code}/whatsapp/link")
async def link_phone(parts: Here, code: str, phone_number: Text) -> Response:
    """Act as a phone that scans the QR code."""
    dashboard.link_phone(parts, code, phone_number)
    return redirect(f"/agents/{code}", "linked")


@router.post("/agents/{code}/whatsapp/unlink")
async def unlink_phone(parts: Here, code: str) -> Response:
    """Act as the phone that ends the link."""
    dashboard.unlink_phone(parts, code)
    return redirect(f"/agents/{code}", "unlinked")


@router.post("/agents/{code}/whatsapp/add")
async def add_integration(parts: Here, code: str) -> Response:
    """Give an agent a WhatsApp integration."""
    dashboard.add_integration(parts, code)
    return redirect(f"/agents/{code}", "added")


@router.post("/agents/{code}/whatsapp/remove")
async def remove_integration(parts: Here, code: str) -> Response:
    """Remove an agent's WhatsApp integration."""
    dashboard.remove_integration(parts, code)
    return redirect(f"/agents/{code}", "removed")


@router.post("/agents/{code}/messages")
async def write_message(parts: Here, code: str, content: Text, conversation: Annotated[str, Form()] = "") -> Response:
    """Act as a customer who writes to an agent."""
    text = content.replace("\r\n", "\n")
    written, _ = dashboard.write_message(parts, code, text, conversation)
    return redirect(f"/conversations/{written.uuid}", "sent")


@router.get("/conversations")
async def list_conversations(request: Request, parts: Here, owner: Owner, page: PageNumber = 1) -> Response:
    """Show the conversations of an organization."""
    query = ConversationQuery(page=page, take=_ROWS, order="DESC")
    found = parts.store.list_conversations(owner, query)
    return render(request, "conversations", owner=owner, page=found, names=_names(parts, found.items))


@router.get("/conversations/{uuid}")
async def show_conversation(request: Request, parts: Here, uuid: str, page: PageNumber = 1) -> Response:
    """Show the messages of a conversation in order. The first page has the newest."""
    conversation = _conversation(parts, uuid)
    found = parts.store.list_messages(conversation, MessageQuery(page=page, take=_ROWS, order="DESC"))
    return render(
        request,
        "conversation",
        owner=Organization(conversation.tenant, conversation.organization),
        conversation=conversation,
        agent=parts.store.find_agent(conversation.agent),
        page=found,
    )


@router.get("/requests")
async def list_requests(request: Request, parts: Here, owner: Owner) -> Response:
    """Show the latest requests to the emulated API."""
    return render(request, "requests", owner=owner, entries=parts.journal.entries()[: -_REQUESTS - 1 : -1])


@router.post("/requests/clear")
async def forget_requests(parts: Here, owner: Owner) -> Response:
    """Empty the journal."""
    parts.journal.clear()
    return redirect("/requests", "cleared", tenant=owner.tenant, organization=owner.code)


@router.get("/docs")
async def show_calls(request: Request) -> Response:
    """Show the calls of the emulated API and of the emulator itself."""
    return render(request, "calls", calls=operations(request.app.openapi()))


@router.get("/static/{name}")
async def static_file(name: str) -> Response:
    """Return the style sheet or the script."""
    if name not in _STATIC:
        raise ApiProblem(404, f"there is no file {name}")
    content = Path(__file__).with_name("static").joinpath(name).read_bytes()
    return Response(content, headers=HEADERS, media_type=_STATIC[name])


def _new_agent(request: Request, owner: Organization, texts: dict[str, str], problem: str = "") -> Response:
    values = {"owner": owner, "texts": texts, "multiline": MULTILINE, "problem": problem, "version": ""}
    return render(request, "new_agent", 400 if problem else 200, **values)


def _agent(request: Request, parts: Parts, agent: Agent, texts: dict[str, str], problem: str = "") -> Response:
    status = {"": 200, "changed_meanwhile": 409}.get(problem, 400)
    return render(
        request,
        "agent",
        status,
        owner=agent.owner,
        agent=agent,
        texts=texts,
        multiline=MULTILINE,
        problem=problem,
        version=version(agent),
        can_scan=agent.qr is not None and can_scan(agent, agent.qr, parts.qr_lifetime),
    )


def _conversation(parts: Parts, uuid: str) -> Conversation:
    conversation = parts.store.find_conversation(uuid)
    if conversation is None:
        raise ApiProblem(404, f"Conversación {uuid} no encontrada")
    return conversation


def _names(parts: Parts, conversations: list[Conversation]) -> dict[str, str]:
    """Return the names of the agents in these conversations, by code. Some agents may be gone."""
    agents = [parts.store.find_agent(code) for code in {conversation.agent for conversation in conversations}]
    return {agent.code: agent.name for agent in agents if agent}
