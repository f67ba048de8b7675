"""The agency's example on both engines."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from pulumi_assistai.emulator import Account, Emulator
from pulumi_assistai.testing import Api
from tests.cli.conftest import Assistai
from tests.conftest import Project, emulated, unset_settings
from tests.engines import PASSPHRASE

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


@pytest.fixture
def agency(engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Agency]:
    directory = tmp_path / "agencia"
    unset_settings(monkeypatch)
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", PASSPHRASE)
    monkeypatch.setenv("PULUMI_BACKEND_URL", (directory / ".pulumi-backend").as_uri())
    monkeypatch.setenv("PULUMI_HOME", str(directory / ".pulumi-home"))
    accounts = [Account(f"{client}-token", client, client.upper()) for client in CLIENTS]
    with Emulator(accounts=accounts, qr_lifetime=0) as emulator:
        found = Agency(engine, directory, emulator.url)
        monkeypatch.chdir(directory)
        yield found


def test_the_commands_serve_all_clients_of_the_agency(agency: Agency, assistai: Assistai) -> None:
    agency.project.up()
    clean = assistai("status")
    assert clean.status == 0, clean
    first, second = (
        next(agent for agent in agency.api.agents() if agent["organization"] == name) for name in ("CLINICA", "TALLER")
    )
    for agent in (first, second):
        agency.api.edit(agent["code"], description="Editada en el panel")
    found = assistai("status", "--json")
    assert found.status == 3, found.err
    document = json.loads(found.out)
    assert [known["organization_code"] for known in document["organizations"] if known["drift"]] == [
        "CLINICA",
        "TALLER",
    ]
    assert document["not_looked_at"] == []
    assert len(document["organizations"]) == 3
    alone = json.loads(assistai("status", "--json", "--provider", "panaderia").out)
    assert (alone["drift"], alone["organization_code"]) == (False, "PANADERIA")
    assert len([line for line in assistai("doctor").lines if "token" in line and "accepted" in line]) == 3
    waiting = next(agent for agent in agency.api.agents() if agent["whatsapp"] == "connecting")
    agency.api.link(waiting["code"])
    linked = assistai("link", waiting["name"], "--organization", waiting["organization"])
    assert linked.status == 0, linked
    assert f"organization {waiting['organization']} of tenant {waiting['tenant']}" in linked.out.splitlines()[0]
    assert assistai("conversations").status == 0
    assert "-token" not in "".join(text for run in (clean, found, linked) for text in (run.out, run.err))


def test_a_refused_token_of_one_client_is_a_problem_and_hides_nobody_else(agency: Agency, assistai: Assistai) -> None:
    agency.project.up()
    file = next(agency.project.directory.glob("Pulumi.dev.yaml"))
    file.write_text(file.read_text().replace("panaderia-token", "revoked"))
    agency.project.run("up")
    doctor = assistai("doctor")
    assert doctor.status == 1
    assert "panaderia: token" in doctor.out
    status = assistai("status")
    assert status.status == 4, status
    assert "Not looked at: organization PANADERIA of tenant panaderia (provider panaderia): GET" in status.out
    assert "Nothing differs in what was looked at." in status.out


def test_the_sandbox_runs_the_agency_as_it_is(
    tmp_path: Path, assistai: Assistai, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = tmp_path / "agencia"
    shutil.copytree(EXAMPLE, directory, ignore=shutil.ignore_patterns("__pycache__", ".sandbox"))
    unset_settings(monkeypatch)
    monkeypatch.chdir(directory)

    def succeed(*arguments: str) -> str:
        run = assistai(*arguments)
        assert run.status == 0, run
        return run.out

    assert f"+ {CREATED} to create" in succeed("sandbox", "preview")
    succeed("sandbox", "up", "--yes")
    succeed("sandbox", "preview", "--expect-no-changes")
    document = json.loads(succeed("status", "--json", "--sandbox"))
    assert [known["provider"] for known in document["organizations"]] == ["", *CLIENTS]
    assert sum(len(known["agents"]) for known in document["organizations"]) == 12
