"""The data functions in programs, on both engines."""

from __future__ import annotations

from typing import Any

import pytest

import pulumi_assistai as assistai
from tests.conftest import Api, Project

ACME = 'assistai.Connection(api_token="acme-token", tenant_domain="acme", organization_code="ACME")'


def exports(project: Project) -> dict[str, Any]:
    return project.outputs("trial-dev")


def write_to(api: Api, code: str, content: str) -> str:
    uuid: str = api.call("POST", f"/agents/{code}/messages", content=content)["conversation"]
    return uuid


def test_agents_are_found_and_exported(project: Project, api: Api) -> None:
    api.create("Ventas", description="Vende")
    api.create("Soporte", instructions="canary-prompt")
    project.up("""
        pulumi.export("all", assistai.get_agents())
        pulumi.export("some", [agent.name for agent in assistai.get_agents("Sop")])
        pulumi.export("by_name", assistai.get_agent(name="Ventas").code)
        pulumi.export("by_code", assistai.get_agent(code="A-002").name)
        pulumi.export("output", assistai.get_agent_output(name=pulumi.Output.from_input("Ventas")))
        pulumi.export("attribute", assistai.get_agents_output()[1].code)
    """)
    found = exports(project)
    ventas = {"code": "A-001", "name": "Ventas", "model": found["all"][0]["model"], "description": "Vende"}
    assert found["all"][0] == ventas | {"created_at": found["all"][0]["created_at"]}
    assert [agent["code"] for agent in found["all"]] == ["A-001", "A-002"]
    assert (found["some"], found["by_name"], found["by_code"]) == (["Soporte"], "A-001", "Soporte")
    assert (found["output"], found["attribute"]) == (found["all"][0], "A-002")
    assert "canary-prompt" not in str(found)


def test_conversations_and_messages_are_read(project: Project, api: Api) -> None:
    uuid = write_to(api, api.create("Ventas"), "Hola")
    project.up("""
        [conversation] = assistai.get_conversations()
        pulumi.export("conversation", conversation)
        pulumi.export("messages", assistai.get_messages(conversation.uuid))
        uuid = assistai.get_conversations_output()[0].uuid
        pulumi.export("contents", assistai.get_messages_output(uuid).apply(lambda found: [m.content for m in found]))
    """)
    found = exports(project)
    assert found["conversation"]["uuid"] == uuid
    assert [message["sender"] for message in found["messages"]] == ["user", "agent"]
    assert found["contents"] == [message["content"] for message in found["messages"]]
    assert found["contents"][0] == "Hola"


def test_a_preview_reads_and_what_is_unknown_stays_unknown(project: Project, api: Api) -> None:
    project.write("""
        ventas = assistai.Agent("ventas", name="Ventas")
        pulumi.export("model", assistai.get_agent_output(code=ventas.code).model)
        pulumi.export("count", len(assistai.get_agents()))
    """)
    preview = project.run("preview")
    assert preview.ok, preview.text
    # The provider's process lists as well, for the name of the new agent.
    assert set(api.requests()) == {"GET /api/v1/agents"}
    assert "count" in preview.text


def test_many_calls_share_one_listing(project: Project, api: Api) -> None:
    for number in range(3):
        api.create(f"Agente {number}")
    project.write("""
        for number in range(3):
            pulumi.export(str(number), assistai.get_agent(name=f"Agente {number}").code)
            pulumi.export(f"output-{number}", assistai.get_agent_output(name=f"Agente {number}").code)
        assistai.get_agents()
    """)
    assert project.run("preview").ok
    # One listing is one page of agents and an empty one.
    assert api.requests() == ["GET /api/v1/agents"] * 2


def test_another_organization_is_asked_with_its_own_credentials(project: Project, api: Api) -> None:
    api.create("Ventas")
    api.create("Ventas", tenant="acme", organization="ACME")
    project.up(f"""
        plain = {ACME}
        given = assistai.Connection(pulumi.Output.secret("acme-token"), "acme", pulumi.Output.from_input("ACME"))
        fields = dict(api_token=pulumi.Output.secret("acme-token"), tenant_domain="acme", organization_code="ACME")
        pulumi.export("own", assistai.get_agent(name="Ventas").code)
        pulumi.export("plain", assistai.get_agent(name="Ventas", connection=plain).code)
        pulumi.export("outputs", assistai.get_agent_output(name="Ventas", connection=given).code)
        pulumi.export("mapping", assistai.get_agent_output(name="Ventas", connection=fields).code)
        print(plain)
    """)
    assert exports(project) == {"own": "A-001", "plain": "A-002", "outputs": "A-002", "mapping": "A-002"}
    assert "acme-token" not in str(project.stack.export())
    assert "acme-token" not in project.run("preview").text


