"""Faults: rules by which the emulated API fails, a limited number of times."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pulumi_assistai.emulator.errors import ApiProblem, EmulatorError
from pulumi_assistai.emulator.guard import OWN_PAGES
from pulumi_assistai.emulator.middleware import LIMIT
from pulumi_assistai.emulator.parts import CONTROL_ERRORS
from pulumi_assistai.emulator.rates import HeaderStyle, Limit, Windows

router = APIRouter(prefix="/sandbox/faults", tags=["sandbox"], responses=CONTROL_ERRORS, dependencies=[OWN_PAGES])

_NOBODY = "\0"
"""A text that no agent contains."""

Kind = Literal[
    "cut-before",
    "cut-after",
    "status-before",
    "status-after",
    "half",
    "hang",
    "hang-after",
    "drip",
    "stale",
    "cap",
    "repeat",
    "shift",
    "empty",
    "rate",
]


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"must be a regular expression: {error}") from None
    return text


class Fault(BaseModel):
    """A rule for failures: the requests, the kind and the number.

    Attributes:
        kind: how. "cut-before" and "cut-after": the connection breaks before or after the request was carried out.
            "status-before" and "status-after": another answer, with `status`. "half": half of the answer. "hang" and
            "hang-after": nothing for `seconds`, before or after it was carried out; then the connection breaks.
            "drip": the answer byte by byte, `seconds` between them. Listings: "stale" leaves out the newest `rows`,
            "cap" gives `rows` at most for a page, "repeat" gives the page before, "shift" skips the first row of every
            page but the first, "empty" gives none, as to a token with reduced rights. "rate": requests beyond `rate`
            are answered with 429. It replaces the emulator's own limit while the rule is in force.
        method: the method; empty means any.
        path: a regular expression that the whole path must match.
        count: the number of requests; 0 means all. A "rate" is in force until the rules are removed.
        skip: the number of requests that pass first.
        status: the status of the other answer.
        body: the body of the other answer.
        content_type: its content type. Default: HTML if the body begins with "<", else JSON.
        retry_after: its Retry-After header.
        seconds: see `kind`.
        rows: see `kind`.
        rate: the limit of a "rate", such as "10/s" or "10/3s"; each organization has a count of its own.
        burst: the capacity of its token bucket; None counts in windows.
        windows: the kind of its windows: "nest", "clock" or "sliding"; see `rates.Limit`.
        headers: the headers of its answers: "nest", "ietf", "retry-after" or "none"; see `rates.Limit`.
    """

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    method: str = ""
    path: Annotated[str, AfterValidator(_pattern)] = "/api/.*"
    count: Annotated[int, Field(ge=0)] = 1
    skip: Annotated[int, Field(ge=0)] = 0
    status: Annotated[int, Field(ge=200, le=599)] = 500
    body: str = '{"statusCode": 500, "message": "Internal server error"}'
    content_type: str = ""
    retry_after: str | None = None
    seconds: Annotated[float, Field(ge=0, le=60)] = 0.0
    rows: Annotated[int, Field(ge=1)] = 1
    rate: str = ""
    burst: Annotated[int, Field(ge=1)] | None = None
    windows: Windows = "nest"
    headers: HeaderStyle = "nest"


class FaultInForce(Fault):
    """A rule in force.

    Attributes:
        seen: the number of requests that it has seen.
    """

    seen: int


@dataclass
class Rule:
    """A rule in force.

    Attributes:
        fault: its requests and kind.
        limit: the limit of a "rate", None for the other kinds.
        seen: the number of requests that it has seen.
    """

    fault: Fault
    limit: Limit | None
    seen: int = 0

    def matches(self, method: str, path: str) -> bool:
        """Return whether the rule matches a request."""
        return self.fault.method in ("", method) and bool(re.fullmatch(self.fault.path, path)) and not self._is_over()

    def _is_over(self) -> bool:
        is_counted = self.limit is None and self.fault.count > 0
        return is_counted and self.seen >= self.fault.skip + self.fault.count


class Rules:
    """The rules in force. The first rule that matches a request applies.

    Args:
        clock: the time in seconds for a "rate".
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._rules: list[Rule] = []

    def add(self, fault: Fault) -> None:
        """Put a rule in force, after the others.

        Raises:
            EmulatorError: the limit of a "rate" is invalid.
        """
        rule = Rule(fault, self._limit(fault) if fault.kind == "rate" else None)
        with self._lock:
            self._rules.append(rule)

    def clear(self) -> None:
        """Remove all rules."""
        with self._lock:
            self._rules.clear()

    def all(self) -> list[dict[str, Any]]:
        """Return the rules, each with the number of requests that it has seen."""
        with self._lock:
            return [{**rule.fault.model_dump(), "seen": rule.seen} for rule in self._rules]

    def take(self, method: str, path: str) -> Rule | None:
        """Return the rule for a request, and count the request as seen."""
        with self._lock:
            rule = next((rule for rule in self._rules if rule.matches(method, path)), None)
            if rule is None:
                return None
            rule.seen += 1
            return rule if rule.seen > rule.fault.skip else None

    def _limit(self, fault: Fault) -> Limit:
        return Limit(fault.rate, burst=fault.burst, windows=fault.windows, headers=fault.headers, clock=self._clock)


