"""What the imitated API does not have: the dashboard, the phone, the customers and the journal, under /sandbox."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from pulumi_assistai.emulator.accounts import Account
from pulumi_assistai.emulator.bodies import AgentPatch, DashboardAgent, Link, UserMessage
from pulumi_assistai.emulator.errors import ApiProblem

router = APIRouter(prefix="/sandbox", tags=["Sandbox"])


@router.get("/health")
def health() -> dict[str, str]:
    """Say that the emulator answers."""
    return {"status": "ok"}


@router.get("/agents")
def agents(request: Request) -> list[dict[str, Any]]:
    """Return all agents of all organizations with all their fields."""
    found: list[dict[str, Any]] = request.app.state.store.agents()
    return found


@router.post("/agents", status_code=201)
def create(request: Request, body: DashboardAgent) -> dict[str, str]:
    """Create an agent as somebody does in the dashboard."""
    state = request.app.state
    fields = body.given()
    account = Account("", fields.pop("tenant"), fields.pop("organization"))
    return {"code": state.store.create_agent(account, fields, state.dialect, whatsapp=state.whatsapp)}


@router.patch("/agents/{code}", status_code=204)
def edit(request: Request, code: str, body: AgentPatch) -> Response:
    """Edit an agent as somebody does in the dashboard."""
    _agent(request, code)
    request.app.state.store.change_agent(code, body.given())
    return Response(status_code=204)


@router.delete("/agents/{code}", status_code=204)
def remove(request: Request, code: str) -> Response:
    """Remove an agent as somebody does in the dashboard."""
    _agent(request, code)
    request.app.state.store.remove_agent(code)
    return Response(status_code=204)


@router.post("/agents/{code}/whatsapp/link", status_code=204)
def link(request: Request, code: str, body: Link) -> Response:
    """Play the phone: scan the QR that was shown last, or the payload given as `qr`."""
    state = request.app.state
    _agent(request, code)
    shown = state.qr_codes.current(code)
    if shown is None or body.qr not in (None, shown):
        raise ApiProblem(409, "This QR is not shown now")
    state.store.change_agent(code, {"whatsapp": "connected", "phoneNumber": body.phoneNumber})
    state.qr_codes.forget(code)
    return Response(status_code=204)


@router.post("/agents/{code}/whatsapp/unlink", status_code=204)
def unlink(request: Request, code: str) -> Response:
    """Play the phone: end the link."""
    _agent(request, code)
    request.app.state.store.change_agent(code, {"whatsapp": "disconnected", "phoneNumber": None})
    return Response(status_code=204)


@router.delete("/agents/{code}/whatsapp", status_code=204)
def remove_integration(request: Request, code: str) -> Response:
    """Take WhatsApp away from an agent, as somebody does in the dashboard."""
    _agent(request, code)
    request.app.state.store.change_agent(code, {"whatsapp": None, "phoneNumber": None})
    return Response(status_code=204)


@router.post("/agents/{code}/messages", status_code=201)
def message(request: Request, code: str, body: UserMessage) -> dict[str, str]:
    """Write to an agent as a customer does; the answer is scripted."""
    store = request.app.state.store
    agent = _agent(request, code)
    uuid = body.conversation or store.start_conversation(agent, body.content[:60])
    if store.conversation(uuid) is None:
        raise ApiProblem(404, f"Conversation {uuid} not found")
    store.add_message(uuid, "user", body.content)
    store.add_message(uuid, "agent", f"{agent['name']}: gracias por escribir. ¿En qué puedo ayudarle?")
    return {"conversation": uuid}


@router.get("/requests")
def requests(request: Request) -> list[dict[str, Any]]:
    """Return the requests that the imitated API saw, without their tokens."""
    seen: list[dict[str, Any]] = request.app.state.store.requests()
    return seen


@router.delete("/requests", status_code=204)
def forget_requests(request: Request) -> Response:
    """Empty the journal."""
    request.app.state.store.forget_requests()
    return Response(status_code=204)


def _agent(request: Request, code: str) -> dict[str, Any]:
    agent: dict[str, Any] | None = request.app.state.store.agent(code)
    if agent is None:
        raise ApiProblem(404, f"Agent {code} not found")
    return agent
