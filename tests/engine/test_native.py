"""The embedded engine with the native provider: everything that it asks of the plugin, and what comes of it."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pulumi_assistai.engine import EngineError, Result, Stack
from pulumi_assistai.engine.processes.interpreters import Interpreters, Role
from pulumi_assistai.engine.reporting.events import Severity
from tests.conftest import Api, Project
from tests.engine.conftest import Events, counts
from tests.engine.test_killed import descendants, is_alive
from tests.waiting import wait_for

AGENT, WHATSAPP = "assistai:index:Agent", "assistai:index:WhatsAppIntegration"
NO_CHANGES = "--expect-no-changes"
TOKEN = "canary-token-1234567890"
VENTAS = 'assistai.Agent("ventas", name="Ventas", description="Vende", instructions="Hola.\\nSaluda.")'
WITH_WHATSAPP = f"""
ventas = {VENTAS}
assistai.WhatsAppIntegration("whatsapp", agent_code=ventas.code)
pulumi.export("code", ventas.code)
"""


@pytest.fixture
def native(tmp_path: Path, environment: dict[str, str]) -> Project:
    (tmp_path / "Pulumi.yaml").write_text("name: trial\nruntime: python\n", encoding="utf-8")
    return Project("embedded-native", tmp_path, environment)


def settle(project: Project) -> None:
    """Require that nothing is left to do, before and after a refresh."""
    for verb in ("preview", "refresh", "preview"):
        outcome = project.run(verb, NO_CHANGES)
        assert outcome.ok, outcome.text


def test_a_life(native: Project, api: Api) -> None:
    native.write(WITH_WHATSAPP)
    assert native.run("preview").changes == {"created": 3}
    assert api.requests("POST", "PATCH", "DELETE") == []
    up = native.up()
    assert "WhatsApp of agent A-001 has no phone linked yet: run `assistai link A-001`" in up.text
    assert native.state()["ventas"]["type"] == AGENT
    settle(native)

    api.link("A-001", "584221234567")
    assert native.run("refresh").ok
    assert native.outputs("whatsapp")["phoneNumber"] == "584221234567"
    api.edit("A-001", description="tocada")
    assert '~ description: "Vende" => "tocada"' in native.run("refresh", "--diff").text
    assert "[diff: ~description]" in native.run("preview").text
    native.up()

    native.write(WITH_WHATSAPP.replace("Saluda.", "Despide.").replace('"Vende"', '"Vende", tone="serio"'))
    shown = native.run("preview", "--diff").text
    assert all(line in shown for line in ("- Saluda.\n", "+ Despide.\n", '+ tone        : "serio"\n'))
    assert "[diff: +tone~instructions]" in native.up().text
    assert api.bodies("PATCH")[-1] == {"instructions": "Hola.\nDespide.", "tone": "serio"}
    destroyed = native.run("destroy")
    assert "agent A-001 is no longer managed, but keeps answering" in destroyed.text
    assert native.state() == {}


def test_what_the_provider_says_belongs_to_its_resource_in_every_operation(native: Project, api: Api) -> None:
    assert f"  {WHATSAPP} (whatsapp):\n    WhatsApp of agent A-001 has no phone" in native.up(WITH_WHATSAPP).text
    heading = f"  {AGENT} (ventas):\n    "
    hidden = f"{heading}organization SANDBOX of tenant sandbox: AssistAI does not show purpose, instructions, tone"
    assert hidden in native.run("refresh").text
    api.edit("A-001", description="tocada")
    native.write(WITH_WHATSAPP.replace("Vende", "Atiende"))
    assert f"{heading}warning: description of A-001 was edited in AssistAI" in native.run("preview").text
    assert f"{heading}warning: agent A-001 is no longer managed" in native.run("destroy").text


def test_secrets_stay_secret(native: Project, api: Api) -> None:
    native.reopen(ASSISTAI_API_TOKEN="")
    native.write("""
        prompt = pulumi.Output.secret("canary-prompt")
        assistai.Agent("ventas", name="Ventas", instructions=prompt)
        second = assistai.Provider("second", api_token="acme-token", tenant_domain="acme", organization_code="ACME")
        otro = assistai.Agent("otro", name="Otro", instructions=prompt, opts=pulumi.ResourceOptions(provider=second))
        pulumi.export("prompt", otro.urn.apply(lambda _: prompt))
    """)
    native.configure(apiToken="sandbox-token")
    seen = [native.run("preview", "--diff").text, native.up().text, native.run("refresh", "--diff").text]
    seen += [json.dumps(native.stack.export()), native.run("destroy", "--diff").text]
    canaries = ("canary-prompt", "acme-token", "sandbox-token")
    assert [canary for canary in canaries if any(canary in text for text in seen)] == []
    assert api.bodies("POST")[0]["instructions"] == "canary-prompt"


def test_the_stack_configures_the_default_provider(native: Project, api: Api) -> None:
    native.reopen(ASSISTAI_TENANT_DOMAIN="", ASSISTAI_ORGANIZATION_CODE="", ASSISTAI_TIMEOUT="")
    native.configure(tenantDomain="sandbox", organizationCode="SANDBOX", timeout=7)
    native.up(VENTAS)
    assert native.outputs("ventas")["organizationCode"] == "SANDBOX"
    assert native.state()["default"]["inputs"] == {
        "tenantDomain": "sandbox",
        "organizationCode": "SANDBOX",
        "timeout": "7",
    }
    native.configure(tenantDomain="sandbox", organizationCode="SANDBOX", timeout=8)
    assert native.run("up", NO_CHANGES).ok
    assert native.state()["default"]["inputs"]["timeout"] == "8"
    # The environment comes before the stack, for the default provider alone: it is known by its URN.
    native.reopen(ASSISTAI_TENANT_DOMAIN="sandbox")
    native.configure(tenantDomain="other", organizationCode="SANDBOX")
    assert native.run("up", NO_CHANGES).ok
    assert len(api.requests("POST")) == 1


def test_a_misspelt_setting_fails_without_its_value(native: Project) -> None:
    native.write(VENTAS)
    native.configure(apitoken=TOKEN)
    text = native.fails("preview")
    assert "assistai:apitoken is not a setting; the settings are apiToken, " in text
    assert TOKEN not in text


def test_a_version_has_a_provider_of_its_own_and_another_one_is_warned_about(native: Project) -> None:
    native.write(VENTAS.replace(", instructions", ', opts=pulumi.ResourceOptions(version="9.8.7-a"), instructions'))
    warning = "the program asks for version 9.8.7-a of the provider assistai, but version "
    assert warning in native.run("preview").text
    native.up()
    assert native.state()["default_9_8_7_a"]["inputs"] == {"version": "9.8.7-a"}
    assert native.run("refresh", NO_CHANGES).ok
    native.up(f"""
        opts = pulumi.ResourceOptions(version="9.8.7")
        acme = {{"api_token": "acme-token", "tenant_domain": "acme", "organization_code": "ACME"}}
        second = assistai.Provider("second", opts, **acme)
        assistai.Agent("otro", name="Otro", opts=pulumi.ResourceOptions(provider=second))
        {VENTAS}
    """)
    assert native.state()["second"]["inputs"]["version"] == "9.8.7"


def test_a_provider_is_changed_in_place(native: Project, api: Api) -> None:
    program = """
        two = {"api_token": "acme-token", "tenant_domain": "acme", "organization_code": "ACME"}
        second = assistai.Provider("second", **two, timeout=TIMEOUT)
        assistai.Agent("otro", name="Otro", opts=pulumi.ResourceOptions(provider=second))
    """
    native.up(program.replace("TIMEOUT", "7"))
    before = native.state()["second"]["id"]
    native.write(program.replace("TIMEOUT", "8"))
    assert "[diff: ~timeout]" in native.run("preview").text
    assert native.up().changes == {"updated": 1}
    assert native.state()["second"]["id"] == before
    assert len(api.requests("POST")) == 1
    assert native.run("up", NO_CHANGES).ok


def test_a_provider_that_is_not_known_yet_is_asked_nothing(native: Project, api: Api) -> None:
    native.write(f"""
        ventas = {VENTAS}
        tenant = ventas.code.apply(lambda _: "acme")
        second = assistai.Provider("second", api_token="acme-token", tenant_domain=tenant, organization_code="ACME")
        options = pulumi.ResourceOptions(provider=second)
        assistai.Agent("otro", name="Otro", opts=options)
        found = pulumi.runtime.invoke_output("assistai:index:getAgents", {{}}, pulumi.InvokeOptions(provider=second))
        pulumi.export("found", found.apply(lambda agents: len(agents["agents"])))
    """)
    preview = native.run("preview")
    assert preview.changes == {"created": 4}
    assert "found: [unknown]" in preview.text
    native.up()
    assert {agent["organization"] for agent in api.agents()} == {"SANDBOX", "ACME"}
    assert native.outputs("trial-dev")["found"] in (0, 1)


def test_functions_answer_and_their_failures_are_the_programs(native: Project, api: Api) -> None:
    code = api.create("Ventas", description="Vende")
    native.up(f"""
        pulumi.export("one", assistai.invoke("getAgent", name="Ventas")["code"])
        pulumi.export("all", [agent["name"] for agent in assistai.invoke("getAgents")["agents"]])
        try:
            assistai.invoke("getAgent", code="A-999")
        except Exception as error:
            pulumi.export("failed", str(error))
        try:
            assistai.invoke("getMessages")
        except Exception as error:
            pulumi.export("refused", str(error))
        pulumi.export("description", assistai.Agent.get("ventas", "{code}").description)
    """)
    outputs = native.outputs("trial-dev")
    assert (outputs["one"], outputs["all"], outputs["description"]) == (code, ["Ventas"], "Vende")
    assert "invocation of assistai:index:getAgent returned an error: organization SANDBOX of" in outputs["failed"]
    assert outputs["refused"] == "invoke of assistai:index:getMessages failed: uuid: missing ()"
    assert native.state()["ventas"].get("inputs") is None
    settle(native)
    assert native.run("destroy").ok
    assert api.requests("POST", "PATCH", "DELETE") == []


IMPORTING = 'assistai.Agent("ventas", name="Ventas", description="{}", opts=pulumi.ResourceOptions(import_="{}"))'


def test_the_option_import_takes_over_and_changes_what_differs(native: Project, api: Api) -> None:
    code = api.create("Ventas", description="Vende")
    native.write(IMPORTING.format("Otra", code))
    preview = native.run("preview", "--diff")
    assert '~ description: "Vende" => "Otra"' in preview.text
    assert preview.changes == {"created": 1, "updated": 1, "import": 1}
    native.up()
    assert api.requests("POST", "PATCH") == [f"PATCH /api/v1/agents/{code}"]
    assert native.state()["ventas"]["importID"] == code
    settle(native)


def test_the_option_import_of_what_is_declared_alike_changes_nothing(native: Project, api: Api) -> None:
    code = api.create("Ventas", description="Vende")
    native.write(IMPORTING.format("Vende", code))
    assert native.up().changes == {"created": 1, "imported": 1}
    assert api.requests("POST", "PATCH") == []
    settle(native)
    native.write(IMPORTING.format("Vende", "A-999"))
    assert "does not support the resource option import_ of a resource with another id (resource ventas)" in (
        native.fails("preview")
    )


def test_what_cannot_be_imported_is_refused_in_one_line(native: Project, api: Api) -> None:
    api.create("Ajeno")
    native.write(IMPORTING.format("Vende", "A-999"))
    assert (
        "error: organization SANDBOX of tenant sandbox has no agent A-999; check the code [AAI-155]\n"
        in native.fails("preview")
    )
    code = api.create("Ventas")
    opts = 'pulumi.ResourceOptions(import_="A-999")'
    native.write(f'assistai.WhatsAppIntegration("whatsapp", agent_code="A-999", opts={opts})')
    assert "error: resource 'A-999' does not exist\n" in native.fails("preview")
    opts = f'pulumi.ResourceOptions(import_="{code}")'
    native.write(f'assistai.WhatsAppIntegration("whatsapp", agent_code="A-001", opts={opts})')
    assert f"error: whatsapp cannot be imported: its agentCode differ from those of {code}\n" in native.fails("up")
    assert api.requests("POST", "PATCH", "DELETE") == []


def imported(project: Project, *entries: dict[str, Any]) -> Result:
    stack = Stack(project.directory, environment=project.environment)
    return stack.import_resources({"resources": list(entries)}, Events())


def test_an_import_file_needs_type_name_and_id_alone(native: Project, api: Api) -> None:
    code = api.create("Ventas", description="Vende", tone="serio")
    agent = {"type": AGENT, "name": "ventas", "id": code}
    result = imported(native, agent, {"type": WHATSAPP, "name": "whatsapp", "id": code})
    assert counts(result) == {"create": 1, "import": 2}
    assert native.state()["ventas"]["inputs"] == {"name": "Ventas", "description": "Vende"}
    native.write("""
        ventas = assistai.Agent("ventas", name="Ventas", description="Vende")
        assistai.WhatsAppIntegration("whatsapp", agent_code=ventas.code)
    """)
    assert native.run("up", NO_CHANGES).ok
    native.up('assistai.Agent("ventas", name="Ventas", description="Vende", tone="amigable")')
    assert api.bodies("PATCH") == [{"tone": "amigable"}]
    settle(native)
    assert native.outputs("ventas")["tone"] == "amigable"


def test_an_import_of_what_does_not_exist_changes_nothing(native: Project, api: Api) -> None:
    api.create("Ventas")
    result = imported(native, {"type": WHATSAPP, "name": "ventas", "id": "A-999"})
    errors = [message.message for message in result.diagnostics if message.severity is Severity.ERROR]
    assert errors == ["resource 'A-999' does not exist"]
    assert "ventas" not in native.state()
    with pytest.raises(EngineError, match=r"does not support the provider \.\./assistai; the Pulumi CLI does"):
        imported(native, {"type": "../assistai:index:Agent", "name": "otro", "id": "A-999"})


def test_a_failure_is_one_line_under_its_resource(native: Project, api: Api) -> None:
    native.write(VENTAS)
    api.faults.add("status-before", method="POST", status=400, body='{"message": "no\\nmore"}')
    text = native.fails("up")
    [line] = {line.strip() for line in text.splitlines() if line.startswith("    error: ")}
    assert "POST /api/v1/agents answered 400: no more" in line
    assert "Traceback" not in text


class Noted(Interpreters):
    """Interpreters that note what is started ahead."""

    ahead: tuple[str, ...] = ()

    def start_ahead(self, *roles: Role) -> None:
        self.ahead += roles
        super().start_ahead(*roles)


def test_nothing_is_started_ahead_for_dynamic_providers_that_a_stack_has_not(native: Project) -> None:
    native.up(VENTAS)
    noted = Noted(native.environment)
    stack = Stack(native.directory, environment=native.environment, interpreters=noted)
    assert stack.refresh(Events()).succeeded
    assert noted.ahead == ()
    assert stack.preview(Events()).succeeded
    assert noted.ahead == ("program",)


MOVED = """
acme = assistai.Provider("acme", api_token="acme-token", tenant_domain="acme", organization_code="ACME")
ventas = assistai.Agent("ventas", name="Ventas", description="Vende", instructions="Hola.", on_delete="archive")
assistai.WhatsAppIntegration("whatsapp", agent_code=ventas.code, expected_phone_number="+58 422 1234567")
assistai.Agent("soporte", name="Soporte", opts=pulumi.ResourceOptions(provider=acme))
"""


def test_a_stack_moves_there_and_back_without_an_api_call(native: Project, api: Api) -> None:
    dynamic = Project("embedded", native.directory, native.environment)
    dynamic.up(MOVED)
    api.link(dynamic.outputs("ventas")["code"], "584221234567")
    assert dynamic.run("refresh").ok
    before = {name: dynamic.state()[name]["id"] for name in ("ventas", "whatsapp", "soporte")}
    for project in (native, dynamic):
        api.forget_requests()
        project.write(MOVED)
        for verb in ("preview", "up"):
            outcome = project.run(verb)
            assert outcome.ok, outcome.text
            # The provider says what differs: that are not the names of properties.
            assert project is dynamic or "on_delete" not in outcome.text
            assert outcome.changes.keys() <= {"created", "updated", "deleted"}
            assert outcome.changes["updated"] >= len(before)
        assert api.requests() == []
        assert {name: project.state()[name]["id"] for name in before} == before
        assert ("__provider" in project.outputs("ventas")) == (project is dynamic)
        settle(project)
        assert api.requests("POST", "PATCH", "DELETE") == []
    assert api.agent("Ventas")["phoneNumber"] == "584221234567"


@pytest.fixture
def waiting(native: Project, api: Api) -> Iterator[Any]:
    """Return a run of `up` whose creation gets no answer."""
    native.write(VENTAS)
    api.faults.add("hang", method="POST", seconds=60)
    with native.stack.start_up() as running:
        wait_for(lambda: api.faults.all()[0]["seen"] or running.poll() is not None)
        yield running


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_the_plugin_ends_with_an_engine_that_was_killed(waiting: Any) -> None:
    processes = descendants(waiting.pid)
    assert any(b"pulumi-resource-assistai" in Path(f"/proc/{pid}/cmdline").read_bytes() for pid in processes)
    waiting.kill()
    wait_for(lambda: not any(map(is_alive, processes)))


def test_an_interrupt_ends_what_waits(waiting: Any, native: Project, api: Api) -> None:
    waiting.send_signal(signal.SIGINT)
    assert waiting.wait(timeout=30) != 0
    assert api.agents() == []
    assert "ventas" not in native.state()
