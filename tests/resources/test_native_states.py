"""States of the native provider: a Python program takes them over, replaces nothing and asks the API nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pulumi_assistai.client import Client
from pulumi_assistai.keys import camel_case, native_type
from tests.conftest import Api, Project

PHONE = "584221234567"
DYNAMIC = "pulumi-python:dynamic/assistai:"
PROVIDER = "pulumi:providers:pulumi-python"
NATIVE_PROVIDER = "pulumi:providers:assistai"
LABELLED = ("Agent", "WhatsAppIntegration")
PROGRAM = """
    ventas = assistai.Agent("ventas", name="Ventas", description="Vende", instructions="PROMPT", on_delete="archive")
    assistai.WhatsAppIntegration("whatsapp", agent_code=ventas.code, expected_phone_number="+58 422 1234567")
    assistai.Agent("soporte", name="Soporte")
"""


def as_native(state: dict[str, Any]) -> dict[str, Any]:
    """Return a state of the dynamic providers as the native provider would have written it."""
    text = json.dumps(state).replace(PROVIDER, NATIVE_PROVIDER)
    for kind in LABELLED:
        text = text.replace(DYNAMIC + kind, native_type(kind))
    native: dict[str, Any] = json.loads(text)
    for resource in native["deployment"]["resources"]:
        if resource["type"].startswith("assistai:"):
            resource |= {key: _renamed(resource[key]) for key in ("inputs", "outputs")}
            depends = resource.get("propertyDependencies") or {}
            resource["propertyDependencies"] = {camel_case(name): urns for name, urns in depends.items()}
        elif resource["type"] == NATIVE_PROVIDER and not resource["urn"].endswith("::default"):
            resource |= {key: _renamed(resource[key]) for key in ("inputs", "outputs")}
    return native


def _renamed(properties: dict[str, Any]) -> dict[str, Any]:
    own = {name: value for name, value in properties.items() if name != "__provider" and ":" not in name}
    return {name if name.startswith("__") else camel_case(name): value for name, value in own.items()}


@pytest.fixture
def natively(project: Project, api: Api) -> Project:
    """Return a project whose state the native provider wrote, with a phone linked."""
    project.up(PROGRAM)
    api.link(project.outputs("ventas")["code"], PHONE)
    assert project.run("refresh").ok
    file = project.directory / "native.json"
    file.write_text(json.dumps(as_native(project.stack.export())), encoding="utf-8")
    project.stack.import_state(file)
    assert project.state()["whatsapp"]["outputs"]["phoneNumber"] == PHONE
    api.forget_requests()
    return project


def test_going_back_replaces_nothing_and_asks_nothing(natively: Project, api: Api) -> None:
    before = natively.state()
    for verb in ("preview", "up"):
        outcome = natively.run(verb)
        assert outcome.ok, outcome.text
        assert {name: number for name, number in outcome.changes.items() if "updat" in name} == outcome.changes
    assert api.requests() == []
    after = natively.state()
    assert {name: after[name]["id"] for name in after if name in ("ventas", "whatsapp", "soporte")} == {
        name: before[name]["id"] for name in ("ventas", "whatsapp", "soporte")
    }
    assert after["whatsapp"]["type"] == f"{DYNAMIC}WhatsAppIntegration"
    for name in ("ventas", "whatsapp", "soporte"):
        outputs = {key: value for key, value in after[name]["outputs"].items() if key != "__provider"}
        assert _renamed(outputs) == before[name]["outputs"]
        assert "__provider" in after[name]["outputs"]


def test_what_went_back_is_refreshed_and_removed_as_ever(natively: Project, api: Api) -> None:
    natively.up()
    for verb in ("preview", "refresh", "up"):
        outcome = natively.run(verb, "--expect-no-changes")
        assert outcome.ok, outcome.text
    api.forget_requests()
    assert natively.run("destroy").ok
    assert {request.split()[0] for request in api.requests()} == {"DELETE", "PATCH"}
    assert {agent["name"] for agent in api.agents()} == {"[archived] Ventas", "Soporte"}


def test_going_back_with_an_edited_prompt_sends_that_alone(natively: Project, api: Api) -> None:
    natively.up(PROGRAM.replace("PROMPT", "Saluda."))
    assert api.requests("POST", "DELETE") == []
    assert api.bodies("PATCH") == [{"instructions": "Saluda."}]
    assert [request for request in api.requests("GET") if "whatsapp" in request] == []
    assert api.agent("Ventas")["phoneNumber"] == PHONE


def test_going_back_while_the_phone_is_gone_connects_again(natively: Project, api: Api, client: Client) -> None:
    code = natively.state()["ventas"]["outputs"]["code"]
    client.whatsapp.disconnect(code)
    state = natively.stack.export()
    integration = next(
        resource for resource in state["deployment"]["resources"] if resource["urn"].endswith("::whatsapp")
    )
    integration["outputs"] |= {"status": "disconnected", "phoneNumber": ""}
    file = natively.directory / "native.json"
    file.write_text(json.dumps(state), encoding="utf-8")
    natively.stack.import_state(file)
    api.forget_requests()
    natively.up()
    assert api.requests() == [f"GET /api/v1/agents/{code}/integrations/whatsappweb/qr"]
    assert natively.outputs("whatsapp")["status"] == "pending"
