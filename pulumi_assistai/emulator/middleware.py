"""Middleware: a limit on bodies; for the emulated API also the journal, the latency and the rate limit."""

from __future__ import annotations

import asyncio

from fastapi.security.utils import get_authorization_scheme_param
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pulumi_assistai.emulator.accounts import Accounts
from pulumi_assistai.emulator.dialects import NEST, Dialect
from pulumi_assistai.emulator.errors import ApiProblem
from pulumi_assistai.emulator.journal import Journal
from pulumi_assistai.emulator.rates import Limit

LIMIT = "assistai.limit"
"""The key in an ASGI scope for another limit of this request."""

LARGEST_BODY = 8 * 1024 * 1024
"""Maximum size of a request body in bytes. Agents need far less."""

_SENDER = ("x-tenant-domain", "x-organization-code", "authorization")


def stack(
    journal: Journal, accounts: Accounts, latency: float, limit: Limit | None, dialect: Dialect
) -> list[Middleware]:
    """Return all middleware, the outermost first.

    Args:
        journal: the journal of the requests.
        accounts: the accounts whose bodies are read.
        latency: delay of each request in seconds.
        limit: the rate limit, None for none.
        dialect: the form of refusals.
    """
    return [
        Middleware(NoteRequests, journal=journal, accounts=accounts, dialect=dialect),
        Middleware(BoundBodies),
        Middleware(Delay, seconds=latency),
        Middleware(LimitRequests, limit=limit, dialect=dialect),
    ]


class NoteRequests:
    """Middleware that records every request in the journal before its response begins.

    So a client that got the response finds the request there. Bodies are read up to a limit, and only from requests
    that an account admits. Other requests are passed on with an empty body.
    """

    def __init__(self, app: ASGIApp, journal: Journal, accounts: Accounts, dialect: Dialect) -> None:
        self._app = app
        self._journal = journal
        self._accounts = accounts
        self._dialect = dialect

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and record it."""
        if not _is_imitated(scope):
            await self._app(scope, receive, send)
            return
        number = self._journal.arrive()
        try:
            await self._pass_on(number, scope, receive, send)
        finally:
            self._journal.leave()

    async def _pass_on(self, number: int, scope: Scope, receive: Receive, send: Send) -> None:
        app: ASGIApp = self._app
        try:
            body = await _read(scope, receive) if _is_admitted(self._accounts, scope) else b""
        except _TooLargeError:
            app, body = _too_large(self._dialect), b""
        if body is None:
            return
        try:
            await app(scope, _replay(body, receive), self._noting(scope, number, body, send))
        except Exception:
            self._journal.note(number, scope, body, 500)
            raise

    def _noting(self, scope: Scope, number: int, body: bytes, send: Send) -> Send:
        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._journal.note(number, scope, body, message["status"])
            await send(message)

        return answer


class BoundBodies:
    """Middleware that refuses too large bodies outside the emulated API."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body and pass the request on, or refuse it."""
        if scope["type"] != "http" or _is_imitated(scope):
            await self._app(scope, receive, send)
            return
        try:
            body = await _read(scope, receive)
        except _TooLargeError:
            await _too_large(NEST)(scope, receive, send)
            return
        if body is not None:
            await self._app(scope, _replay(body, receive), send)


class Delay:
    """Middleware that delays every request."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on after the delay."""
        if self._seconds and _is_imitated(scope):
            await asyncio.sleep(self._seconds)
        await self._app(scope, receive, send)


class LimitRequests:
    """Middleware that refuses requests beyond a limit, and reports the limit in headers.

    It is inside the journal, so the journal has refused requests too. A fault puts its own limit into the scope.
    """

    def __init__(self, app: ASGIApp, limit: Limit | None, dialect: Dialect) -> None:
        self._app = app
        self._limit = limit
        self._dialect = dialect

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on or refuse it."""
        limit: Limit | None = scope.get(LIMIT, self._limit)
        if limit is None or not _is_imitated(scope):
            await self._app(scope, receive, send)
            return
        verdict = limit.ask(_sender(scope))
        answer = self._app if verdict.allowed else self._dialect.throttled()
        await answer(scope, receive, _adding(limit.headers(verdict), send))


def _sender(scope: Scope) -> tuple[str | None, ...]:
    headers = Headers(scope=scope)
    return tuple(headers.get(name) for name in _SENDER)


def _adding(headers: dict[str, str], send: Send) -> Send:
    """Return a `send` that adds headers to the answer."""

    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(headers)
        await send(message)

    return answer


def _is_imitated(scope: Scope) -> bool:
    return scope["type"] == "http" and str(scope["path"]).startswith("/api/")


def _is_admitted(accounts: Accounts, scope: Scope) -> bool:
    """Return whether an account admits a request, by its headers."""
    headers = Headers(scope=scope)
    scheme, token = get_authorization_scheme_param(headers.get("authorization"))
    bearer = token if token and scheme.lower() == "bearer" else None
    try:
        accounts.admit(bearer, headers.get("x-tenant-domain"), headers.get("x-organization-code"))
    except ApiProblem:
        return False
    return True


class _TooLargeError(Exception):
    """A body is larger than the maximum."""


def _too_large(dialect: Dialect) -> Response:
    return dialect.respond(dialect.error(413, f"the body has more than {LARGEST_BODY} bytes"), 413)


async def _read(scope: Scope, receive: Receive) -> bytes | None:
    """Return a whole body, None if the client disconnected before its end.

    Raises:
        _TooLargeError: it is larger than the maximum.
    """
    length = Headers(scope=scope).get("content-length", "")
    if length.isdecimal() and int(length) > LARGEST_BODY:
        raise _TooLargeError
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if len(body) > LARGEST_BODY:
            raise _TooLargeError
        if not message.get("more_body", False):
            return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that first returns a body already read, then the following messages."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return messages.pop() if messages else await receive()

    return replayed
