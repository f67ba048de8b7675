"""WhatsApp integrations of agents: connect with a QR code, and disconnect."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from pulumi_assistai.client.answers import Answer, clean, words
from pulumi_assistai.client.paths import segment
from pulumi_assistai.errors import ApiError, FirewallError

if TYPE_CHECKING:
    from pulumi_assistai.client.transport import Transport

STARTING = frozenset({409, 503})
"""Statuses of the API while it starts or renews a connection."""

_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class QrCode:
    """The QR code to scan with the phone. It expires within a minute.

    Attributes:
        png: the image as the API sent it.
    """

    png: bytes


class Connected(BaseModel):
    """A phone is linked. `phone_number` is None if the API does not report it."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True, populate_by_name=True)

    status: Annotated[Literal["connected"], BeforeValidator(lambda said: "connected" if _is_connected(said) else said)]
    phone_number: Annotated[str | None, Field(alias="phoneNumber")] = None


@dataclass(frozen=True)
class Starting:
    """No phone is linked, and there is no QR code yet. A later request may return either.

    Attributes:
        said: the API's own words, such as "connecting"; may be empty.
    """

    said: str


class WhatsAppApi:
    """The calls under /agents/CODE/integrations/whatsappweb."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def connect(self, code: str) -> QrCode | Connected | Starting:
        """Start to connect an agent: GET .../qr, sent again only if it cannot have happened.

        Raises:
            NotFoundError: the agent has no WhatsApp integration.
            UnexpectedAnswerError: the answer is neither a PNG nor JSON.
            ApiError, TransportError: the call failed.
        """
        try:
            answer = self._transport.get_once(f"{_path(code)}/qr", accept="image/png, application/json")
        except FirewallError:
            raise
        except ApiError as error:
            if error.status not in STARTING:
                raise
            return Starting(error.detail)
        return QrCode(answer.body) if answer.body.startswith(_PNG) else self._read_status(answer)

    def _read_status(self, answer: Answer) -> Connected | Starting:
        """Read JSON of any content type."""
        try:
            body = json.loads(answer.body.strip() or b"null")
        except (ValueError, RecursionError):
            raise answer.unexpected("its body is neither a PNG nor JSON") from None
        status = body.get("status") if isinstance(body, dict) else None
        if _is_connected(status):
            return answer.parse(Connected)
        said = status if isinstance(status, str) else words(answer.body)
        return Starting("" if body is None else clean(said))

    def disconnect(self, code: str) -> None:
        """Disconnect an agent from WhatsApp: DELETE.

        Raises:
            NotFoundError: the agent has no WhatsApp integration.
            ApiError, TransportError: the call failed.
        """
        self._transport.delete(_path(code))


def _is_connected(status: object) -> bool:
    return isinstance(status, str) and status.strip().lower() == "connected"


def _path(code: str) -> str:
    return f"/agents/{segment(code)}/integrations/whatsappweb"
