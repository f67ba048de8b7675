"""The calls under /agents/CODE/integrations/whatsappweb."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from pulumi_assistai.emulator.accounts import Account
from pulumi_assistai.emulator.agents import Own, own_agent
from pulumi_assistai.emulator.errors import ApiProblem
from pulumi_assistai.emulator.qr import png

router = APIRouter(prefix="/agents/{code}/integrations/whatsappweb", tags=["WhatsApp"])


@router.get("/qr", responses={200: {"content": {"image/png": {}, "application/json": {}}}})
def connect(request: Request, account: Own, code: str) -> Response:
    """Start to connect: the QR as a PNG, or JSON where a phone is linked."""
    agent = _connectable(request, account, code)
    state = request.app.state
    if agent["whatsapp"] == "connected":
        return JSONResponse(state.dialect.connected(agent["phoneNumber"]))
    state.store.change_agent(code, {"whatsapp": "connecting"})
    return Response(png(state.qr_codes.show(code)), media_type="image/png")


@router.delete("")
def disconnect(request: Request, account: Own, code: str) -> dict[str, str]:
    """Disconnect; the integration stays and can be connected again."""
    _connectable(request, account, code)
    state = request.app.state
    state.store.change_agent(code, {"whatsapp": "disconnected", "phoneNumber": None})
    state.qr_codes.forget(code)
    return {"message": "Agente desconectado exitosamente de WhatsApp"}


def _connectable(request: Request, account: Account, code: str) -> dict[str, Any]:
    agent = own_agent(request, account, code)
    if agent["whatsapp"] is None:
        raise ApiProblem(404, "No WhatsApp integration found for this agent")
    return agent
