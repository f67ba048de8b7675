"""A state goes from the sandbox to the Pulumi CLI and back: nothing changes by it, and secrets stay secrets."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pulumi_assistai.testing import Api
from tests.conftest import Project, needs_pulumi
from tests.differential.side import OFFLINE

CANARIES = ("canary-prompt", "acme-token")
NO_CHANGES = "--expect-no-changes"
PROGRAM = """
    acme = assistai.Provider("acme", api_token="acme-token", tenant_domain="acme", organization_code="ACME")
    ventas = assistai.Agent("ventas", name="Ventas", instructions=pulumi.Output.secret("canary-prompt"), tone="TONE")
    assistai.WhatsAppIntegration("whatsapp", agent_code=ventas.code)
    assistai.Agent("soporte", name="Soporte", tone="TONE", instructions=ventas.instructions,
                   opts=pulumi.ResourceOptions(provider=acme))
    pulumi.export("prompt", ventas.instructions)
    pulumi.export("nested", {"codes": [ventas.code, None, 1.5]})
"""

pytestmark = needs_pulumi


class Exchange:
    """A project in the sandbox and the same one with the Pulumi CLI, on one emulator.

    Args:
        directory: where both go.
        environment: what the program needs to reach the emulator.
    """

    def __init__(self, directory: Path, environment: dict[str, str]) -> None:
        self.file = directory / "state.json"
        self.environment = environment | OFFLINE
        self.sandbox = self._project("embedded", directory / "sandbox")
        self.cli = self._project("pulumi", directory / "cli")

    def write(self, tone: str) -> None:
        for project in (self.sandbox, self.cli):
            project.write(PROGRAM.replace("TONE", tone))

    def assistai(self, *arguments: str) -> None:
        command = [str(Path(sys.executable).with_name("assistai")), "sandbox", *arguments]
        subprocess.run(command, cwd=self.sandbox.directory, env=self.environment, check=True, timeout=60)

    def to_cli(self) -> None:
        self.assistai("export", "--file", str(self.file))
        self.cli.stack.import_state(self.file)

    def to_sandbox(self) -> None:
        self.file.write_text(json.dumps(self.cli.stack.export()), encoding="utf-8")
        self.assistai("import", str(self.file))

    def _project(self, engine: str, directory: Path) -> Project:
        directory.mkdir()
        (directory / "Pulumi.yaml").write_text("name: trial\nruntime: python\n", encoding="utf-8")
        return Project(engine, directory, dict(self.environment))


@pytest.fixture
def exchange(tmp_path: Path, environment: dict[str, str]) -> Exchange:
    return Exchange(tmp_path, environment)


def share_the_salt(exchange: Exchange) -> None:
    settings = (exchange.cli.directory / "Pulumi.dev.yaml").read_text(encoding="utf-8")
    assert "encryptionsalt: " in settings
    (exchange.sandbox.directory / "Pulumi.dev.yaml").write_text(settings, encoding="utf-8")


def drop_the_salt(exchange: Exchange) -> None:
    (exchange.cli.directory / "Pulumi.dev.yaml").unlink()


def readable_canaries(exchange: Exchange) -> list[tuple[Path, str]]:
    """Return the files that hold a canary in clear; the program does."""
    files = [path for path in exchange.file.parent.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")]
    return [(path, canary) for path in files for canary in CANARIES if canary.encode() in path.read_bytes()]


@pytest.mark.parametrize("salt", ["shared", "each its own", "only in the state"])
def test_a_state_goes_both_ways(exchange: Exchange, api: Api, salt: str) -> None:
    assert exchange.cli.stack
    if salt == "shared":
        share_the_salt(exchange)
    if salt == "only in the state":
        drop_the_salt(exchange)
    exchange.write("uno")
    exchange.sandbox.up()
    api.forget_requests()

    exchange.to_cli()
    assert exchange.cli.run("preview", NO_CHANGES).ok
    exchange.write("dos")
    exchange.cli.up()
    exchange.to_sandbox()
    exchange.assistai("preview", NO_CHANGES)
    exchange.write("tres")
    exchange.sandbox.up()

    assert sorted(api.requests("POST", "PATCH", "DELETE")) == sorted(
        f"PATCH /api/v1/agents/{agent['code']}" for agent in [*api.agents()] * 2
    )
    assert {agent["instructions"] for agent in api.agents()} == {"canary-prompt"}
    assert {agent["tone"] for agent in api.agents()} == {"tres"}
    assert exchange.sandbox.run("refresh", NO_CHANGES).ok
    assert readable_canaries(exchange) == []


def test_a_state_of_the_cli_alone_is_taken_over(exchange: Exchange, api: Api) -> None:
    exchange.write("uno")
    exchange.cli.up()
    exchange.to_sandbox()
    exchange.assistai("preview", NO_CHANGES)
    assert exchange.sandbox.outputs("trial-dev").keys() == {"prompt", "nested"}
    exchange.write("dos")
    assert exchange.sandbox.up().changes == {"updated": 2}
    assert {agent["tone"] for agent in api.agents()} == {"dos"}
    assert readable_canaries(exchange) == []
