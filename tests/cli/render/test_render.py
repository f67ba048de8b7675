"""`assistai render`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Assistai
from tests.fleet.checks.trees import agent, write

PROGRAM = (
    "import pulumi_assistai as assistai\n"
    'assistai.AgentFleet("f", source="agents", fragments="shared", variables={"empresa": "Acme", "cierre": read()})\n'
)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    more = "description: |\n  Vende.\n  Y cobra.\ntone: amigable\nwhatsapp: true\n"
    write(
        tmp_path,
        {
            "Pulumi.yaml": "name: trial\nruntime: python\n",
            "__main__.py": PROGRAM,
            "agents/ventas.md": agent('{% include "pie.md" %}', name="Ventas {{ empresa }}", more=more),
            "agents/soporte.md": agent('{% include "_horario.md" %}', name="Soporte"),
            "agents/otro.md": agent(name="Otro"),
            "agents/_horario.md": "Hasta las {{ cierre }}.",
            "shared/pie.md": '\tGracias, {{ empresa }}.\n{% include "_horario.md" %}',
        },
    )
    return tmp_path


@pytest.mark.usefixtures("here")
def test_what_an_agent_is_told_is_printed(assistai: Assistai) -> None:
    run = assistai("render", "agents/ventas.md", "--var", "cierre=18:00")
    assert (run.status, run.err) == (0, "")
    assert run.out == (
        "---\nname: Ventas Acme\ndescription: |\n  Vende.\n  Y cobra.\ntone: amigable\n---\n\n"
        "\tGracias, Acme.\nHasta las 18:00.\n"
    )


@pytest.mark.usefixtures("here")
def test_what_the_program_alone_knows_is_left_and_named(assistai: Assistai) -> None:
    run = assistai("render", "agents/soporte.md")
    assert "Hasta las {{ cierre }}.\n" in run.out
    assert run.err == "note: only the running program knows cierre; set a value with --var cierre=VALUE\n"
    assert assistai("render", "agents/otro.md").err == ""


@pytest.mark.usefixtures("here")
def test_the_agents_that_include_a_fragment_are_listed(assistai: Assistai) -> None:
    run = assistai("render", "--uses", "agents/_horario.md")
    assert (run.status, run.lines) == (0, ["agents/soporte.md", "agents/ventas.md through shared/pie.md"])
    assert assistai("render", "--uses", "shared/pie.md").out == "agents/ventas.md\n"


def test_a_fragment_that_nobody_includes(here: Path, assistai: Assistai) -> None:
    write(here, {"notas.md": "Hola."})
    run = assistai("render", "--uses", "notas.md")
    assert (run.status, run.out, run.err) == (0, "", "note: no agent includes notas.md\n")


def test_terminal_escapes_of_a_prompt_are_spelled_out(here: Path, assistai: Assistai) -> None:
    write(here, {"agents/otro.md": agent("Hola \x1b[31m.", name="Otro")})
    assert "Hola \\x1b[31m." in assistai("render", "agents/otro.md").out


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "give either an agent's FILE, or a fragment with --uses"),
        (["agents/otro.md", "--uses", "agents/otro.md"], "give either an agent's FILE, or a fragment with --uses"),
        (["--uses", "no.md"], "--uses no.md: no such file"),
        (
            ["agents/_horario.md"],
            "agents/_horario.md is not an agent's file; it must begin with the lines ---, name: NAME, ---",
        ),
        (["no.md"], "no.md: no such file or folder"),
    ],
)
def test_what_cannot_be_used_is_said(assistai: Assistai, arguments: list[str], said: str) -> None:
    run = assistai("render", *arguments)
    assert (run.status, run.err) == (1, f"error: {said}\n")


def test_a_file_with_mistakes_is_not_printed(here: Path, assistai: Assistai) -> None:
    write(here, {"agents/otro.md": agent("{{ empres }}", name="Otro")})
    said = "agents/otro.md:5: 'empres' is undefined; did you mean empresa?"
    assert assistai("render", "agents/otro.md").err == f"error: {said} [AAI-102]\n"
    write(here, {"agents/otro.md": "---\nnane: x\n---\n"})
    assert "agents/otro.md:2:1: unknown key nane; did you mean name?" in assistai("render", "agents/otro.md").err
