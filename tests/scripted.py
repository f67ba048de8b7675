"""An HTTP server that answers as a test says, for answers that no well-behaved API gives."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """An answer. `cut` ends the connection after so many bytes of the body; -1 sends nothing at all."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None


def as_json(value: Any, status: int = 200, **headers: str) -> Reply:
    return Reply(status, json.dumps(value).encode(), {"content-type": "application/json"} | headers)


@dataclass
class Server:
    url: str
    requests: list[Request]


@contextmanager
def serve(answer: Callable[[Request], Reply]) -> Iterator[Server]:
    """Serve on a loopback port; `answer` is called for each request, from the server's threads."""
    requests: list[Request] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Else the body of an answer waits until its head has been acknowledged, some 40 ms.
        disable_nagle_algorithm = True

        def handle_any(self) -> None:
            length = int(self.headers.get("content-length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.command, self.path, headers, self.rfile.read(length))
            requests.append(request)
            self._send(answer(request))

        do_GET = do_POST = do_PATCH = do_DELETE = handle_any  # noqa: N815 - the names that http.server calls

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

        def _send(self, reply: Reply) -> None:
            if reply.cut == -1:
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body[: reply.cut])
            self.close_connection = reply.cut is not None

    class Listener(ThreadingHTTPServer):
        daemon_threads = True
        # A connection that finds no place here is tried again a second later.
        request_queue_size = 1024

    server = Listener(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield Server(f"http://127.0.0.1:{server.server_port}", requests)
    finally:
        server.shutdown()
        server.server_close()


def asked(server: Server) -> list[str]:
    """Return the paths of all requests with their queries; httpx before 0.28 writes a space as %20."""
    return [request.path.replace("%20", "+") for request in server.requests]


def replies(*sequence: Reply) -> Callable[[Request], Reply]:
    """Answer with each reply once, and with the last one for ever."""
    left = list(sequence)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]
