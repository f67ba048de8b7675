"""The policy pack on the Pulumi CLI."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.conftest import Api, Project, needs_pulumi

EXAMPLES = Path(__file__).parents[2] / "examples"
PRODUCTION = '{"unprotected": {"stacks": ["dev"]}}'

pytestmark = [needs_pulumi, pytest.mark.parametrize("engine", ["pulumi"])]


@pytest.fixture
def pack(project: Project) -> Path:
    """Return the pack where its README has it, with this process's environment for its own."""
    pack = project.directory / "examples" / "policies"
    shutil.copytree(EXAMPLES / "policies", pack, ignore=shutil.ignore_patterns(".venv", "__pycache__"))
    (pack / ".venv").symlink_to(sys.prefix, target_is_directory=True)
    return pack


def flags(project: Project, config: str) -> list[str]:
    (project.directory / "policies.json").write_text(config, encoding="utf-8")
    return ["--policy-pack", "examples/policies", "--policy-pack-config", "policies.json"]


def said(text: str) -> list[str]:
    """Return each violation as its level, policy and resource."""
    return sorted(" ".join(found) for found in re.findall(r"\[(\w+)\] +([\w-]+) +\(\S+ (\w+)\)", text))


@pytest.mark.usefixtures("pack")
def test_a_preview_fails_with_every_violation_and_repeats_no_personal_data(project: Project, api: Api) -> None:
    project.write("""
        ventas = assistai.Agent("ventas", name="Ventas", instructions="Hola\\nEscribe a ana@example.com, por definir.")
        assistai.Agent("bueno", name="Bueno", instructions=pulumi.Output.secret("Hola"), on_delete="archive")
        assistai.Agent("largo", name="Largo", instructions="a" * 8001, opts=pulumi.ResourceOptions(protect=True))
        assistai.WhatsAppIntegration("linea", agent_code=ventas.code)
    """)
    text = project.fails("preview", *flags(project, PRODUCTION))
    assert said(text) == [
        "advisory too-long largo",
        "mandatory forbidden-words ventas",
        "mandatory missing-number linea",
        "mandatory personal-data ventas",
        "mandatory unprotected ventas",
    ]
    assert "There is an e-mail address in line 2 of instructions: take it out" in text
    assert "ana@example.com" not in text
    assert api.agents() == []


@pytest.mark.usefixtures("pack")
def test_up_sends_nothing_that_a_preview_could_not_see(project: Project, api: Api) -> None:
    project.write("""
        ventas = assistai.Agent("ventas", name="Ventas")
        assistai.Agent("otro", name="Otro", description=ventas.code.apply(lambda code: f"{code} lorem ipsum"))
    """)
    assert "can't be known during preview" in project.run("preview", *flags(project, "{}")).text
    assert "mandatory forbidden-words otro" in said(project.fails("up", *flags(project, "{}")))
    assert [agent["name"] for agent in api.agents()] == ["Ventas"]


@pytest.mark.usefixtures("pack")
def test_an_agent_that_is_only_read_needs_no_protection(project: Project, api: Api) -> None:
    project.write(f'assistai.Agent.get("leido", "{api.create("Ventas")}")')
    assert project.run("preview", *flags(project, PRODUCTION)).ok


def test_the_settings_of_the_readme_are_accepted(project: Project, pack: Path) -> None:
    [settings] = re.findall(r"^```json\n(.*?)^```$", (pack / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    assert set(json.loads(settings)) < {"unprotected", "personal-data", "forbidden-words", "too-long", "missing-number"}
    project.write("""
        assistai.Agent("a", name="A", instructions="Escribe a ventas@muebles.example o al 601 234 5678.")
        assistai.Agent("b", name="B", instructions="Gratis." + "a" * 9000)
    """)
    assert said(project.fails("preview", *flags(project, settings))) == ["mandatory forbidden-words b"]


def test_the_commands_of_the_readme_name_what_is_there(pack: Path) -> None:
    commands = re.findall(r"^```sh\n(.*?)^```$", (pack / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    paths = set(re.findall(r"examples/policies\S*", "".join(commands)))
    assert paths == {
        "examples/policies",
        "examples/policies/.venv",
        "examples/policies/.venv/bin/pip",
        "examples/policies/requirements.txt",
    }
    assert all((pack.parents[1] / path).exists() for path in paths)
