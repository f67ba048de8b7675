"""The agency's example on both engines."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from pulumi_assistai.emulator import Account, Emulator
from pulumi_assistai.testing import Api
from tests.conftest import Project, emulated

EXAMPLE = Path(__file__).parents[2] / "examples" / "agencia"
CLIENTS = ("panaderia", "clinica", "taller")
CREATED = 1 + 3 + 3 + 12 + 4
"""The stack, the providers, the fleets, the agents, and who answers on WhatsApp."""


def test_the_agency_is_created_as_declared(engine: str, tmp_path: Path) -> None:
    directory = tmp_path / "agencia"
    shutil.copytree(EXAMPLE, directory, ignore=shutil.ignore_patterns("__pycache__", ".sandbox"))
    tokens = [f"  agencia:{client}Token: {client}-token" for client in CLIENTS]
    (directory / "Pulumi.dev.yaml").write_text("\n".join(["config:", *tokens, ""]))
    accounts = [Account(f"{client}-token", client, client.upper()) for client in CLIENTS]
    with Emulator(accounts=accounts) as emulator:
        api = Api(emulator.url)
        project = Project(engine, directory, emulated(emulator.url))
        assert project.up().changes == {"created": CREATED}
        assert Counter(agent["organization"] for agent in api.agents()) == {name.upper(): 4 for name in CLIENTS}
        assert Counter(agent["whatsapp"] for agent in api.agents())["connecting"] == 4
        assert project.run("preview", "--expect-no-changes").ok
        assert project.run("destroy").ok


class Agency:
    """The example on an engine, with an emulator of its clients' organizations, and no setting in the environment."""

    def __init__(self, engine: str, directory: Path, url: str) -> None:
        shutil.copytree(EXAMPLE, directory, ignore=shutil.ignore_patterns("__pycache__", ".sandbox"))
        tokens = [f"  agencia:{client}Token: {client}-token" for client in CLIENTS]
        (directory / "Pulumi.dev.yaml").write_text("\n".join(["config:", f"  assistai:baseUrl: {url}", *tokens, ""]))
        environment = {name: value for name, value in emulated(url).items() if not name.startswith("ASSISTAI_")}
        self.project = Project(engine, directory, environment)
        self.api = Api(url)
        self.environment = environment | {
            "PULUMI_BACKEND_URL": (directory / ".pulumi-backend").as_uri(),
            "PULUMI_HOME": str(directory / ".pulumi-home"),
        }

    def assistai(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run `assistai` in its folder."""
        command = [str(Path(sys.executable).with_name("assistai")), *arguments]
        directory = self.project.directory
        return subprocess.run(
            command, cwd=directory, env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )


@pytest.fixture
def agency(engine: str, tmp_path: Path) -> Iterator[Agency]:
    accounts = [Account(f"{client}-token", client, client.upper()) for client in CLIENTS]
    with Emulator(accounts=accounts, qr_lifetime=0) as emulator:
        yield Agency(engine, tmp_path / "agencia", emulator.url)


def test_the_commands_serve_all_clients_of_the_agency(agency: Agency) -> None:
    agency.project.up()
    clean = agency.assistai("status")
    assert clean.returncode == 0, clean.stdout + clean.stderr
    first, second = (
        next(agent for agent in agency.api.agents() if agent["organization"] == name) for name in ("CLINICA", "TALLER")
    )
    for agent in (first, second):
        agency.api.edit(agent["code"], description="Editada en el panel")
    found = agency.assistai("status", "--json")
    assert found.returncode == 3, found.stderr
    document = json.loads(found.stdout)
    assert [known["organization_code"] for known in document["organizations"] if known["drift"]] == [
        "CLINICA",
        "TALLER",
    ]
    assert document["not_looked_at"] == []
    assert len(document["organizations"]) == 3
    alone = json.loads(agency.assistai("status", "--json", "--provider", "panaderia").stdout)
    assert (alone["drift"], alone["organization_code"]) == (False, "PANADERIA")
    accepted = [
        line for line in agency.assistai("doctor").stdout.splitlines() if "token" in line and "accepted" in line
    ]
    assert len(accepted) == 3
    waiting = next(agent for agent in agency.api.agents() if agent["whatsapp"] == "connecting")
    agency.api.link(waiting["code"])
    linked = agency.assistai("link", waiting["name"], "--organization", waiting["organization"])
    assert linked.returncode == 0, linked.stdout + linked.stderr
    assert f"organization {waiting['organization']} of tenant {waiting['tenant']}" in linked.stdout.splitlines()[0]
    assert agency.assistai("conversations").returncode == 0
    assert "-token" not in "".join(text for run in (clean, found, linked) for text in (run.stdout, run.stderr))


def test_a_refused_token_of_one_client_is_a_problem_and_hides_nobody_else(agency: Agency) -> None:
    agency.project.up()
    file = next(agency.project.directory.glob("Pulumi.dev.yaml"))
    file.write_text(file.read_text().replace("panaderia-token", "revoked"))
    agency.project.run("up")
    doctor = agency.assistai("doctor")
    assert doctor.returncode == 1
    assert "panaderia: token" in doctor.stdout
    status = agency.assistai("status")
    assert status.returncode == 4, status.stdout + status.stderr
    assert "Not looked at: organization PANADERIA of tenant panaderia (provider panaderia): GET" in status.stdout
    assert "Nothing differs in what was looked at." in status.stdout


def test_the_sandbox_runs_the_agency_as_it_is(tmp_path: Path) -> None:
    directory = tmp_path / "agencia"
    shutil.copytree(EXAMPLE, directory, ignore=shutil.ignore_patterns("__pycache__", ".sandbox"))
    environment = {name: value for name, value in emulated("").items() if not name.startswith("ASSISTAI_")}

    def assistai(*arguments: str) -> str:
        command = [str(Path(sys.executable).with_name("assistai")), *arguments]
        done = subprocess.run(
            command, cwd=directory, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert f"+ {CREATED} to create" in assistai("sandbox", "preview")
    assistai("sandbox", "up", "--yes")
    assistai("sandbox", "preview", "--expect-no-changes")
    document = json.loads(assistai("status", "--json", "--sandbox"))
    assert [known["provider"] for known in document["organizations"]] == ["", *CLIENTS]
    assert sum(len(known["agents"]) for known in document["organizations"]) == 12
