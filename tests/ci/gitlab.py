"""GitLab's API on a port of this machine, as far as the pipeline asks it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "glpat-canary"
US = 5
PAGE = 2
"""Items of a page, whatever is asked for, so that small lists have several."""


@dataclass
class GitLab:
    """What GitLab knows of project 1.

    Attributes:
        url: its address.
        lists: what it lists, by path.
        artifacts: files of jobs, by path.
    """

    url: str = ""
    lists: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    artifacts: dict[str, bytes] = field(default_factory=dict)

    def get(self, path: str, query: dict[str, str]) -> Any:
        if path == "/api/v4/user":
            return {"id": US}
        page = int(query["page"]) - 1
        known = self.lists.get(_own(path), [])
        kept = [one for one in known if one.get("state", query.get("state")) == query.get("state", one.get("state"))]
        return kept[page * PAGE : (page + 1) * PAGE]

    def post(self, path: str, fields: dict[str, str]) -> None:
        known = self.lists.setdefault(_own(path), [])
        state = {"state": "opened", "iid": 1 + len(known)} if path.endswith("issues") else {}
        known.append({"id": 1 + len(known), "author": {"id": US}, **fields, **state})

    def put(self, path: str, fields: dict[str, str]) -> None:
        listed, _, number = _own(path).rpartition("/")
        [one] = [one for one in self.lists[listed] if str(one.get("iid", one["id"])) == number]
        closing = fields.pop("state_event", None) == "close"
        one.update(fields, **({"state": "closed"} if closing else {}))


def _own(path: str) -> str:
    found = re.fullmatch(r"/api/v4/projects/1/(.+)", path)
    assert found, path
    return found[1]


@contextmanager
def serving() -> Iterator[GitLab]:
    gitlab = GitLab()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            if "/artifacts/" in address.path:
                found = gitlab.artifacts.get(_own(address.path))
                self._answer(404 if found is None else 200, found or b"{}")
                return
            query = {name: values[0] for name, values in parse_qs(address.query).items()}
            self._answer(200, json.dumps(gitlab.get(address.path, query)).encode())

        def do_POST(self) -> None:
            gitlab.post(self.path, self._fields())
            self._answer(201, b"{}")

        def do_PUT(self) -> None:
            gitlab.put(self.path, self._fields())
            self._answer(200, b"{}")

        def _fields(self) -> dict[str, str]:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            return {name: values[0] for name, values in parse_qs(body).items()}

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status if self.headers["PRIVATE-TOKEN"] == TOKEN else 401)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    gitlab.url = f"http://127.0.0.1:{server.server_port}/api/v4"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield gitlab
    finally:
        server.shutdown()
        server.server_close()
