"""Models of request and response bodies. Unknown fields and null are refused."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


Name = Annotated[str, Field(min_length=1, json_schema_extra=_without_default)]
Text = Annotated[str, Field(json_schema_extra=_without_default)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")

    def given(self) -> dict[str, str]:
        """Return the fields in the request. The defaults of other fields have no meaning."""
        return self.model_dump(exclude_unset=True)


class AgentPatch(_Body):
    """Fields of an agent to update. Other fields stay."""

    name: Name = ""
    description: Text = ""
    purpose: Text = ""
    instructions: Text = ""
    tone: Text = ""
    voice: Text = ""


class NewAgent(AgentPatch):
    """An agent to create."""

    name: Annotated[str, Field(min_length=1)]


class DashboardAgent(NewAgent):
    """An agent to create in an organization's dashboard."""

    tenant: str
    organization: str


class Phone(_Body):
    """A phone that scans a QR code: the one with the payload `qr`, or the last one shown."""

    phone_number: Annotated[str, Field(alias="phoneNumber", min_length=1)]
    qr: str = ""


class UserMessage(_Body):
    """A message from a person to an agent, in the conversation with this UUID or in a new one."""

    content: Name
    conversation: str = ""


class Created(BaseModel):
    """The code of the new agent."""

    code: str


class ListedAgent(BaseModel):
    """An agent in the listing."""

    code: str
    name: str
    model: str
    description: str | None
    createdAt: str  # noqa: N815 - as on the wire


class ListedConversation(BaseModel):
    """A conversation in the listing."""

    uuid: str
    title: str
    createdAt: str  # noqa: N815 - as on the wire


class ListedMessage(BaseModel):
    """A message of a conversation."""

    id: int
    sender: Annotated[str, Field(examples=["user", "agent"])]
    content: str
    timestamp: str


class Meta(BaseModel):
    """The metadata of a listing."""

    page: int
    take: int
    itemCount: int  # noqa: N815 - as on the wire
    pageCount: int  # noqa: N815 - as on the wire
    hasPreviousPage: bool  # noqa: N815 - as on the wire
    hasNextPage: bool  # noqa: N815 - as on the wire


class AgentPage(BaseModel):
    """A page of agents."""

    data: list[ListedAgent]
    meta: Meta


class ConversationPage(BaseModel):
    """A page of conversations."""

    data: list[ListedConversation]
    meta: Meta


class MessagePage(BaseModel):
    """A page of messages."""

    data: list[ListedMessage]
    meta: Meta


class Connected(BaseModel):
    """A phone is linked."""

    status: str
    phoneNumber: str  # noqa: N815 - as on the wire
    message: str


class Disconnected(BaseModel):
    """The agent is disconnected from WhatsApp."""

    message: str


class Served(BaseModel):
    """An organization that has an account."""

    tenant: str
    organization: str


class Health(BaseModel):
    """The emulator's dialect and accounts."""

    status: str
    dialect: str
    odd: str
    organizations: list[Served]


class WholeAgent(ListedAgent):
    """An agent with all its fields."""

    purpose: str | None
    instructions: str | None
    tone: str | None
    voice: str | None
    tenant: str
    organization: str
    whatsapp: Annotated[str | None, Field(examples=["disconnected", "connecting", "connected"])]
    phoneNumber: str | None  # noqa: N815 - as on the wire
    qr: str | None


class Written(BaseModel):
    """The conversation of a message, and the agent's answer."""

    conversation: str
    answer: str


class NotedRequest(BaseModel):
    """A request to the emulated API."""

    sequence: int
    method: str
    path: str
    query: str
    body: Any
    status: int
    tenant: str | None
    organization: str | None
    userAgent: str | None  # noqa: N815 - as on the wire


class RequestSummary(BaseModel):
    """The number of requests, and the most at one time."""

    count: int
    mostInFlight: int  # noqa: N815 - as on the wire


class Error(BaseModel):
    """An error."""

    statusCode: int  # noqa: N815 - as on the wire
    message: str | list[str]
    error: str
