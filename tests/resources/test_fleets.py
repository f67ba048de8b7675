"""AgentFleet on both engines."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Api, Project

PROGRAM = """
    fleet = assistai.AgentFleet("fleet", source="agents", variables={"empresa": "Acme", "cierre": 18})
    pulumi.export("code", fleet.agents["ventas"].code)
    pulumi.export("keys", sorted(fleet.agents))
"""
VENTAS = "---\nname: Ventas {{ empresa }}\ntone: amigable\nwhatsapp: true\n---\nHola.\n\n{% include '_horario.md' %}\n"
SOPORTE = "---\nname: Soporte\non_delete: archive\n---\nAyuda.\n"
HORARIO = "Atendemos hasta las {{ cierre }}.\n"


@pytest.fixture
def agents(project: Project) -> Path:
    directory = project.directory / "agents"
    directory.mkdir()
    for name, content in {"ventas": VENTAS, "soporte": SOPORTE, "_horario": HORARIO}.items():
        (directory / f"{name}.md").write_text(content, encoding="utf-8")
    project.write(PROGRAM)
    return directory


def test_every_file_is_an_agent_with_its_templates_filled_in(project: Project, api: Api, agents: Path) -> None:
    assert agents.is_dir()
    project.up()
    ventas = api.agent("Ventas Acme")
    assert (ventas["tone"], ventas["instructions"]) == ("amigable", "Hola.\n\nAtendemos hasta las 18.")
    assert api.agent("Soporte")["instructions"] == "Ayuda."
    state = project.state()
    assert {"fleet", "fleet-ventas", "fleet-ventas-whatsapp", "fleet-soporte"} <= set(state)
    assert state["fleet"]["type"] == "assistai:index:AgentFleet"
    assert state["fleet-ventas"]["parent"] == state["fleet"]["urn"]
    assert project.outputs("trial-dev") == {"code": ventas["code"], "keys": ["soporte", "ventas"]}
    assert project.run("preview", "--expect-no-changes").ok
    assert project.run("refresh", "--expect-no-changes").ok


def test_an_edited_fragment_updates_those_that_include_it(project: Project, api: Api, agents: Path) -> None:
    project.up()
    (agents / "_horario.md").write_text("Atendemos hasta las {{ cierre + 1 }}.\n", encoding="utf-8")
    assert project.up().changes == {"updated": 1}
    assert api.agent("Ventas Acme")["instructions"].endswith("19.")


def test_a_file_that_is_renamed_keeps_its_agent_by_its_key(project: Project, api: Api, agents: Path) -> None:
    project.up()
    (agents / "soporte.md").rename(agents / "ayuda.md")
    text = project.fails("preview")
    assert f"exists already: {api.agent('Soporte')['code']}" in text
    assert "in a fleet's file `key: OLD_KEY`" in text
    (agents / "ayuda.md").write_text(SOPORTE.replace("name:", "key: soporte\nname:"), encoding="utf-8")
    assert project.run("preview", "--expect-no-changes").ok


def test_a_removed_file_is_a_removed_agent(project: Project, api: Api, agents: Path) -> None:
    project.up()
    (agents / "soporte.md").unlink()
    assert project.up().changes == {"deleted": 1}
    assert api.agent("[archived] Soporte")


def test_all_problems_are_said_at_once_and_nothing_is_done(project: Project, api: Api, agents: Path) -> None:
    (agents / "ventas.md").write_text("---\nname: Ventas\ntono: amigable\n---\n", encoding="utf-8")
    (agents / "soporte.md").write_text("Ayuda.\n", encoding="utf-8")
    text = project.fails("preview")
    assert "the fleet's files have 2 problems [AAI-102]:" in text
    assert "agents/soporte.md:1:1: the file must begin with front matter" in text
    assert "agents/ventas.md:3:1: unknown key tono; did you mean tone?" in text
    assert "Traceback" not in text
    assert api.requests() == []


def test_a_wrong_file_hides_no_template_of_another(project: Project, agents: Path) -> None:
    (agents / "ventas.md").write_text("---\nname: Ventas\n---\n{{ empres }}\n", encoding="utf-8")
    (agents / "soporte.md").write_text("Ayuda.\n", encoding="utf-8")
    text = project.fails("preview")
    assert "agents/soporte.md:1:1: the file must begin" in text
    assert "agents/ventas.md:4: 'empres' is undefined" in text


def test_a_missing_variable_is_named_with_file_and_line(project: Project, agents: Path) -> None:
    (agents / "ventas.md").write_text("---\nname: Ventas\n---\nHola.\nSomos {{ empres }}.\n", encoding="utf-8")
    assert "agents/ventas.md:5: 'empres' is undefined; did you mean empresa?" in project.fails("preview")


def test_a_secret_variable_makes_secret_what_uses_it_and_nothing_else(project: Project, api: Api, agents: Path) -> None:
    (agents / "ventas.md").write_text("---\nname: Ventas\n---\nLa clave es {{ clave }}.\n", encoding="utf-8")
    project.up("""
        variables = {"clave": pulumi.Output.secret("canary-word"), "empresa": "Acme"}
        assistai.AgentFleet("fleet", source="agents", variables=variables)
    """)
    assert api.agent("Ventas")["instructions"] == "La clave es canary-word."
    assert "canary-word" not in str(project.state())
    assert project.outputs("fleet-ventas")["name"] == "Ventas"
    assert project.run("preview", "--expect-no-changes").ok


@pytest.mark.parametrize("option", ["provider=acme", 'providers={"pulumi-python": acme}', "providers=[acme]"])
def test_fleets_of_two_organizations_with_the_same_keys(project: Project, api: Api, agents: Path, option: str) -> None:
    (agents / "ventas.md").unlink()
    project.up(f"""
        acme = assistai.Provider("acme", api_token="acme-token", tenant_domain="acme", organization_code="ACME")
        assistai.AgentFleet("one", source="agents")
        assistai.AgentFleet("two", source="agents", opts=pulumi.ResourceOptions({option}))
    """)
    assert sorted(agent["organization"] for agent in api.agents()) == ["ACME", "SANDBOX"]


def test_fragments_can_lie_elsewhere(project: Project, api: Api, agents: Path) -> None:
    shared = project.directory / "shared"
    shared.mkdir()
    (agents / "_horario.md").rename(shared / "_horario.md")
    project.up(PROGRAM.replace('source="agents"', 'source="agents", fragments="shared"'))
    assert api.agent("Ventas Acme")["instructions"] == "Hola.\n\nAtendemos hasta las 18."
