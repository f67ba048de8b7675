"""The pages on pipelines: their commands run as written, and both languages have the same ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from pulumi_assistai.emulator import Account, Emulator
from tests.ci.conftest import CLIENTS, Repository
from tests.conftest import needs_pulumi
from tests.test_docs_of_state import commands

PAGE, SPANISH = "docs/ci.md", "docs/despliegue-continuo.md"
TRY, STAGING = commands(PAGE)[1], commands(PAGE)[4]


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    accounts = [Account(f"{client}-token", client, client.upper()) for client in CLIENTS]
    accounts += [Account(f"{client}-staging", client, f"{client.upper()}-PRUEBAS") for client in CLIENTS]
    with Emulator(accounts=accounts, qr_lifetime=0) as running:
        yield running


def test_both_languages_have_the_same_commands() -> None:
    assert commands(SPANISH) == commands(PAGE)


@needs_pulumi
def test_the_jobs_run_on_a_persons_machine_and_for_staging(stacked: Repository) -> None:
    (stacked.directory / "test_agents.py").write_text("def test_nothing() -> None:\n    pass\n")
    said = stacked.sh(TRY, **stacked.backend)
    assert "11 created" in said
    tokens = {f"{client.upper()}_STAGING_TOKEN": f"{client}-staging" for client in CLIENTS}
    stacked.sh(STAGING, **stacked.backend, **tokens)
    stacked.sh("sh ci/preview.sh\nsh ci/deploy.sh", PULUMI_STACK="staging", **stacked.backend)
    assert Counter(agent["organization"] for agent in stacked.api.agents()) == {
        "PANADERIA": 2,
        "CLINICA": 2,
        "PANADERIA-PRUEBAS": 2,
        "CLINICA-PRUEBAS": 2,
    }
