"""Replacements of agents, which AssistAI cannot make."""

from __future__ import annotations

import pytest

from tests.conftest import Api, Project, needs_pulumi
from tests.engines import PulumiCli

AGENT = 'agent = assistai.Agent("ventas", name="Ventas")'
REPLACEMENT = "agents cannot be replaced: run `pulumi up` without --replace"

only_pulumi = pytest.mark.parametrize("engine", [pytest.param("pulumi", marks=needs_pulumi)])


def urn(project: Project) -> str:
    found: str = project.state()["ventas"]["urn"]
    return found


def edit_state(project: Project, verb: str) -> None:
    assert isinstance(project.stack, PulumiCli)
    project.stack.edit_state(verb, urn(project))


@only_pulumi
def test_a_replacement_is_told_what_it_is(project: Project, api: Api) -> None:
    project.up(AGENT)
    for verb in ("preview", "up"):
        assert REPLACEMENT in project.fails(verb, "--replace", urn(project))
    assert len(api.agents()) == 1
    assert project.run("preview", "--expect-no-changes").ok


@only_pulumi
def test_a_tainted_agent_is_told_how_to_go_on(project: Project) -> None:
    project.up(AGENT)
    edit_state(project, "taint")
    text = project.fails("up")
    assert REPLACEMENT in text
    assert "`pulumi state untaint URN`" in text
    edit_state(project, "untaint")
    assert project.run("up", "--expect-no-changes").ok


def test_a_second_resource_of_a_managed_name_is_told_so(project: Project) -> None:
    project.up(AGENT)
    project.write(f"{AGENT}\nassistai.Agent('otro', name=agent.code.apply(lambda _: 'Ventas'))")
    text = project.fails("preview")
    assert 'two agents named "Ventas" are declared' in text
    assert "adopt=" not in text
