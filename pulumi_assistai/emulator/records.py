"""Records of the emulator. Times are milliseconds since 1970."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

WhatsAppStatus = Literal["disconnected", "connecting", "connected"]


class Organization(NamedTuple):
    """Whose data it is: nothing of one organization is seen by another.

    Attributes:
        tenant: what requests send as `x-tenant-domain`.
        code: what requests send as `x-organization-code`.
    """

    tenant: str
    code: str


@dataclass(frozen=True)
class Agent:
    """An agent with all its fields.

    Attributes:
        number: its place among all agents ever made, from 1.
        code: what the API calls it.
        tenant: whose it is.
        organization: whose it is.
        whatsapp: the state of its WhatsApp integration, None where it has none.
        phone_number: the linked phone, None where none is.
        qr: the payload of the QR shown last, None where none ever was.
        qr_at: when that was made, in seconds since 1970.
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
        """The organization that sees it."""
        return Organization(self.tenant, self.organization)


@dataclass(frozen=True)
class Conversation:
    """A conversation of a person with an agent.

    Attributes:
        number: its place among all conversations, from 1.
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
        id: its place in the conversation, from 1.
        sender: "user" or "agent".
    """

    id: int
    sender: str
    content: str
    timestamp: int
