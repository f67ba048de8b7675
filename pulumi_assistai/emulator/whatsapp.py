"""The calls under /agents/CODE/integrations/whatsappweb."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from pulumi_assistai.emulator.bodies import Connected, Disconnected
from pulumi_assistai.emulator.dashboard import show_qr
from pulumi_assistai.emulator.errors import ApiProblem
from pulumi_assistai.emulator.oddities.whatsapp import respond_connected, respond_starting
from pulumi_assistai.emulator.parts import ERRORS, Caller, Here
from pulumi_assistai.emulator.qr import png
from pulumi_assistai.emulator.records import Agent

_CONNECTED: dict[int | str, dict[str, Any]] = {
    200: {
        "model": Connected,
        "content": {"image/png": {"schema": {"type": "string", "format": "binary"}}},
        "description": "The QR code to scan, or JSON if a phone is linked.",
    }
}

router = APIRouter(prefix="/agents/{code}/integrations/whatsappweb", tags=["whatsapp"], responses=ERRORS)


@router.get("/qr", responses=_CONNECTED)
async def connect_whatsapp(parts: Here, caller: Caller, code: str) -> Response:
    """Start to connect an agent to WhatsApp."""
    agent = _integrated(parts.agent(code, caller), "No hay integración WhatsApp")
    if agent.whatsapp == "connected":
        return respond_connected(parts.odd, parts.dialect, agent.phone_number or "")
    if parts.odd.starting and agent.whatsapp == "disconnected":
        parts.store.change_agent(agent.code, {"whatsapp": "connecting", "qr": None})
        return respond_starting(parts.odd, parts.dialect)
    return Response(png(show_qr(parts, agent)), media_type="image/png")


@router.delete("", response_model=Disconnected)
async def disconnect_whatsapp(parts: Here, caller: Caller, code: str) -> Response:
    """Disconnect an agent from WhatsApp. Its integration stays and can be connected again."""
    agent = _integrated(parts.agent(code, caller), "No existe integración")
    parts.store.change_agent(agent.code, {"whatsapp": "disconnected", "phone_number": None})
    return parts.dialect.disconnected()


def _integrated(agent: Agent, message: str) -> Agent:
    if agent.whatsapp is None:
        raise ApiProblem(404, message)
    return agent
