"""Disconnection of an agent from WhatsApp, on an API that may refuse it if no phone is linked."""

from __future__ import annotations

from pulumi_assistai.errors import ApiError, AssistAIError
from pulumi_assistai.lifecycle.session import Session

_MAY_MEAN_UNLINKED = (400, 409, 422)
"""Statuses of an API that has no phone to disconnect. The documentation has 404 for an agent without WhatsApp alone."""


def disconnect(session: Session, code: str) -> None:
    """Disconnect an agent: DELETE /agents/CODE/integrations/whatsappweb.

    If the API refuses, it requests the QR code, GET .../qr: one to scan proves that no phone is linked.

    Raises:
        NotFoundError: the agent has no WhatsApp integration.
        ApiError, TransportError: the call failed, and a phone may be linked.
    """
    try:
        session.client.whatsapp.disconnect(code)
    except ApiError as error:
        if error.status not in _MAY_MEAN_UNLINKED or not _is_unlinked(session, code):
            raise
        session.tell(
            f"agent {code} had no phone to disconnect: {error.method} {error.path} answered {error.status}"
            f"{': ' + error.detail if error.detail else ''}"
        )


def _is_unlinked(session: Session, code: str) -> bool:
    # A preview without changes sends no request, so it does not import the client either.
    from pulumi_assistai.client import QrCode  # noqa: PLC0415

    try:
        return isinstance(session.client.whatsapp.connect(code), QrCode)
    except AssistAIError:
        return False
