"""Agents of the native provider, over gRPC against the emulator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from pulumi_assistai import properties
from pulumi_assistai.lifecycle import memory
from pulumi_assistai.properties import UNKNOWN, Secret
from tests.conftest import Api
from tests.native.conftest import AGENT, Engine, Provider, urn

PLACE = {"tenantDomain": "sandbox", "organizationCode": "SANDBOX"}
VENTAS = {"name": "Ventas", "description": "Vende", "tone": "amigable"}
NONE, SOME = provider_pb2.DiffResponse.DIFF_NONE, provider_pb2.DiffResponse.DIFF_SOME
Again = Callable[[], Provider]


@pytest.fixture
def outputs(provider: Provider) -> dict[str, Any]:
    return provider.create(AGENT, VENTAS)[1]


def kinds(response: provider_pb2.DiffResponse) -> dict[str, str]:
    assert response.hasDetailedDiff
    assert all(difference.inputDiff for difference in response.detailedDiff.values())
    assert sorted(response.diffs) == sorted(response.detailedDiff)
    return {
        name: provider_pb2.PropertyDiff.Kind.Name(difference.kind) for name, difference in response.detailedDiff.items()
    }


def test_an_agent_is_created(provider: Provider, api: Api) -> None:
    code, outputs = provider.create(AGENT, VENTAS | {"onDelete": "archive", "voice": None})
    assert code == "A-001"
    assert api.bodies("POST") == [VENTAS]
    since = outputs["managedSince"]
    assert outputs == VENTAS | PLACE | {"code": code, "managedSince": since, "onDelete": "archive"}


def test_a_preview_knows_where_it_will_be_and_asks_nothing(provider: Provider, api: Api) -> None:
    unknown = {"code": UNKNOWN, "managedSince": UNKNOWN}
    assert provider.create(AGENT, VENTAS, preview=True) == ("", VENTAS | PLACE | unknown)
    _, adopted = provider.create(AGENT, VENTAS | {"adopt": "A-7"}, preview=True)
    assert adopted["code"] == "A-7"
    assert api.requests() == []


def test_the_code_stays_known_while_an_update_is_previewed(
    provider: Provider, outputs: dict[str, Any], api: Api
) -> None:
    api.forget_requests()
    expected = provider.update(AGENT, "A-001", outputs, VENTAS | {"tone": UNKNOWN}, preview=True)
    assert expected == outputs | {"tone": UNKNOWN}
    assert api.requests() == []


def test_an_agent_is_adopted(provider: Provider, api: Api, engine: Engine) -> None:
    code = api.create("Ventas", description="antes")
    inputs, failures = provider.check(AGENT, VENTAS | {"adopt": code})
    assert (inputs, failures) == (VENTAS | {"adopt": code}, [])
    assert engine.logged == [
        (
            "INFO",
            "ventas",
            f'adopts agent {code} ("Ventas"): description "antes" => "Vende", tone (not readable, overwritten)',
        )
    ]
    assert provider.create(AGENT, VENTAS | {"adopt": code})[0] == code
    assert api.requests("POST", "PATCH") == [f"PATCH /api/v1/agents/{code}"]


def test_what_is_wrong_is_named_as_the_program_has_it_and_shown_nowhere(provider: Provider, api: Api) -> None:
    wrong = {"name": "Ventas", "onDelete": "canary-value", "allowDuplicateName": "canary-value"}
    assert provider.check(AGENT, wrong)[1] == [
        "onDelete: Input should be 'retain' or 'archive'",
        "allowDuplicateName: Input should be a valid boolean",
    ]
    code = api.create("Ventas")
    [taken] = provider.check(AGENT, VENTAS)[1]
    assert f'an agent named "Ventas" exists already: {code}; to manage it declare adopt: "{code}"' in taken
    assert "declare the option `aliases`; " in taken
    assert taken.endswith("pulumi state untaint URN` [AAI-151]")
    assert "declare allowDuplicateName: true" in taken


@pytest.mark.parametrize("name", ["on_delete", "tonee", "agentCode", "code", "__x"])
def test_an_argument_that_there_is_not_is_refused(provider: Provider, name: str) -> None:
    [reason] = provider.check(AGENT, {"name": "Ventas", name: "canary-value"})[1]
    assert reason == (
        f"{name}: no such argument; the arguments are name, description, purpose, instructions, tone, voice, adopt, "
        "onDelete, allowDuplicateName"
    )


def test_unknown_and_secret_inputs_pass_as_they_are(provider: Provider, api: Api) -> None:
    news = {"name": UNKNOWN, "tone": Secret("canary"), "instructions": Secret("prompt")}
    assert provider.check(AGENT, news | {"voice": None}) == (news, [])
    assert api.requests() == []


def test_what_is_secret_when_it_goes_in_is_secret_when_it_comes_out(provider: Provider, again: Again) -> None:
    news = {"name": "Ventas", "instructions": Secret("prompt")}
    code, outputs = provider.create(AGENT, news)
    assert (outputs["instructions"], outputs["name"]) == (Secret("prompt"), "Ventas")
    _, found, inputs = again().read(AGENT, code, outputs, news)
    assert (found["instructions"], inputs["instructions"]) == (Secret("prompt"), Secret("prompt"))
    updated = again().update(AGENT, code, outputs, news | {"name": Secret("Otro")})
    assert (updated["name"], updated["instructions"]) == (Secret("Otro"), Secret("prompt"))
    same = again().diff(AGENT, code, outputs, {"name": Secret("Ventas"), "instructions": "prompt"})
    assert same.changes == NONE


def test_a_difference_is_told_property_by_property(provider: Provider, outputs: dict[str, Any]) -> None:
    same = provider.diff(AGENT, "A-001", outputs, VENTAS, VENTAS)
    assert (same.changes, kinds(same)) == (NONE, {})
    news = {"name": "Ventas", "description": "Otra", "voice": "female", "onDelete": "archive"}
    other = provider.diff(AGENT, "A-001", outputs, news, VENTAS)
    assert (other.changes, list(other.replaces)) == (SOME, [])
    assert kinds(other) == {"description": "UPDATE", "voice": "ADD", "tone": "DELETE", "onDelete": "ADD"}
    unknown = provider.diff(AGENT, "A-001", outputs, VENTAS | {"tone": UNKNOWN}, VENTAS)
    assert kinds(unknown) == {"tone": "UPDATE"}


def test_a_policy_that_is_its_default_is_no_difference(provider: Provider, outputs: dict[str, Any]) -> None:
    default = {"onDelete": "retain", "allowDuplicateName": False}
    assert provider.diff(AGENT, "A-001", outputs, VENTAS | default).changes == NONE
    assert provider.diff(AGENT, "A-001", outputs | default, VENTAS).changes == NONE


def test_what_a_dynamic_provider_recorded_gets_names_and_no_call(
    provider: Provider, outputs: dict[str, Any], api: Api
) -> None:
    api.forget_requests()
    place = {"tenant_domain": "sandbox", "organization_code": "SANDBOX", "managed_since": outputs["managedSince"]}
    olds = VENTAS | place | {"code": "A-001", "on_delete": "retain", "__provider": "pickle"}
    inputs = VENTAS | {"on_delete": "retain", "__provider": "pickle"}
    assert provider.check(AGENT, VENTAS, inputs) == (VENTAS, [])
    difference = provider.diff(AGENT, "A-001", olds, VENTAS, inputs)
    assert (difference.changes, list(difference.replaces)) == (SOME, [])
    assert kinds(difference) == {"__provider": "DELETE"}
    assert provider.update(AGENT, "A-001", olds, VENTAS) == outputs
    assert api.requests() == []


def test_an_update_sends_what_changed(provider: Provider, outputs: dict[str, Any], api: Api) -> None:
    updated = provider.update(AGENT, "A-001", outputs, VENTAS | {"tone": "neutral"})
    assert api.bodies("PATCH") == [{"tone": "neutral"}]
    assert updated == outputs | {"tone": "neutral"}


def test_a_read_finds_drift(outputs: dict[str, Any], again: Again, api: Api) -> None:
    api.edit("A-001", description="De otro")
    id_, found, inputs = again().read(AGENT, "A-001", outputs, VENTAS)
    assert id_ == "A-001"
    shown = {name: value for name, value in found.items() if name not in memory.OUTPUTS}
    assert shown == outputs | {"description": "De otro"}
    assert inputs == VENTAS | {"description": "De otro"}


def test_a_read_of_what_is_gone_says_so(outputs: dict[str, Any], again: Again, api: Api) -> None:
    api.create("Otro")
    api.remove("A-001")
    assert again().read(AGENT, "A-001", outputs, VENTAS) == ("", {}, {})


def test_what_is_imported_can_be_declared_and_stays_so(again: Again, api: Api) -> None:
    code = api.create("Ventas", description="Vende", tone="serio")
    id_, found, inputs = again().read(AGENT, code)
    assert (id_, inputs) == (code, {"name": "Ventas", "description": "Vende"})
    assert (found["code"], found["model"], "managedSince" in found) == (code, "gpt-4o-mini", False)
    assert again().diff(AGENT, code, found, inputs).changes == NONE
    assert again().read(AGENT, code, found, inputs) == (code, found, inputs)
    declared = inputs | {"tone": "amigable"}
    managed = again().update(AGENT, code, found, declared)
    assert again().read(AGENT, code, managed, declared) == (code, managed, declared)


def test_what_is_only_read_declares_nothing(again: Again, api: Api) -> None:
    code = api.create("Ventas", description="Vende")
    _, found, _ = again().read(AGENT, code)
    api.edit(code, description="Otra")
    assert again().read(AGENT, code, found) == (code, found | {"description": "Otra"}, {})
    dynamic = {"__provider": "pickle"}
    assert again().read(AGENT, code, found | dynamic, dynamic) == (code, found | {"description": "Otra"}, {})


def test_an_import_of_nothing_is_an_error(provider: Provider, api: Api) -> None:
    api.create("Otro")
    problem = provider.problem(lambda: provider.read(AGENT, "A-9"))
    assert problem == "organization SANDBOX of tenant sandbox has no agent A-9; check the code [AAI-155]"


def test_a_delete_leaves_the_agent(again: Again, outputs: dict[str, Any], api: Api, engine: Engine) -> None:
    again().delete(AGENT, "A-001", outputs)
    assert [agent["name"] for agent in api.agents()] == ["Ventas"]
    assert engine.logged == [
        ("WARNING", "ventas", "agent A-001 is no longer managed, but keeps answering: AssistAI cannot delete agents")
    ]


def test_a_delete_archives_where_that_is_declared(
    again: Again, outputs: dict[str, Any], api: Api, engine: Engine
) -> None:
    again().delete(AGENT, "A-001", outputs | {"onDelete": "archive"})
    assert [agent["name"] for agent in api.agents()] == ["[archived] Ventas"]
    assert [message for severity, _, message in engine.logged if severity == "WARNING"] == []


def test_custom_timeouts_are_warned_about_once(provider: Provider, outputs: dict[str, Any], engine: Engine) -> None:
    olds = properties.to_struct(outputs)
    for seconds in (0, 5, 5):
        request = provider_pb2.UpdateRequest(id="A-001", urn=urn(AGENT), olds=olds, news=olds, timeout=seconds)
        provider.stub.Update(request)
    [(severity, name, message)] = engine.logged
    assert (severity, name) == ("WARNING", "ventas")
    assert message == (
        "the option `customTimeouts` has no effect on resources of assistai: set ASSISTAI_TIMEOUT, the seconds "
        "that a request may take, or waitForConnection of a WhatsAppIntegration"
    )


def test_another_organizations_agent_is_refused_in_one_line(provider: Provider, outputs: dict[str, Any]) -> None:
    theirs = outputs | {"tenantDomain": "acme", "organizationCode": "ACME"}
    problem = provider.problem(lambda: provider.update(AGENT, "A-001", theirs, VENTAS))
    assert problem.startswith(
        "A-001 belongs to tenant acme, organization ACME, but the connection is to tenant sandbox"
    )
    assert "\n" not in problem
