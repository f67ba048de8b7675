"""The page of `assistai link --web`. It shows the QR code on this machine, to anyone who knows its address."""

from __future__ import annotations

import html
import json
import secrets
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from string import Template
from threading import Event, Thread
from typing import Any, Self

from pulumi_assistai.cli.link.texts import TEXTS, choose_language

WAITING = "waiting"

_TOKEN_BYTES = 32
_LAST_LOOK = 3.0
"""Seconds that an open page gets to fetch the outcome; it asks every second."""

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; img-src 'self' data:; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True)
class _State:
    """The content of the page: the QR code and its number, whether it may be stale, and the outcome."""

    png: bytes = b""
    version: int = 0
    trouble: bool = False
    outcome: str = WAITING
    number: str = ""


class WebView:
    """A server for the page on a free port of 127.0.0.1, at an address that cannot be guessed.

    Args:
        agent: the agent's name, code and organization, for the heading.

    Attributes:
        url: the page's address.
    """

    def __init__(self, agent: str) -> None:
        self._agent = agent
        self._state = _State()
        self._looked = Event()
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        routes = {"": self._page, "state": self._tell, "qr.png": self._picture} | {
            name: _static(name, kind) for name, kind in (("link.js", "text/javascript"), ("link.css", "text/css"))
        }
        self._server = _Server({f"/{token}/{name}": give for name, give in routes.items()})
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}/{token}/"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._looked.is_set():
            self._server.told.wait(_LAST_LOOK)
        self._server.shutdown()
        self._server.server_close()

    def show(self, png: bytes) -> None:
        """Put a QR code on the page."""
        if png != self._state.png:
            self._state = replace(self._state, png=png, version=self._state.version + 1)

    def trouble(self, message: str) -> None:
        """Show on the page that the QR code could not be renewed just now."""
        self._state = replace(self._state, trouble=bool(message))

    def end(self, outcome: str, text: str) -> None:
        """Take the QR code off the page and show the outcome."""
        self._state = _State(outcome=outcome, number=text if outcome == "linked" else "")

    def _page(self, languages: str) -> _Answer:
        language = choose_language(languages)
        fields = {name: Template(text).safe_substitute(agent=self._agent) for name, text in TEXTS[language].items()}
        escaped = {name: html.escape(text) for name, text in fields.items()}
        page = Template(_read("link.html")).substitute(escaped, language=language)
        return _Answer("text/html; charset=utf-8", page.encode())

    def _tell(self, _languages: str) -> _Answer:
        self._looked.set()
        state = self._state
        shown = {name: getattr(state, name) for name in ("version", "trouble", "outcome", "number")}
        return _Answer("application/json", json.dumps(shown).encode(), last=state.outcome != WAITING)

    def _picture(self, _languages: str) -> _Answer | None:
        return _Answer("image/png", self._state.png) if self._state.png else None


@dataclass(frozen=True)
class _Answer:
    """A body and its type. The last one tells the outcome."""

    kind: str
    body: bytes
    last: bool = False


Route = Callable[[str], _Answer | None]
"""A function that answers a path, given the Accept-Language header."""


class _Server(ThreadingHTTPServer):
    """An HTTP server on a free port.

    Attributes:
        routes: the function that answers each path.
        hosts: the Host headers of requests to this machine's own address.
        told: set once a page has fetched the outcome.
    """

    def __init__(self, routes: Mapping[str, Route]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.routes = routes
        self.told = Event()
        self.hosts = (f"127.0.0.1:{self.server_port}", f"localhost:{self.server_port}")

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore a browser that went away. Show any other error: it is a defect."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """A handler for the one address with the token. The Host header must name this machine's address."""

    timeout = 10

    def do_GET(self) -> None:
        """Answer a request."""
        assert isinstance(self.server, _Server)
        # A foreign page can give its own name to our address, but the Host header then says that name.
        ours = self.headers.get("Host") in self.server.hosts
        route = self.server.routes.get(self.path.partition("?")[0]) if ours else None
        answer = route(self.headers.get("Accept-Language", "")) if route else None
        if answer is None:
            self._send(HTTPStatus.NOT_FOUND, _Answer("text/plain; charset=utf-8", b"Not found\n"))
        else:
            self._send(HTTPStatus.OK, answer)
            if answer.last:
                self.server.told.set()

    def _send(self, status: HTTPStatus, answer: _Answer) -> None:
        self.send_response(status)
        headers = {"Content-Type": answer.kind, "Content-Length": str(len(answer.body)), **_HEADERS}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def version_string(self) -> str:
        """Keep version numbers out of the answers."""
        return "assistai"

    def log_message(self, *_: Any) -> None:
        """Write nothing: the terminal belongs to the command, and addresses hold the token."""


def _static(name: str, kind: str) -> Route:
    answer = _Answer(f"{kind}; charset=utf-8", _read(name).encode())
    return lambda _languages: answer


def _read(name: str) -> str:
    return files("pulumi_assistai.cli").joinpath("static", name).read_text(encoding="utf-8")
