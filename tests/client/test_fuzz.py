"""Whatever bytes answer a request, the client returns or says in one line what is wrong, and never the token.

A server replays valid answers with bytes flipped, cut, inserted and lines repeated. `make test` tries a few, always the
same ones; `make soak` tries many more.
"""

from __future__ import annotations

import gzip
import itertools
import json
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Thread
from traceback import format_exception

import pytest
import stamina
from hypothesis import given
from hypothesis import strategies as st

from pulumi_assistai import AssistAIError
from pulumi_assistai.client import Client
from tests.conftest import settings_for
from tests.fuzzing import fuzz_settings

TOKEN = "canary-token-12345"
NUMBERS = itertools.count()


class Replayer:
    """Answers every request on a loopback port with the same bytes, and closes the connection."""

    def __init__(self) -> None:
        self.answer = b""
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                with connection, suppress(OSError):
                    connection.settimeout(5)
                    self._respond(connection)

    def _respond(self, connection: socket.socket) -> None:
        received = b""
        while b"\r\n\r\n" not in received:
            piece = connection.recv(65_536)
            if not piece:
                return
            received += piece
        head, _, body = received.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        while len(body) < int(length[1] if length else 0):
            body += connection.recv(65_536)
        connection.sendall(self.answer)
        connection.shutdown(socket.SHUT_WR)


@pytest.fixture(autouse=True)
def _once() -> Iterator[None]:
    """Send no request again: the same answer would come."""
    stamina.set_testing(True, attempts=1)
    yield
    stamina.set_testing(False)


@pytest.fixture(scope="module")
def replayer() -> Iterator[Replayer]:
    server = Replayer()
    yield server
    server.close()


def answer(status: str, body: object = b"", *headers: str) -> bytes:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status}", "Date: Tue, 24 Nov 2026 10:00:00 GMT", *headers]
    if not any("chunked" in header for header in headers):
        lines.append(f"Content-Length: {len(content)}")
    return "\r\n".join([*lines, "", ""]).encode() + content


JSON = "Content-Type: application/json; charset=utf-8"
AGENT = {"code": "A-001", "name": "Ventas", "model": "m", "description": None, "createdAt": "2026-01-01T00:00:00Z"}
TALK = {"uuid": "u-1", "title": "Hola", "createdAt": "2026-01-01T00:00:00Z"}
META = {"page": 1, "take": 50, "itemCount": 1, "pageCount": 1, "hasPreviousPage": False, "hasNextPage": False}
PAGE = {"data": [AGENT], "meta": META}
TOLD = {"statusCode": 400, "message": [f"you sent Bearer {TOKEN}"], "error": "Bad Request"}
CHUNKS = b'5\r\n{"dat\r\n6\r\na": []\r\n1\r\n}\r\n0\r\nX-Last: 1\r\n\r\n'
ANSWERS = st.sampled_from(
    [
        answer("200 OK", PAGE, JSON, "X-RateLimit-Limit: 10", "X-RateLimit-Remaining: 9", "X-RateLimit-Reset: 1"),
        answer("200 OK", {"data": [TALK], "meta": META}, JSON, "Set-Cookie: a=b", "Connection: keep-alive"),
        answer("200 OK", gzip.compress(json.dumps(PAGE).encode()), JSON, "Content-Encoding: gzip"),
        answer("200 OK", CHUNKS, JSON, "Transfer-Encoding: chunked"),
        answer("200 OK", {"status": "connected", "phoneNumber": "58", "message": "Hola"}, JSON),
        answer("200 OK", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "Content-Type: image/png"),
        answer("201 Created", {"code": "A-001"}, JSON),
        answer("204 No Content"),
        answer("302 Found", b"", f"Location: http://127.0.0.1:1/{TOKEN}"),
        answer("400 Bad Request", TOLD, JSON, f"X-Debug: Bearer {TOKEN}"),
        answer(f"401 Bearer {TOKEN}", TOLD, JSON, f'WWW-Authenticate: Bearer realm="{TOKEN}"'),
        answer("409 Conflict", TOLD, JSON),
        answer("404 Not Found", f"<html><title>no {TOKEN}</title>".encode(), "Content-Type: text/html"),
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + answer("200 OK", PAGE, JSON),
    ]
)  # fmt: skip
CALLS: list[Callable[[Client], object]] = [
    lambda client: client.agents.list(),
    lambda client: client.agents.create({"name": "Ventas"}),
    lambda client: client.agents.update("A-001", {"name": "Ventas"}),
    lambda client: client.whatsapp.connect("A-001"),
    lambda client: client.conversations.list(),
]
KINDS = st.sampled_from(["flip", "flip", "insert", "cut", "drop", "repeat", "line", "header", "header", "spoil"])
TROUBLE = [b"\0", b"\r\n", b"\n", b" ", b"\x01", b":", b"\x1b[31m", b"\xff\xfe", b"Content-Length: 3\r\n", b"9" * 30]
PIECES = st.one_of(st.binary(min_size=1, max_size=3), st.sampled_from(TROUBLE))
DAMAGES = st.lists(st.tuples(st.integers(0, 99_999), KINDS, PIECES), min_size=1, max_size=3)


def damaged(content: bytes, place: int, kind: str, piece: bytes) -> bytes:
    """Return an answer with one damage."""
    at = place % (len(content) or 1)
    control = piece[:1] if piece < b" " else b"\0"
    lines = content.split(b"\r\n")
    line = place % len(lines)
    return {
        "flip": content[:at] + piece + content[at + len(piece) :],
        "insert": content[:at] + piece + content[at:],
        "cut": content[:at],
        "drop": content[:at] + content[at + 1 :],
        "repeat": content[:at] + content[at // 2 : at] * 3 + content[at:],
        "line": b"\r\n".join([*lines[:2], lines[line], *lines[2:]]),
        "header": b"\r\n".join([*lines[:line], lines[line].replace(b":", piece + b":", 1), *lines[line + 1 :]]),
        # The token with a control character in it, which a message is cleaned of.
        "spoil": content.replace(TOKEN.encode(), TOKEN[:6].encode() + control + TOKEN[6:].encode()),
    }[kind]


def squeezed(text: str) -> str:
    """Return a text without what could hide a token in it."""
    return re.sub(r"\\x[01][0-9a-f]|\s", "", text)


def said(replayer: Replayer, call: Callable[[Client], object]) -> tuple[str, str]:
    """Return the error of a call and its traceback, both empty where it returned."""
    # Each organization has a limiter of its own: what one answer tells it slows no other example.
    own = settings_for(
        replayer.url, timeout=1, rate_limit_wait=1, api_token=TOKEN, organization_code=f"F{next(NUMBERS)}"
    )
    with Client(own) as client:
        try:
            call(client)
        except AssistAIError as error:
            return str(error), "".join(format_exception(error))
    return "", ""


@given(content=ANSWERS, damages=DAMAGES, call=st.sampled_from(range(len(CALLS))))
@fuzz_settings(150)
def test_any_answer_is_a_value_or_one_line(
    replayer: Replayer, content: bytes, damages: list[tuple[int, str, bytes]], call: int
) -> None:
    for place, kind, piece in damages:
        content = damaged(content, place, kind, piece)
    replayer.answer = content
    message, trace = said(replayer, CALLS[call])
    assert message.isprintable()
    assert len(message) < 1_000
    assert TOKEN not in squeezed(message + trace)
