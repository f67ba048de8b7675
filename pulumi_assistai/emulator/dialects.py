"""Dialects: possible forms of the answers that the API's document leaves open."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Literal
from uuid import uuid4

from fastapi import Response

from pulumi_assistai.emulator.listing import Page
from pulumi_assistai.emulator.records import Agent, Conversation, Message

DialectName = Literal["nest", "other"]
Body = Mapping[str, Any]


class Dialect:
    """The dialect of a NestJS service with the usual libraries."""

    content_type = "application/json"

    def agent_code(self, number: int) -> str:
        """Return the code of the agent with this number: A-001, A-002 and so on."""
        return f"A-{number:03d}"

    def agent(self, agent: Agent) -> Body:
        """Return an agent for the listing: only its readable fields."""
        return {
            "code": agent.code,
            "name": agent.name,
            "model": agent.model,
            "description": agent.description,
            "createdAt": self.time(agent.created_at),
        }

    def conversation(self, conversation: Conversation) -> Body:
        """Return a conversation for the listing."""
        return {
            "uuid": conversation.uuid,
            "title": conversation.title,
            "createdAt": self.time(conversation.created_at),
        }

    def message(self, message: Message) -> Body:
        """Return a message of a conversation."""
        return {
            "id": message.id,
            "sender": message.sender,
            "content": message.content,
            "timestamp": self.time(message.timestamp),
        }

    def time(self, milliseconds: int) -> str | int:
        """Return a time, given in milliseconds since 1970, as ISO 8601."""
        moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def created(self, code: str) -> Body:
        """Return the answer for a new agent."""
        return {"code": code}

    def page(self, page: Page[Any], items: list[Body]) -> Body:
        """Return a page of a listing and the listing's metadata."""
        meta = {
            "page": page.number,
            "take": page.take,
            "itemCount": page.total,
            "pageCount": page.count,
            "hasPreviousPage": page.number > 1,
            "hasNextPage": page.number < page.count,
        }
        return {"data": items, "meta": meta}

    def connected(self, phone_number: str) -> Body:
        """Return the answer in place of a QR code when a phone is linked."""
        return {"status": "connected", "phoneNumber": phone_number, "message": "Agente ya está conectado a WhatsApp"}

    def disconnected(self) -> Response:
        """Return the answer to a disconnect."""
        return self.respond({"message": "Agente desconectado exitosamente de WhatsApp"})

    def error(self, status: int, message: str | list[str]) -> Body:
        """Return the body of an error answer."""
        return {"statusCode": status, "message": message, "error": HTTPStatus(status).phrase}

    def throttled(self) -> Response:
        """Return the answer to a request beyond the rate limit. NestJS's throttler leaves `error` out."""
        return self.respond({"statusCode": 429, "message": "ThrottlerException: Too Many Requests"}, 429)

    def respond(self, body: Any, status: int = 200) -> Response:
        """Return a JSON answer."""
        # What a request repeats may hold half a surrogate pair, which UTF-8 cannot say.
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
        return Response(text, status, media_type=self.content_type)


class OtherDialect(Dialect):
    """The dialect of another service: other codes, times, counts and errors, and unknown fields."""

    content_type = "application/json; charset=utf-8"

    def agent_code(self, number: int) -> str:  # noqa: ARG002 - these codes do not count
        """Return a UUID."""
        return str(uuid4())

    def agent(self, agent: Agent) -> Body:
        """Return the fields in another order, without a description that was never given."""
        shown = super().agent(agent)
        return _unfamiliar({name: value for name, value in shown.items() if value is not None})

    def conversation(self, conversation: Conversation) -> Body:
        """Return the fields in another order."""
        return _unfamiliar(super().conversation(conversation))

    def message(self, message: Message) -> Body:
        """Return the fields in another order."""
        return _unfamiliar(super().message(message))

    def time(self, milliseconds: int) -> str | int:
        """Return a time unchanged: milliseconds since 1970."""
        return milliseconds

    def created(self, code: str) -> Body:
        """Return the code among other fields."""
        return _unfamiliar(super().created(code))

    def page(self, page: Page[Any], items: list[Body]) -> Body:
        """Return the page with its counts under other names."""
        meta = {"total": page.total, "currentPage": page.number, "lastPage": max(page.count, 1)}
        return _unfamiliar({"data": items, "meta": _unfamiliar(meta)})

    def connected(self, phone_number: str) -> Body:
        """Return the same in English."""
        message = "The agent is already connected to WhatsApp"
        return _unfamiliar({**super().connected(phone_number), "message": message})

    def disconnected(self) -> Response:
        """Return only the status."""
        return Response(status_code=200)

    def error(self, status: int, message: str | list[str]) -> Body:
        """Return an error nested in an object."""
        detail = message if isinstance(message, str) else "; ".join(message)
        return {"error": _unfamiliar({"code": HTTPStatus(status).name, "detail": detail})}

    def throttled(self) -> Response:
        """Return an error like any other."""
        return self.respond(self.error(429, "Too many requests"), 429)


NEST = Dialect()
DIALECTS: dict[str, Dialect] = {"nest": NEST, "other": OtherDialect()}


def _unfamiliar(body: Body) -> Body:
    """Return an object in reverse order, between undocumented fields."""
    return {"_links": {}, **dict(reversed(list(body.items()))), "revision": 1}
