"""The calls under /conversations."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from pulumi_assistai.emulator.agents import Own
from pulumi_assistai.emulator.bodies import ConversationQuery, MessageQuery
from pulumi_assistai.emulator.errors import ApiProblem

router = APIRouter(prefix="/conversations", tags=["Conversations"])


@router.get("")
def listing(request: Request, account: Own, query: Annotated[ConversationQuery, Query()]) -> dict[str, Any]:
    """List the conversations of the organization."""
    state = request.app.state
    where = {"tenant": account.tenant, "organization": account.organization}
    rows, total = state.store.page("conversations", where, ("title",), query)
    shown = [{name: row[name] for name in ("uuid", "title", "createdAt")} for row in rows]
    return {"data": shown, "meta": state.dialect.meta(query.page, query.take, total)}


@router.get("/{uuid}/messages")
def messages(request: Request, account: Own, uuid: str, query: Annotated[MessageQuery, Query()]) -> dict[str, Any]:
    """List the messages of a conversation."""
    state = request.app.state
    if state.store.conversation(uuid, account) is None:
        raise ApiProblem(404, f"Conversation {uuid} not found")
    by_time = query.model_copy(update={"orderBy": "id"})
    rows, total = state.store.page("messages", {"conversation": uuid}, ("content",), by_time)
    shown = [{name: row[name] for name in ("id", "sender", "content", "timestamp")} for row in rows]
    return {"data": shown, "meta": state.dialect.meta(query.page, query.take, total)}
