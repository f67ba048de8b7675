"""The emulator reads a body of whoever it knows, up to a limit, and of nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from pulumi_assistai.emulator import Emulator, create_app
from pulumi_assistai.emulator.middleware import LARGEST_BODY
from tests.emulator.conftest import connect, dashboard

CREDENTIALS = {
    "authorization": "Bearer sandbox-token",
    "x-tenant-domain": "sandbox",
    "x-organization-code": "SANDBOX",
}
PIECE = b"x" * 65_536


class Sender:
    """A client that sends a body without end, and counts what is taken of it."""

    def __init__(self, path: str, headers: dict[str, str], dialect: Any = "nest") -> None:
        self.taken = 0
        self.sent: list[dict[str, Any]] = []
        self.scope = {
            "type": "http",
            "method": "POST",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": b"",
            "scheme": "http",
            "server": ("127.0.0.1", 80),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        self.app = create_app(dialect=dialect)

    async def receive(self) -> dict[str, Any]:
        self.taken += len(PIECE)
        assert self.taken < 100 * LARGEST_BODY, "it reads without end"
        return {"type": "http.request", "body": PIECE, "more_body": True}

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    def status(self) -> int:
        asyncio.run(self.app(self.scope, self.receive, self.send))
        status: int = self.sent[0]["status"]
        return status


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"authorization": "Bearer nobody's"}, 401),
        ({"authorization": "Basic sandbox-token"}, 401),
        ({"authorization": ""}, 401),
        ({"x-tenant-domain": "acme"}, 403),
        ({"x-organization-code": "ACME"}, 403),
    ],
)
def test_nothing_is_read_of_whoever_may_not_ask(changed: dict[str, str], status: int) -> None:
    sender = Sender("/api/v1/agents", CREDENTIALS | changed)
    assert (sender.status(), sender.taken) == (status, 0)


@pytest.mark.parametrize("path", ["/api/v1/agents", "/sandbox/agents", "/agents/new"])
def test_a_body_without_end_is_refused(path: str) -> None:
    sender = Sender(path, CREDENTIALS)
    assert sender.status() == 413
    assert sender.taken == LARGEST_BODY + len(PIECE)


@pytest.mark.parametrize("path", ["/api/v1/agents", "/sandbox/agents", "/agents/new"])
def test_nothing_is_read_of_a_body_that_says_it_is_too_large(path: str) -> None:
    sender = Sender(path, CREDENTIALS | {"content-length": str(LARGEST_BODY + 1)})
    assert (sender.status(), sender.taken) == (413, 0)


def pieces(size: int) -> Iterator[bytes]:
    yield from (PIECE for _ in range(size // len(PIECE)))


@pytest.mark.parametrize("dialect", ["nest", "other"])
def test_the_refusal_speaks_the_dialect_and_is_noted(dialect: Any) -> None:
    with Emulator(dialect=dialect) as emulator, connect(emulator) as client, dashboard(emulator) as control:
        for content in (PIECE * 200, pieces(200 * len(PIECE))):
            answer = client.post("/agents", content=content, headers={"content-type": "application/json"})
            assert answer.status_code == 413
            said = answer.json()["message"] if dialect == "nest" else answer.json()["error"]["detail"]
            assert said == f"the body has more than {LARGEST_BODY} bytes"
        assert [(entry["status"], entry["body"]) for entry in control.get("/requests").json()] == [(413, None)] * 2
        assert control.get("/agents").json() == []


def test_a_body_at_the_limit_is_read(client: httpx.Client, control: httpx.Client) -> None:
    frame = len('{"name":"A","instructions":""}')
    body = '{"name":"A","instructions":"' + "x" * (LARGEST_BODY - frame) + '"}'
    assert client.post("/agents", content=body, headers={"content-type": "application/json"}).status_code == 201
    assert len(control.get("/agents").json()[0]["instructions"]) == LARGEST_BODY - frame


def test_a_large_body_without_a_token_is_answered_and_not_noted(emulator: Emulator, control: httpx.Client) -> None:
    answer = httpx.post(f"{emulator.url}/api/v1/agents", content=pieces(40 * LARGEST_BODY // 8), timeout=20)
    assert answer.status_code == 401
    assert [(entry["status"], entry["body"]) for entry in control.get("/requests").json()] == [(401, None)]
