"""`assistai emulator`, as a process of its own."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import typer

from pulumi_assistai.cli.emulator.command import emulator as command
from pulumi_assistai.emulator import Emulator
from pulumi_assistai.errors import AssistAIError
from tests.emulator.conftest import SANDBOX, connect, create, whatsapp
from tests.test_docs import blocks
from tests.waiting import DEADLINE, deadline_for

PROGRAM = "import typer; from pulumi_assistai.cli.emulator.command import emulator; typer.run(emulator)"


class Running:
    """A command in the foreground: what it said on starting, and its process."""

    def __init__(self, process: subprocess.Popen[str], greeting: str) -> None:
        self.process = process
        self.greeting = greeting
        self.url = re.search(r"http://[\d.]+:\d+", greeting)[0]  # type: ignore[index]

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"{self.url}{path}", timeout=10)

    def end(self, number: int) -> str:
        self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=20)
        return rest


@contextmanager
def running(*arguments: str) -> Iterator[Running]:
    environment = os.environ | {"PYTHONUNBUFFERED": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
    )
    assert process.stdout is not None
    try:
        lines: list[str] = []
        with deadline_for(process):
            while not lines or lines[-1] not in ("Ctrl-C stops it.\n", ""):
                lines.append(process.stdout.readline())
        yield Running(process, "".join(lines))
    finally:
        process.kill()
        process.wait(10)
        process.stdout.close()


def test_it_says_how_to_use_it() -> None:
    with running() as emulator:
        for line in (
            f"export ASSISTAI_BASE_URL={emulator.url}",
            "export ASSISTAI_API_TOKEN=sandbox-token",
            "export ASSISTAI_TENANT_DOMAIN=sandbox",
            "export ASSISTAI_ORGANIZATION_CODE=SANDBOX",
            "export ASSISTAI_API_TOKEN=acme-token",
        ):
            assert f"{line}\n" in emulator.greeting
        assert emulator.get("/sandbox/health").json()["dialect"] == "nest"


def test_it_warns_where_other_machines_reach_it() -> None:
    with running("--host", "0.0.0.0") as emulator:
        assert emulator.greeting.startswith(
            "warning: --host 0.0.0.0 lets other machines reach the emulator, "
            "and read and change all of its data; remove --host unless you trust the network\n"
        )
    for host in ("127.0.0.1", "localhost"):
        with running("--host", host) as emulator:
            assert "warning" not in emulator.greeting


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_with_one_line(number: int) -> None:
    with running() as emulator:
        assert emulator.end(number) == "The emulator has stopped.\n"
        assert emulator.process.returncode == 0


def test_its_options(tmp_path: Path) -> None:
    file = tmp_path / "emulator.db"
    options = ["--db", str(file), "--dialect", "other", "--no-whatsapp", "--qr-lifetime", "0", "--latency", "0"]
    with running(*options, "--account", "a b:t:ONE", "--account", "c:t:TWO") as emulator:
        assert "export ASSISTAI_API_TOKEN='a b'\n" in emulator.greeting
        assert SANDBOX.token not in emulator.greeting
        health = emulator.get("/sandbox/health").json()
        assert [owner["organization"] for owner in health["organizations"]] == ["ONE", "TWO"]
        agent = {"name": "Ventas", "tenant": "t", "organization": "ONE"}
        made = httpx.post(f"{emulator.url}/sandbox/agents", json=agent).json()
        assert (made["whatsapp"], len(made["code"])) == (None, 36)
        emulator.end(signal.SIGTERM)
    with running("--db", str(file)) as emulator:
        assert emulator.get("/sandbox/agents").json() == [made]


@pytest.fixture
def _keep_signal_handlers() -> Iterator[None]:
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("_keep_signal_handlers")
def test_a_port_in_use_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AssistAIError) as error:
            command(port=port)
    assert str(error.value).startswith(f"cannot listen on 127.0.0.1:{port}: ")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("text", ["", "token", "a:b", "a:b:", ":b:c", "a:b:c:d"])
def test_an_account_has_three_parts(text: str) -> None:
    with pytest.raises(AssistAIError, match="TOKEN:TENANT:ORGANIZATION"):
        command(account=[text])


def test_its_rate_limit() -> None:
    with running("--rate", "1/h", "--windows", "sliding", "--headers", "ietf") as emulator:
        first, second = emulator.get("/api/v1/agents"), emulator.get("/api/v1/agents")
    assert (first.status_code, second.status_code) == (401, 429)
    assert first.headers["ratelimit-policy"] == second.headers["ratelimit-policy"] == '"default";q=1;w=3600'


@pytest.mark.usefixtures("_keep_signal_handlers")
def test_a_wrong_rate_is_one_line() -> None:
    with pytest.raises(
        AssistAIError, match=r'the rate "fast" is not a count and a time; use for example 10/s,'
    ) as error:
        command(port=0, rate="fast")
    assert "\n" not in str(error.value)


@pytest.mark.usefixtures("_keep_signal_handlers")
def test_an_unknown_oddity_is_one_line() -> None:
    with pytest.raises(AssistAIError, match="unknown oddity") as error:
        command(port=0, odd="triim")
    assert "\n" not in str(error.value)


def test_it_is_a_command_for_typer() -> None:
    app = typer.Typer()
    app.command()(command)
    assert typer.main.get_command(app).name == "emulator"


def test_the_documentation_works_as_written() -> None:
    start, exports, odd, limited, fault, agents = [
        content for _, language, content in blocks("docs/emulator.md") if language == "sh"
    ]
    assert start == "assistai emulator\n"
    assert odd.split()[:2] == limited.split()[:2] == ["assistai", "emulator"]
    names, limit = odd.split()[2:], limited.split()[2:]
    with running("--faults", *names, *limit) as emulator:
        assert emulator.get("/sandbox/health").json()["odd"] == names[-1]
        assert emulator.get("/api/v1/agents").headers["x-ratelimit-limit"] == "20"
        here = urlsplit(emulator.url).netloc
        assert exports.replace("127.0.0.1:8787", here) in emulator.greeting
        if shutil.which("curl"):
            script = f"{fault}{agents}".replace("127.0.0.1:8787", here)
            subprocess.run(["/bin/sh", "-ec", script], check=True, capture_output=True, timeout=DEADLINE)
            [rule] = emulator.get("/sandbox/faults").json()
            assert (rule["kind"], rule["method"], rule["count"]) == ("cut-after", "POST", 1)


def test_every_documented_control_call_is_answered() -> None:
    table = (
        Path("docs/emulator.md")
        .read_text(encoding="utf-8")
        .partition("| call under `/sandbox`")[2]
        .partition("\n\n")[0]
    )
    calls = re.findall(r"`(GET|POST|PATCH|DELETE) ([\w/]+)`(?: with `(.+?)`)?", table)
    assert len(calls) == 12
    with Emulator() as emulator, httpx.Client(base_url=f"{emulator.url}/sandbox/") as client:
        for method, path, body in sorted(calls, key=lambda call: call[0] == "DELETE"):
            code = create(connect(emulator), f"{method} {path}")
            connect(emulator).get(f"{whatsapp(code)}/qr")
            answer = client.request(method, path.replace("CODE", code), json=json.loads(body) if body else None)
            assert answer.status_code in {200, 201, 204}, (method, path, answer.text)
