"""What requests may hold. Null and unknown fields are refused, as a validating service does."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(strict=True)]
Name = Annotated[str, Field(strict=True, min_length=1)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")

    def given(self) -> dict[str, str]:
        """Return the fields that were sent."""
        return self.model_dump(exclude_unset=True)


class AgentPatch(_Body):
    """Fields of an agent to change."""

    name: Name = ""
    description: Text = ""
    purpose: Text = ""
    instructions: Text = ""
    tone: Text = ""
    voice: Text = ""


class NewAgent(AgentPatch):
    """An agent to create."""

    name: Name


class DashboardAgent(NewAgent):
    """An agent that somebody creates in the dashboard."""

    tenant: Name
    organization: Name


class Link(_Body):
    """A phone that scans a QR; without `qr`, the current one."""

    phoneNumber: Annotated[str, Field(strict=True, pattern=r"^\d{6,15}$")]  # noqa: N815 - as on the wire
    qr: Text | None = None


class UserMessage(_Body):
    """What a customer writes to an agent; without `conversation`, in a new one."""

    content: Name
    conversation: Text | None = None


class Query(BaseModel):
    """What a listing is asked for."""

    model_config = ConfigDict(extra="ignore")

    page: Annotated[int, Field(ge=1)] = 1
    take: Annotated[int, Field(ge=1, le=50)] = 10
    order: Literal["ASC", "DESC"] = "ASC"
    criteria: str = ""


class AgentQuery(Query):
    """What the listing of agents is asked for."""

    orderBy: Literal["createdAt", "name", "code", "model", "description"] = "createdAt"  # noqa: N815 - as on the wire


class ConversationQuery(Query):
    """What the listing of conversations is asked for."""

    orderBy: Literal["createdAt", "title"] = "createdAt"  # noqa: N815 - as on the wire


class MessageQuery(Query):
    """What the messages of a conversation are asked for."""

    orderBy: Literal["createdAt", "timestamp", "id"] = "createdAt"  # noqa: N815 - as on the wire