def test_stack_configuration_is_the_fallback(project: Project, api: Api) -> None:
    api.create("Ventas", tenant="acme", organization="ACME")
    url = project.environment["ASSISTAI_BASE_URL"]
    project.reopen(
        ASSISTAI_BASE_URL="", ASSISTAI_API_TOKEN="", ASSISTAI_TENANT_DOMAIN="", ASSISTAI_ORGANIZATION_CODE=""
    )
    project.configure(baseUrl=url, apiToken="acme-token", tenantDomain="acme", organizationCode="ACME")
    project.up('pulumi.export("code", assistai.get_agent(name="Ventas").code)')
    assert exports(project) == {"code": "A-001"}
    assert "acme-token" not in str(project.stack.export())


ERRORS = {
    'get_agent(name="Otro")': 'organization SANDBOX of tenant sandbox has no agent named "Otro"; `assistai status` ',
    'get_agent(code="A-9")': "organization SANDBOX of tenant sandbox has no agent with code A-9; `assistai status` ",
    'get_agent(name="Ventas")': 'has 2 agents named "Ventas": A-001, A-002; choose one with get_agent(code=...)',
    "get_agent()": "get_agent finds an agent by its code or by its name: pass exactly one of them",
    'get_agent(code="A-001", name="Ventas")': "pass exactly one of them",
    'get_messages("none")': "GET /api/v1/conversations/none/messages answered 404",
    'get_agents(pulumi.Output.from_input("x"))': "call the function whose name ends in _output",
    'get_agents(connection={"token": "x"})': "connection needs api_token, tenant_domain, organization_code, and",
    f"get_agents(connection={ACME.replace('acme-token', 'wrong')})": "GET /api/v1/agents answered 401",
    f"get_agents(connection={ACME.replace('acme-token', '')})": "connection: api_token must not be empty",
}


def test_errors_say_what_to_do(project: Project, api: Api) -> None:
    api.create("Ventas")
    api.create("Ventas")
    program = "errors = []\n"
    for call in ERRORS:
        program += f"try: assistai.{call}\nexcept pulumi.RunError as error: errors.append(str(error))\n"
    project.up(f'{program}pulumi.export("errors", errors)')
    for said, expected in zip(exports(project)["errors"], ERRORS.values(), strict=True):
        assert expected in said
        assert "\n" not in said


@pytest.mark.parametrize("function", ["get_agent", "get_agent_output"])
def test_an_error_is_shown_once_and_without_a_traceback(project: Project, function: str) -> None:
    project.write(f'assistai.{function}(name="Otro")')
    text = project.fails("preview")
    diagnostics = text.partition("Diagnostics:")[2]
    assert diagnostics.count('organization SANDBOX of tenant sandbox has no agent named "Otro"') == 1
    assert "Traceback" not in text
    assert 'File "' not in text


def test_a_listing_that_hides_agents_proves_nothing(project: Project, api: Api) -> None:
    api.create("Ventas")
    api.faults.add("stale", count=0, path="/api/v1/agents")
    project.write('assistai.get_agent(name="Ventas")')
    assert "organization SANDBOX of tenant sandbox lists no agent" in project.fails("preview")


def test_a_missing_setting_is_named(project: Project) -> None:
    project.reopen(ASSISTAI_API_TOKEN="")
    project.write("assistai.get_agents()")
    text = project.fails("preview")
    assert "AssistAI is not configured: missing api token (set ASSISTAI_API_TOKEN or run" in text
    assert "Traceback" not in text


def test_a_connection_does_not_show_its_token() -> None:
    connection = assistai.Connection("canary-token", "acme", "ACME")
    assert repr(connection) == "Connection(tenant_domain='acme', organization_code='ACME', base_url=None)"


def test_without_a_program_every_call_asks_anew(api: Api) -> None:
    connection = assistai.Connection("sandbox-token", "sandbox", "SANDBOX", api.url)
    assert assistai.get_agents(connection=connection) == []
    api.create("Ventas")
    assert assistai.get_agent(name="Ventas", connection=connection).code == "A-001"
