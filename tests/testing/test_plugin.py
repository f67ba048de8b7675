"""A test of a Pulumi program as a user writes it, with the plugin's fixtures."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pulumi
import pytest

import pulumi_assistai as assistai
from pulumi_assistai import testing
from pulumi_assistai.emulator import Account, Emulator
from pulumi_assistai.testing import UNKNOWN, Op, ProgramStack, Secret, Severity, plugin
from tests.waiting import DEADLINE

Stacks = Callable[..., ProgramStack]


def ventas() -> None:
    tone = pulumi.Config().get("tone") or "neutral"
    agent = assistai.Agent("ventas", name="Ventas", description="Vende", tone=tone)
    assistai.WhatsAppIntegration("whatsapp", agent_code=agent.code)
    pulumi.export("code", agent.code)
    pulumi.export("prompt", pulumi.Output.secret("Hola"))


def test_a_function_goes_through_its_whole_life(assistai_stack: Stacks) -> None:
    stack = assistai_stack(ventas)
    preview = stack.preview()
    assert preview.counts == {"create": 3}
    assert preview.outputs["code"] is UNKNOWN
    assert stack.api.requests("POST", "PATCH", "DELETE") == []

    created = stack.up()
    code = stack.api.agent("Ventas")["code"]
    assert created.succeeded
    assert created.outputs == {"code": code, "prompt": Secret("Hola")}
    assert stack.outputs() == {"code": code, "prompt": "Hola"}
    assert not stack.preview().has_changes

    stack.api.edit(code, description="De otro")
    [drift] = [change for change in stack.refresh().changes if change.op is Op.UPDATE]
    assert drift.old is not None
    assert drift.new is not None
    assert (drift.old["description"], drift.new["description"]) == ("Vende", "De otro")
    [repair] = [change for change in stack.up().changes if change.op is Op.UPDATE]
    assert repair.new is not None
    assert repair.new["description"] == "Vende"

    destroyed = stack.destroy()
    assert [
        message
        for message in destroyed.diagnostics
        if code in message.message and "no longer managed" in message.message
    ]
    assert stack.api.requests("DELETE") == [f"DELETE /api/v1/agents/{code}/integrations/whatsappweb"]


def test_configuration_and_environment_reach_the_program(assistai_stack: Stacks) -> None:
    stack = assistai_stack(ventas, config={"tone": "amigable"})
    assert stack.up().succeeded
    assert stack.api.agent("Ventas")["tone"] == "amigable"
    unwelcome = assistai_stack(ventas, environment={"ASSISTAI_API_TOKEN": "wrong"}).preview()
    assert not unwelcome.succeeded
    assert "401" in unwelcome.diagnostics[0].message


def test_a_secret_in_the_configuration_stays_one(assistai_stack: Stacks) -> None:
    def program() -> None:
        assistai.Agent("ventas", name="Ventas", instructions=pulumi.Config().require_secret("prompt"))

    stack = assistai_stack(program, config={"prompt": Secret("canary-prompt")})
    assert stack.up().succeeded
    assert stack.api.agent("Ventas")["instructions"] == "canary-prompt"
    assert "canary-prompt" not in str(stack.state())


def test_a_fault_fails_an_update_and_the_result_says_why(assistai_stack: Stacks) -> None:
    stack = assistai_stack(ventas)
    stack.api.faults.add("status-before", method="POST", status=400, body='{"message": "name is too long"}')
    failed = stack.up()
    assert not failed.succeeded
    [error] = [message for message in failed.diagnostics if message.severity is Severity.ERROR]
    assert "POST /api/v1/agents answered 400: name is too long" in error.message
    assert stack.api.faults.all()[0]["seen"] == 1
    stack.api.faults.clear()
    assert stack.up().succeeded


def test_what_the_program_raises_is_reported_from_its_own_code_on(assistai_stack: Stacks) -> None:
    def program() -> None:
        raise ValueError("no such client")

    failed = assistai_stack(program).up()
    [error] = failed.diagnostics
    assert error.message.splitlines()[0] == "Program failed with an unhandled exception:"
    assert error.message.splitlines()[2].startswith(f'  File "{__file__}"')
    assert "ValueError: no such client" in error.message


def test_a_project_is_run_from_its_folder_and_its_state_lies_elsewhere(assistai_stack: Stacks, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "Pulumi.yaml").write_text("name: trial\nruntime: python\n")
    (project / "__main__.py").write_text('import pulumi_assistai as a\na.Agent("ventas", name="Ventas")\n')
    stack = assistai_stack(project)
    assert stack.up().counts == {"create": 2}
    assert stack.api.agent("Ventas")["organization"] == "SANDBOX"
    assert sorted(file.name for file in project.iterdir()) == ["Pulumi.yaml", "__main__.py"]


def test_two_stacks_share_the_api_and_not_the_state(assistai_stack: Stacks, assistai_emulator: Emulator) -> None:
    assert assistai_stack(ventas).up().succeeded
    second = assistai_stack(ventas)
    assert second.api.url == assistai_emulator.url
    assert not second.up().succeeded
    assert len(second.api.agents()) == 1


def test_an_agent_that_is_not_there_is_said_by_the_names_of_those_that_are(assistai_stack: Stacks) -> None:
    api = assistai_stack(ventas).api
    api.create("Soporte")
    with pytest.raises(LookupError, match='0 agents are named "Ventas"; there are: Soporte'):
        api.agent("Ventas")
    with pytest.raises(ValueError, match="PATCH /sandbox/agents/A-999 answered 404"):
        api.edit("A-999", name="Otro")


def test_the_plugin_asks_for_nothing_before_a_fixture_does() -> None:
    code = """
import sys
import pulumi_assistai.testing.plugin
extras = {"cryptography", "fastapi", "uvicorn", "segno", "rich", "typer", "jinja2", "httpx"}
print(sorted(extras & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=DEADLINE)
    assert done.stdout == "[]\n"


def test_every_public_name_is_there() -> None:
    for name in testing.__all__:
        assert getattr(testing, name) is not None
    with pytest.raises(AttributeError, match="attribute Nothing"):
        _ = testing.Nothing


def test_without_its_extra_a_fixture_says_how_to_get_it(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plugin, "find_spec", lambda _: None)
    with pytest.raises(pytest.UsageError, match=r"pip install 'pulumi-assistai\[testing\]'"):
        request.getfixturevalue("assistai_emulator")


def test_the_first_account_of_an_own_emulator_is_the_default_connection(
    tmp_path: Path,
) -> None:
    accounts = [Account("token-1", "tenant-1", "ORG-1"), Account("token-2", "tenant-2", "ORG-2")]
    with Emulator(accounts=accounts) as emulator:
        assert emulator.accounts == tuple(accounts)
        make = plugin.assistai_stack.__wrapped__  # type: ignore[attr-defined]
        stack = make(emulator, tmp_path)(ventas)
        assert stack.up().succeeded
        assert stack.api.agent("Ventas")["organization"] == "ORG-1"
        stack.api.create("Soporte")
        stack.api.create("Otro", tenant="tenant-2", organization="ORG-2")
        assert [agent["organization"] for agent in stack.api.agents()] == ["ORG-1", "ORG-1", "ORG-2"]
