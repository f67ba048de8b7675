"""Who is compared: each does the same four things to the same fleet."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import httpx

from benchmarks.api import BusyApi
from benchmarks.programs import NOTHING, OURS, PLAIN, program

OPERATIONS = ("up", "preview", "refresh", "edit")
TOKEN = {"ASSISTAI_API_TOKEN": "sandbox-token", "ASSISTAI_TENANT_DOMAIN": "sandbox"}
ACCOUNT = {**TOKEN, "ASSISTAI_ORGANIZATION_CODE": "SANDBOX", "PULUMI_CONFIG_PASSPHRASE": "bench"}


@dataclass(frozen=True)
class Case:
    """What is measured: so many agents, so many at a time."""

    agents: int
    parallel: int


class Work(Protocol):
    """One fleet of one contestant."""

    def do(self, operation: str) -> None:
        """Carry one of the operations out; it is an error if that fails."""


class Contestant(Protocol):
    """Somebody who can bring a fleet about."""

    name: str

    @contextmanager
    def begin(self, case: Case, api: BusyApi) -> Iterator[Work]:
        """Prepare a fleet of one's own; that is not measured."""


class Limit:
    """The API's own pace: one asynchronous client that sends what must be sent, so many at a time."""

    name = "the limit (httpx, asyncio)"

    @contextmanager
    def begin(self, case: Case, api: BusyApi) -> Iterator[Work]:
        """Remember what to send."""
        yield LimitWork(case, api.url)


class LimitWork:
    """The requests that cannot be spared."""

    def __init__(self, case: Case, url: str) -> None:
        self._case = case
        self._url = f"{url}/api/v1/agents"

    def do(self, operation: str) -> None:
        """Send the requests of an operation."""
        asyncio.run(self._send(operation))

    async def _send(self, operation: str) -> None:
        headers = {
            "authorization": f"Bearer {ACCOUNT['ASSISTAI_API_TOKEN']}",
            "x-tenant-domain": ACCOUNT["ASSISTAI_TENANT_DOMAIN"],
            "x-organization-code": ACCOUNT["ASSISTAI_ORGANIZATION_CODE"],
        }
        limits = httpx.Limits(max_connections=self._case.parallel)
        async with httpx.AsyncClient(headers=headers, limits=limits, timeout=60, trust_env=False) as client:
            if operation == "up":
                names = [f"Agente {number}" for number in range(self._case.agents)]
                answers = await asyncio.gather(*(client.post(self._url, json={"name": name}) for name in names))
            elif operation == "refresh":
                pages = range(1, -(-self._case.agents // 50) + 1)
                answers = [await client.get(self._url, params={"page": page, "take": 50}) for page in pages]
            elif operation == "edit":
                code = (await client.get(self._url)).json()["data"][0]["code"]
                answers = [await client.patch(f"{self._url}/{code}", json={"tone": "amigable"})]
            else:
                answers = []
        for answer in answers:
            answer.raise_for_status()


@dataclass(frozen=True)
class Program:
    """A Pulumi program on one of the engines.

    Attributes:
        name: what the table calls it.
        head: where its `Agent` comes from.
        command: what runs an operation, before its name.
        flags: what follows it.
        module: the module `provider` for a head that imports it; the SDK copies any other provider into every resource.
    """

    name: str
    head: str
    command: tuple[str, ...]
    flags: tuple[str, ...]
    module: str = ""

    @contextmanager
    def begin(self, case: Case, api: BusyApi) -> Iterator[Work]:
        """Write the project."""
        with tempfile.TemporaryDirectory(prefix="assistai-bench-") as folder:
            yield ProgramWork(self, case, api.url, Path(folder))


class ProgramWork:
    """A project directory with one stack."""

    def __init__(self, kind: Program, case: Case, url: str, directory: Path) -> None:
        self._kind = kind
        self._case = case
        self._directory = directory
        backend = directory / "backend"
        backend.mkdir()
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("ASSISTAI_", "PULUMI_"))},
            **ACCOUNT,
            "ASSISTAI_BASE_URL": url,
            "PULUMI_BACKEND_URL": backend.as_uri(),
            "PULUMI_HOME": str(directory / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "PULUMI_SKIP_CHECKPOINTS": "1",
            "PULUMI_EXPERIMENTAL": "1",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }
        (directory / "Pulumi.yaml").write_text("name: bench\nruntime: python\n")
        (directory / "provider.py").write_text(kind.module)
        self._write(edited=False)
        if kind.command[0] == "pulumi":
            self._run("pulumi", "stack", "init", "dev")

    def do(self, operation: str) -> None:
        """Run the command; for an edit, after editing the program, which takes no time worth mentioning."""
        verb = "up" if operation == "edit" else operation
        if operation == "edit":
            self._write(edited=True)
        self._run(*self._kind.command, verb, *self._flags(verb), f"--parallel={self._case.parallel}")

    def _flags(self, verb: str) -> tuple[str, ...]:
        return () if verb == "preview" else self._kind.flags

    def _write(self, *, edited: bool) -> None:
        text = program(self._kind.head, self._case.agents, edited=edited)
        (self._directory / "__main__.py").write_text(text, encoding="utf-8")

    def _run(self, *command: str) -> None:
        done = subprocess.run(
            command, cwd=self._directory, env=self._environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} failed: {done.stdout}{done.stderr}")


_PULUMI = ("pulumi",)
_PULUMI_FLAGS = ("--yes", "--skip-preview", "--non-interactive")


def contestants() -> list[Contestant]:
    """Return all who can take part on this machine."""
    ours = Program("embedded engine", OURS, ("assistai", "sandbox"), ("--yes",))
    found: list[Contestant] = [Limit(), ours]
    if shutil.which("pulumi"):
        found.append(Program("Pulumi CLI", OURS, _PULUMI, _PULUMI_FLAGS))
        head = "from provider import Agent"
        found.append(Program("Pulumi CLI, provider that does nothing", head, _PULUMI, _PULUMI_FLAGS, NOTHING))
        found.append(Program("Pulumi CLI, plain dynamic provider", PLAIN, _PULUMI, _PULUMI_FLAGS))
    return found


def timed(work: Work, operation: str) -> float:
    """Return the seconds that an operation takes."""
    began = time.perf_counter()
    work.do(operation)
    return time.perf_counter() - began
