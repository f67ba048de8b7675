"""The agency's example on both engines."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

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
