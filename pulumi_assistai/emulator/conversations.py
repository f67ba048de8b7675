"""The calls under /conversations."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from pulumi_assistai.emulator.bodies import ConversationPage, MessagePage
from pulumi_assistai.emulator.errors import ApiProblem
from pulumi_assistai.emulator.listing import ConversationQuery, MessageQuery
from pulumi_assistai.emulator.oddities import listings
from pulumi_assistai.emulator.parts import ERRORS, Caller, Here
from pulumi_assistai.emulator.records import Organization

router = APIRouter(prefix="/conversations", tags=["conversations"], responses=ERRORS)


@router.get("", response_model=ConversationPage)
async def list_conversations(parts: Here, caller: Caller, query: Annotated[ConversationQuery, Query()]) -> Response:
    """List the conversations of the organization."""
    page = parts.store.list_conversations(caller, listings.heeded(parts.odd, query))
    items = [parts.dialect.conversation(conversation) for conversation in page.items]
    return listings.respond(parts.odd, parts.dialect, page, items)


@router.get("/{uuid}/messages", response_model=MessagePage)
async def list_messages(parts: Here, caller: Caller, uuid: str, query: Annotated[MessageQuery, Query()]) -> Response:
    """List the messages of a conversation."""
    conversation = parts.store.find_conversation(uuid)
    if conversation is None or Organization(conversation.tenant, conversation.organization) != caller:
        raise ApiProblem(404, f"Conversación {uuid} no encontrada")
    page = parts.store.list_messages(conversation, listings.heeded(parts.odd, query))
    items = [parts.dialect.message(message) for message in page.items]
    return listings.respond(parts.odd, parts.dialect, page, items)
