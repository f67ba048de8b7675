"""Records of the emulator. Times are milliseconds since 1970."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

WhatsAppStatus = Literal["disconnected", "connecting", "connected"]


class Organization(NamedTuple):
    """The organization that owns data. No other organization sees it.

    Attributes:
        tenant: the `x-tenant-domain` of its requests.
        code: the `x-organization-code` of its requests.
    """

    tenant: str
    code: str


@dataclass(frozen=True)
class Agent:
    """An agent with all its fields.

    Attributes:
        number: its number among all agents ever created, from 1.
        code: its code in the API.
        tenant: its tenant.
        organization: its organization.
        whatsapp: the state of its WhatsApp integration, None if it has none.
        phone_number: the linked phone, None if there is none.
        qr: the payload of the last QR code, None if there is none.
        qr_at: the time of the last QR code, in seconds since 1970.
    """

    number: int
    code: str
    tenant: str
    organization: str
    name: str
    model: str
    description: str | None
    created_at: int
    whatsapp: WhatsAppStatus | None
    phone_number: str | None
    qr: str | None
    qr_at: float
    purpose: str | None
    instructions: str | None
    tone: str | None
    voice: str | None

    @property
    def owner(self) -> Organization:
        """Its organization."""
        return Organization(self.tenant, self.organization)


@dataclass(frozen=True)
class Conversation:
    """A conversation of a person with an agent.

    Attributes:
        number: its number among all conversations, from 1.
        agent: the code of its agent, which may be gone.
    """

    number: int
    uuid: str
    tenant: str
    organization: str
    agent: str
    title: str
    created_at: int


@dataclass(frozen=True)
class Message:
    """One message of a conversation.

    Attributes:
        id: its number in the conversation, from 1.
        sender: "user" or "agent".
    """

    id: int
    sender: str
    content: str
    timestamp: int
