"""Notes every request to the imitated API, and delays its answer where that is wanted."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pulumi_assistai.emulator.store import Store


class Journal:
    """Middleware around the API. The Authorization header is never noted.

    Args:
        app: what is noted.
        store: where the notes go.
        latency: seconds each answer waits.
    """

    def __init__(self, app: ASGIApp, store: Store, latency: float) -> None:
        self._app = app
        self._store = store
        self._latency = latency

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and note it once its answer has begun."""
        if scope["type"] != "http" or not scope["path"].startswith("/api/"):
            await self._app(scope, receive, send)
            return
        body = bytearray()

        async def read() -> Message:
            message = await receive()
            body.extend(message.get("body", b""))
            return message

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._store.note_request(_note(scope, bytes(body), message["status"]))
            await send(message)

        if self._latency:
            await asyncio.sleep(self._latency)
        await self._app(scope, read, answer)


def _note(scope: Scope, body: bytes, status: int) -> dict[str, Any]:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    return {
        "method": scope["method"],
        "path": scope["raw_path"].decode(),
        "query": scope["query_string"].decode(),
        "body": _content(body),
        "status": status,
        "tenant": headers.get("x-tenant-domain"),
        "organization": headers.get("x-organization-code"),
        "userAgent": headers.get("user-agent"),
    }


def _content(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode(errors="replace")