class Faults:
    """Middleware around everything else, which makes requests fail."""

    def __init__(self, app: ASGIApp, rules: Rules) -> None:
        self._app = app
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or make it fail."""
        is_api = scope["type"] == "http" and scope["path"].startswith("/api/")
        rule = self._rules.take(scope["method"], scope["path"]) if is_api else None
        if rule is None:
            await self._app(scope, receive, send)
            return
        fault = rule.fault
        match fault.kind:
            case "rate":
                # Refused within the journal, so that it has the request.
                await self._app({**scope, LIMIT: rule.limit}, receive, send)
            case "cut-before":
                _cut(send)
            case "cut-after":
                await self._answer(scope, receive)
                _cut(send)
            case "status-before":
                await _send(send, fault.status, _headers(fault), fault.body.encode())
            case "status-after":
                await self._answer(scope, receive)
                await _send(send, fault.status, _headers(fault), fault.body.encode())
            case "hang":
                await asyncio.sleep(fault.seconds)
                _cut(send)
            case "hang-after":
                await self._answer(scope, receive)
                await asyncio.sleep(fault.seconds)
                _cut(send)
            case "half" | "drip":
                await self._send_in_pieces(fault, scope, receive, send)
            case _:
                await self._list(fault, scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        """Carry the request out and keep the answer."""
        start: dict[str, Any] = {}
        body = bytearray()

        async def keep(message: Message) -> None:
            start.update(message if message["type"] == "http.response.start" else {})
            body.extend(message.get("body", b""))

        await self._app(scope, receive, keep)
        return start["status"], start["headers"], bytes(body)

    async def _send_in_pieces(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        status, headers, body = await self._answer(scope, receive)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        for position in range(len(body) // 2 if fault.kind == "half" else len(body)):
            await send({"type": "http.response.body", "body": body[position : position + 1], "more_body": True})
            await asyncio.sleep(fault.seconds)
        if fault.kind == "half":
            await asyncio.sleep(0.01)
            _cut(send)
        else:
            await send({"type": "http.response.body", "body": b""})

    async def _list(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        query = dict(parse_qsl(scope["query_string"].decode()))
        page = int(query.get("page", 1))
        if fault.kind == "cap":
            query["take"] = str(min(fault.rows, int(query.get("take", 10))))
        if fault.kind == "empty":
            query |= {"page": "1", "criteria": _NOBODY}
        if fault.kind == "repeat":
            query["page"] = str(max(1, page - 1))
        status, headers, body = await self._answer({**scope, "query_string": urlencode(query).encode()}, receive)
        if fault.kind in ("stale", "shift"):
            content = json.loads(body)
            rows = content["data"]
            content["data"] = rows[: -fault.rows] if fault.kind == "stale" else rows[min(page - 1, 1) :]
            body = json.dumps(content).encode()
        await _send(send, status, [(name, value) for name, value in headers if name != b"content-length"], body)


@router.get("", response_model=list[FaultInForce])
def faults(request: Request) -> list[dict[str, Any]]:
    """Return the rules in force."""
    rules: list[dict[str, Any]] = request.app.state.faults.all()
    return rules


@router.post("", status_code=204)
def add(request: Request, fault: Fault) -> Response:
    """Put a rule in force."""
    try:
        request.app.state.faults.add(fault)
    except EmulatorError as error:
        raise ApiProblem(400, str(error)) from None
    return Response(status_code=204)


@router.delete("", status_code=204)
def clear(request: Request) -> Response:
    """Remove all rules."""
    request.app.state.faults.clear()
    return Response(status_code=204)


def _headers(fault: Fault) -> list[tuple[bytes, bytes]]:
    kind = fault.content_type or ("text/html" if fault.body.startswith("<") else "application/json")
    wait = [(b"retry-after", fault.retry_after.encode())] if fault.retry_after else []
    return [(b"content-type", kind.encode()), *wait]


async def _send(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})


def _cut(send: Send) -> None:
    """Break the connection with uvicorn's transport: ASGI has no message for it."""
    send.__self__.transport.abort()  # type: ignore[attr-defined]
