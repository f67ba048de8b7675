"""Conversations of an organization and their messages, read-only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field

from pulumi_assistai.client.paging import Listing, read_every_page
from pulumi_assistai.client.paths import segment

if TYPE_CHECKING:
    from pulumi_assistai.client.transport import Transport


class Conversation(BaseModel):
    """A conversation between a person and an agent."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True, populate_by_name=True)

    uuid: Annotated[str, Field(min_length=1)]
    title: str | None = None
    created_at: Annotated[str | None, Field(alias="createdAt")] = None


class Message(BaseModel):
    """One message. `sender` is "user" or "agent"; `timestamp` is as the API sends it."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)

    id: str
    sender: str | None = None
    content: str | None = None
    timestamp: str | None = None


class ConversationsApi:
    """The calls under /conversations."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def messages(self, uuid: str, criteria: str | None = None) -> Listing[Message]:
        """Return every message of a conversation, oldest first: GET /conversations/UUID/messages, all pages.

        Args:
            uuid: the conversation.
            criteria: the API's free text filter; None returns all.

        Raises:
            NotFoundError: the organization has no such conversation.
            IncompleteListingError: pages are missing or contradict each other.
            ApiError, TransportError: a page failed.
        """
        path = f"/conversations/{segment(uuid)}/messages"
        return read_every_page(self._transport, path, Message, lambda message: message.id, criteria)

    def list(self, criteria: str | None = None) -> Listing[Conversation]:
        """Return every conversation, oldest first: GET /conversations, all pages.

        Args:
            criteria: the API's free text filter; None returns all.

        Raises:
            IncompleteListingError: pages are missing or contradict each other.
            ApiError, TransportError: a page failed.
        """
        return read_every_page(self._transport, "/conversations", Conversation, lambda found: found.uuid, criteria)
