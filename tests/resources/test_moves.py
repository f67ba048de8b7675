"""Files that move from one fleet to another, and fleets that lose their last file. On both engines."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tests.conftest import Api, Project

PROGRAM = """
    assistai.AgentFleet("norte", source="norte", variables={"zona": "Norte"})
    assistai.AgentFleet("sur", source="sur", variables={"zona": "Sur"})
"""
CITAS = "---\nname: Citas\non_delete: archive\nwhatsapp: true\n---\nDa turnos.\n"
OTHERS = {"norte/ventas.md": "---\nname: Ventas\n---\nVende.\n", "sur/soporte.md": "---\nname: Soporte\n---\nAyuda.\n"}
WRITES = ("POST", "PATCH", "PUT", "DELETE")


@pytest.fixture
def fleets(project: Project) -> Path:
    """Two fleets, one of which has a linked agent that the other one is to get."""
    for name, content in {**OTHERS, "norte/citas.md": CITAS}.items():
        (project.directory / name).parent.mkdir(exist_ok=True)
        (project.directory / name).write_text(content, encoding="utf-8")
    project.write(PROGRAM)
    return project.directory


def move(fleets: Path, text: str = CITAS, former: str = "norte") -> None:
    (fleets / "norte" / "citas.md").unlink(missing_ok=True)
    (fleets / "sur" / "citas.md").write_text(text.replace("---\n", f"---\nmoved_from: {former}\n", 1), encoding="utf-8")


def test_a_moved_file_keeps_agent_and_phone_and_the_preview_says_so(project: Project, api: Api, fleets: Path) -> None:
    project.up()
    code = api.agent("Citas")["code"]
    api.link(code)
    assert project.run("refresh").ok
    before, calls = api.agents(), len(api.requests())
    move(fleets)
    preview = project.run("preview", "--expect-no-changes")
    assert preview.ok, preview.text
    assert (
        "sur-citas keeps the agent of norte-citas if the stack has it: the move creates no agent. "
        "Remove moved_from from sur/citas.md once every stack is up to date" in " ".join(preview.text.split())
    )
    assert project.up().changes == {}
    assert api.requests(*WRITES) == ["POST /api/v1/agents"] * 3
    assert len(api.requests()) == calls
    assert api.agents() == before
    assert {"sur-citas", "sur-citas-whatsapp"} <= set(project.state())
    assert not {"norte-citas", "norte-citas-whatsapp"} & set(project.state())
    assert project.outputs("sur-citas")["code"] == code
    (fleets / "sur" / "citas.md").write_text(CITAS, encoding="utf-8")
    later = project.run("preview", "--expect-no-changes")
    assert later.ok
    assert "keeps the agent of" not in later.text


def test_what_the_new_fleet_changes_in_its_texts_is_one_patch(project: Project, api: Api, fleets: Path) -> None:
    (fleets / "norte" / "citas.md").write_text(CITAS + "Zona {{ zona }}.\n", encoding="utf-8")
    project.up()
    move(fleets, CITAS + "Zona {{ zona }}.\n")
    api.forget_requests()
    assert project.up().changes == {"updated": 1}
    assert api.requests(*WRITES) == [f"PATCH /api/v1/agents/{api.agent('Citas')['code']}"]
    assert api.bodies("PATCH") == [{"instructions": "Da turnos.\nZona Sur."}]


def test_without_the_line_the_preview_stops_and_names_it(project: Project, fleets: Path) -> None:
    project.up()
    (fleets / "norte" / "citas.md").rename(fleets / "sur" / "citas.md")
    assert "or `moved_from: OLD_FLEET`" in project.fails("preview")


def test_the_line_means_nothing_to_a_stack_that_never_had_the_agent(project: Project, api: Api, fleets: Path) -> None:
    move(fleets)
    assert project.run("preview").ok
    project.up()
    assert api.agent("Citas")
    assert project.run("preview", "--expect-no-changes").ok


PROVIDER = 'acme = assistai.Provider("acme", tenant_domain="{0}", organization_code="{1}", api_token="{0}-token")\n'
OTHER_PROVIDER = PROGRAM.replace('"Sur"}', '"Sur"}, opts=pulumi.ResourceOptions(provider=acme)')


def test_an_agent_does_not_move_to_another_organization(project: Project, api: Api, fleets: Path) -> None:
    program = PROVIDER.format("acme", "ACME") + textwrap.dedent(OTHER_PROVIDER)
    project.up(program)
    move(fleets)
    api.forget_requests()
    for verb in ("preview", "up"):
        text = " ".join(project.fails(verb).split())
        assert "an agent cannot move to another organization" in text
    assert api.requests(*WRITES) == []


def test_an_agent_moves_to_another_provider_of_its_organization(project: Project, api: Api, fleets: Path) -> None:
    program = PROVIDER.format("sandbox", "SANDBOX") + textwrap.dedent(OTHER_PROVIDER)
    project.up(program)
    move(fleets)
    api.forget_requests()
    project.up()
    assert api.requests(*WRITES) == []
    assert project.outputs("sur-citas")["code"] == api.agent("Citas")["code"]


def test_a_copied_file_is_refused(project: Project, api: Api, fleets: Path) -> None:
    project.up()
    move(fleets)
    (fleets / "norte" / "citas.md").write_text(CITAS, encoding="utf-8")
    api.forget_requests()
    assert "norte-citas" in project.fails("preview")
    project.fails("up")
    assert api.requests(*WRITES) == []


def test_a_fleet_that_is_gone_from_the_program_can_have_been_the_former_one(
    project: Project, api: Api, fleets: Path
) -> None:
    (fleets / "norte" / "ventas.md").unlink()
    project.up()
    move(fleets)
    assert project.up('assistai.AgentFleet("sur", source="sur")').changes == {"deleted": 1}
    assert api.requests(*WRITES) == ["POST /api/v1/agents"] * 2


def test_an_empty_folder_is_a_mistake_until_it_is_said_to_be_kept(project: Project, api: Api, fleets: Path) -> None:
    project.up()
    api.forget_requests()
    for file in (fleets / "norte").iterdir():
        file.unlink()
    text = " ".join(project.fails("preview").split())
    assert "norte: no agent's file, such as ventas.md; to declare an empty fleet, add a file norte/.gitkeep" in text
    (fleets / "norte" / ".gitkeep").touch()
    assert "norte has no agent's file, so the fleet norte declares no agents" in project.run("preview").text
    assert api.requests(*WRITES) == []
    assert project.up().changes == {"deleted": 3}
    assert api.agent("Ventas")
    assert api.agent("[archived] Citas")["whatsapp"] == "disconnected"
    assert "norte" in project.state()
    assert project.run("preview", "--expect-no-changes").ok
