"""What `assistai status` asks of a stack with fifty agents in six organizations: counted, and all of them at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Barrier, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pulumi_assistai.emulator import Account, Emulator
from pulumi_assistai.testing import Api
from tests.cli.conftest import Assistai
from tests.conftest import Project, emulated

ORGANIZATIONS = [f"ORG-{number}" for number in range(6)]
PROGRAM = """
for number in range(6):
    code = f"ORG-{number}"
    provider = assistai.Provider(code, api_token=f"{code}-token", tenant_domain="t", organization_code=code)
    for agent in range(number, 50, 6):
        opts = pulumi.ResourceOptions(provider=provider)
        assistai.Agent(f"a{agent}", name=f"Agente {agent}", opts=opts)
"""
PATIENCE = 60
"""Seconds after which the organizations count as asked one after the other."""


@contextmanager
def gate(url: str, together: Barrier) -> Iterator[str]:
    """Give the address of a door to an API: the first request of each organization waits until all have one there."""
    seen: set[str] = set()

    class Door(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            organization = self.headers["x-organization-code"]
            if organization not in seen:
                seen.add(organization)
                together.wait(PATIENCE)
            connection = HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
            connection.request("GET", self.path, headers=dict(self.headers.items()))
            answer = connection.getresponse()
            body = answer.read()
            connection.close()
            self.send_response(answer.status)
            self.send_header("content-type", answer.headers["content-type"])
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(accounts=[Account(f"{code}-token", "t", code) for code in ORGANIZATIONS]) as running:
        yield running


def test_each_listing_is_read_once_and_all_organizations_at_the_same_time(
    assistai: Assistai, emulator: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = {name: value for name, value in emulated(emulator.url).items() if name != "ASSISTAI_API_TOKEN"}
    (tmp_path / "Pulumi.yaml").write_text("name: trial\nruntime: python\n", encoding="utf-8")
    project = Project("embedded", tmp_path, environment)
    project.up(PROGRAM)
    api = Api(emulator.url)
    assert len(api.agents()) == 50
    api.forget_requests()
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", environment["PULUMI_CONFIG_PASSPHRASE"])
    together = Barrier(len(ORGANIZATIONS))
    with gate(emulator.url, together) as url:
        monkeypatch.setenv("ASSISTAI_BASE_URL", url)
        run = assistai("status", "-C", tmp_path, "--sandbox", "--json")
    assert not together.broken
    assert run.status == 0, run.err
    document = json.loads(run.out)
    assert sorted(found["organization_code"] for found in document["organizations"]) == ORGANIZATIONS
    assert sum(len(found["agents"]) for found in document["organizations"]) == 50
    # Once: no page twice. A page holds all of them, and one more shows that it was the last.
    pages = [
        (one["organization"], one["method"], one["path"], parse_qs(one["query"])["page"])
        for one in api.call("GET", "/requests")
    ]
    assert sorted(pages) == [(code, "GET", "/api/v1/agents", [page]) for code in ORGANIZATIONS for page in "12"]
