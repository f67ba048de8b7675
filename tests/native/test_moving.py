"""One fleet, either way: a stack moves between dynamic and native resources, and the API is asked nothing for it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Api, YamlProject

NO_CHANGES = "--expect-no-changes"
PHONE = "584221234567"
NAMES = ("ventas", "whatsapp", "soporte")
DYNAMIC = """
    acme = assistai.Provider("acme", api_token="acme-token", tenant_domain="acme", organization_code="ACME")
    ventas = assistai.Agent("ventas", name="Ventas", description="Vende", instructions="PROMPT", on_delete="archive")
    assistai.WhatsAppIntegration("whatsapp", agent_code=ventas.code, expected_phone_number="+58 422 1234567")
    assistai.Agent("soporte", name="Soporte", opts=pulumi.ResourceOptions(provider=acme))
"""
NATIVE = """
    resources:
      acme:
        type: pulumi:providers:assistai
        properties: {apiToken: acme-token, tenantDomain: acme, organizationCode: ACME}
      ventas:
        type: assistai:Agent
        properties: {name: Ventas, description: Vende, instructions: PROMPT, onDelete: archive}
      whatsapp:
        type: assistai:WhatsAppIntegration
        properties: {agentCode: "${ventas.code}", expectedPhoneNumber: "+58 422 1234567"}
      soporte:
        type: assistai:Agent
        properties: {name: Soporte}
        options: {provider: "${acme}"}
"""


def ids(project: YamlProject) -> dict[str, Any]:
    state = project.state()
    return {name: state[name]["id"] for name in NAMES}


def require_updates_alone(counts: dict[str, int]) -> None:
    """Require that the resources are updated and that nothing but a provider comes and goes."""
    assert counts.get("replaced", 0) == 0
    assert counts["updated"] >= len(NAMES)
    assert counts.get("created", 0) <= 1
    assert counts.get("deleted", 0) <= 1


def move(project: YamlProject, api: Api) -> None:
    """Run `preview` and `up` with the other program, which is written already, and settle."""
    before, codes = ids(project), [agent["code"] for agent in api.agents()]
    api.forget_requests()
    for verb in ("preview", "up"):
        outcome = project.run(verb)
        assert outcome.ok, outcome.text
        require_updates_alone(outcome.changes)
    assert api.requests() == []
    assert ids(project) == before
    assert [agent["code"] for agent in api.agents()] == codes
    for verb in ("preview", "refresh", "up"):
        outcome = project.run(verb, NO_CHANGES)
        assert outcome.ok, outcome.text
    assert api.agent("Ventas")["phoneNumber"] == PHONE
    assert api.requests("POST", "PATCH", "DELETE") == []


@pytest.fixture
def linked(yaml_project: YamlProject, api: Api) -> YamlProject:
    """Return a project of dynamic resources with a phone linked."""
    yaml_project.write_python(DYNAMIC)
    yaml_project.up()
    api.link(yaml_project.outputs("ventas")["code"], PHONE)
    assert yaml_project.run("refresh").ok
    return yaml_project


def test_there_and_back(linked: YamlProject, api: Api) -> None:
    linked.write_yaml(NATIVE)
    move(linked, api)
    assert linked.state()["whatsapp"]["type"] == "assistai:index:WhatsAppIntegration"
    assert "__provider" not in linked.outputs("ventas")
    assert linked.outputs("whatsapp")["phoneNumber"] == PHONE
    linked.write_python(DYNAMIC)
    move(linked, api)
    assert linked.state()["whatsapp"]["type"] == "pulumi-python:dynamic/assistai:WhatsAppIntegration"
    assert linked.outputs("whatsapp")["phone_number"] == PHONE


def test_there_and_back_with_edited_prompts(linked: YamlProject, api: Api) -> None:
    before = ids(linked)
    for number in range(2):
        api.forget_requests()
        if number == 0:
            linked.write_yaml(NATIVE.replace("PROMPT", f"Saluda {number}."))
        else:
            linked.write_python(DYNAMIC.replace("PROMPT", f"Saluda {number}."))
        linked.up()
        assert api.bodies("PATCH") == [{"instructions": f"Saluda {number}."}]
        assert [request for request in api.requests() if "POST" in request or "whatsapp" in request] == []
        assert ids(linked) == before
        assert linked.run("preview", NO_CHANGES).ok
    assert api.agent("Ventas")["phoneNumber"] == PHONE


def test_an_import_goes_to_a_dynamic_program_and_keeps_what_it_declares(yaml_project: YamlProject, api: Api) -> None:
    code = api.create("Ventas", description="Vende")
    assert yaml_project.run("import", "assistai:index:Agent", "ventas", code, "--protect=false").ok
    yaml_project.write_python('assistai.Agent("ventas", name="Ventas", description="Vende", tone="serio")')
    yaml_project.up()
    assert api.requests("POST", "PATCH") == [f"PATCH /api/v1/agents/{code}"]
    for verb in ("preview", "refresh", "preview"):
        outcome = yaml_project.run(verb, NO_CHANGES)
        assert outcome.ok, outcome.text
    assert yaml_project.outputs("ventas")["tone"] == "serio"
