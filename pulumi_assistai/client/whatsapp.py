"""WhatsApp integrations of agents: connect, which shows a QR, and disconnect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field

from pulumi_assistai.client.answers import Answer

if TYPE_CHECKING:
    from pulumi_assistai.client.transport import Transport

_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class QrCode:
    """The QR to scan with the phone, which changes within a minute.

    Attributes:
        png: the picture as the API sent it.
    """

    png: bytes


class Connected(BaseModel):
    """A phone is linked. `phone_number` is None where the API does not say which."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True, populate_by_name=True)

    status: Literal["connected"]
    phone_number: Annotated[str | None, Field(alias="phoneNumber")] = None


class WhatsAppApi:
    """The calls under /agents/CODE/integrations/whatsappweb."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def connect(self, code: str) -> QrCode | Connected:
        """Start to connect an agent: GET .../qr, sent again only where it cannot have happened.

        Raises:
            NotFoundError: the agent has no WhatsApp integration.
            UnexpectedAnswerError: the answer is neither a PNG nor says "connected".
            ApiError, TransportError: the call failed.
        """
        answer = self._transport.get_once(f"{_path(code)}/qr", accept="image/png, application/json")
        return answer.parse(Connected) if answer.content_type == "application/json" else _qr(answer)

    def disconnect(self, code: str) -> None:
        """Disconnect an agent from WhatsApp: DELETE.

        Raises:
            NotFoundError: the agent has no WhatsApp integration.
            ApiError, TransportError: the call failed.
        """
        self._transport.delete(_path(code))


def _path(code: str) -> str:
    return f"/agents/{quote(code, safe='')}/integrations/whatsappweb"


def _qr(answer: Answer) -> QrCode:
    if not answer.body.startswith(_PNG):
        raise answer.unexpected("its body is neither a PNG nor JSON")
    return QrCode(answer.body)
