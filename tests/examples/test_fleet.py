"""The example does what it says, from its own folder and from the project's root."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pulumi_assistai.emulator import Emulator
from tests.conftest import Api, Project

ROOT = Path(__file__).parents[2]


@pytest.fixture(params=[("own folder", "nest"), ("root", "other")], ids=" ".join)
def place(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Return where the example is run from, and how the API says what its document leaves open."""
    found: tuple[str, str] = request.param
    return found


@pytest.fixture
def emulator(place: tuple[str, str]) -> Iterator[Emulator]:
    with Emulator(dialect=place[1]) as running:
        yield running


@pytest.fixture
def fleet(place: tuple[str, str], engine: str, tmp_path: Path, environment: dict[str, str]) -> Project:
    shutil.copytree(ROOT / "examples" / "fleet", tmp_path / "examples" / "fleet", ignore=shutil.ignore_patterns(".*"))
    if place[0] == "own folder":
        return Project(engine, tmp_path / "examples" / "fleet", environment)
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    return Project(engine, tmp_path, environment)


def test_the_whole_life_of_the_fleet(fleet: Project, api: Api) -> None:
    assert fleet.run("preview").changes == {"created": 6}
    assert fleet.up().changes == {"created": 6}
    for verb in ("preview", "refresh"):
        outcome = fleet.run(verb, "--expect-no-changes")
        assert outcome.ok, outcome.text
    organizations = {agent["name"]: agent["organization"] for agent in api.agents()}
    assert organizations == {"Ventas": "SANDBOX", "Soporte": "SANDBOX", "Recepción": "ACME"}

    [prompt] = fleet.directory.rglob("ventas.md")
    prompt.write_text(prompt.read_text(encoding="utf-8").replace("15 días", "10 días"), encoding="utf-8")
    assert fleet.run("preview").changes == {"updated": 1}
    assert fleet.up().changes == {"updated": 1}
    assert "10 días" in api.agent("Ventas")["instructions"]

    code = api.agent("Ventas")["code"]
    outcome = fleet.run("destroy")
    assert outcome.ok, outcome.text
    assert outcome.changes == {"deleted": 6}
    assert f"DELETE /api/v1/agents/{code}/integrations/whatsappweb" in api.requests("DELETE")
    assert f"agent {code} is no longer managed" in outcome.text
    assert sorted(agent["name"] for agent in api.agents()) == ["Recepción", "Ventas", "[archived] Soporte"]
