"""The provider of agents, against the emulator."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.output import Unknown

from pulumi_assistai import AgentGoneError
from pulumi_assistai.emulator import Emulator
from pulumi_assistai.keys import camel_case
from pulumi_assistai.lifecycle import memory
from pulumi_assistai.providers.agents import AgentProvider
from tests.conftest import Api
from tests.in_process import account, configure

VENTAS = {"name": "Ventas", "description": "Vende", "tone": "amigable"}


@pytest.fixture
def provider(emulator: Emulator) -> AgentProvider:
    return configure(AgentProvider(), account(emulator.url, grace_period="0"))


def again(emulator: Emulator) -> AgentProvider:
    """Return the provider of another operation: each has a process of its own, and looks anew."""
    other = account(emulator.url, grace_period="0", timeout="29")
    return configure(AgentProvider(), other)


@pytest.fixture
def outputs(provider: AgentProvider) -> dict[str, Any]:
    outputs: dict[str, Any] = provider.create(VENTAS | {"__provider": "pickle", "voice": None}).outs
    return outputs


def test_an_agent_is_created(provider: AgentProvider, api: Api) -> None:
    made = provider.create(VENTAS | {"__provider": "pickle", "voice": None})
    assert made.id == "A-001"
    assert api.bodies("POST") == [VENTAS]
    since = made.outs["managed_since"]
    place = {"tenant_domain": "sandbox", "organization_code": "SANDBOX"}
    assert made.outs == VENTAS | place | {"code": "A-001", "managed_since": since}


def test_a_new_declaration_is_compared_with_the_live_agents(provider: AgentProvider, api: Api) -> None:
    code = api.create("Ventas")
    [failure] = provider.check({}, VENTAS).failures
    assert f'exists already: {code}; to manage it declare adopt="{code}"' in failure.reason
    assert not provider.check({}, VENTAS | {"name": "Otro"}).failures


def test_a_known_declaration_asks_nothing(provider: AgentProvider, api: Api) -> None:
    assert not provider.check(VENTAS, VENTAS | {"tone": Unknown()}).failures
    assert api.requests() == []


def test_a_diff_knows_what_changes_and_replaces_nothing(provider: AgentProvider, outputs: dict[str, Any]) -> None:
    same = provider.diff("A-001", outputs, VENTAS)
    assert (same.changes, same.replaces) == (False, None)
    assert provider.diff("A-001", outputs, VENTAS | {"tone": "neutral"}).changes is True
    assert provider.diff("A-001", outputs, VENTAS | {"tone": Unknown()}).changes is True
    assert provider.diff("A-001", outputs, VENTAS | {"voice": None, "__provider": "another"}).changes is False


def test_an_update_sends_what_changed(provider: AgentProvider, outputs: dict[str, Any], api: Api) -> None:
    updated = provider.update("A-001", outputs, VENTAS | {"tone": "neutral"})
    assert api.bodies("PATCH") == [{"tone": "neutral"}]
    assert updated.outs == outputs | {"tone": "neutral"}


def test_what_the_native_provider_recorded_is_updated_without_a_call(
    provider: AgentProvider, outputs: dict[str, Any], api: Api
) -> None:
    api.forget_requests()
    olds = {camel_case(name): value for name, value in outputs.items()}
    assert provider.diff("A-001", olds, VENTAS | {"on_delete": "retain"}).changes is True
    assert provider.update("A-001", olds, VENTAS).outs == outputs
    assert api.requests() == []
    assert provider.update("A-001", olds, VENTAS | {"tone": "neutral"}).outs == outputs | {"tone": "neutral"}
    assert api.bodies("PATCH") == [{"tone": "neutral"}]


def test_a_read_finds_drift(emulator: Emulator, outputs: dict[str, Any], api: Api) -> None:
    api.edit("A-001", description="De otro")
    found = again(emulator).read("A-001", outputs)
    assert found.id == "A-001"
    shown = {name: value for name, value in found.outs.items() if name not in memory.OUTPUTS}
    assert shown == outputs | {"description": "De otro"}
    assert found.inputs == VENTAS | {"description": "De otro"}


def test_a_read_of_what_is_gone_says_so(emulator: Emulator, outputs: dict[str, Any], api: Api) -> None:
    api.create("Otro")
    api.remove("A-001")
    found = again(emulator).read("A-001", outputs)
    assert (found.id, found.outs) == (None, {})


def test_a_first_read_returns_what_is_listed(provider: AgentProvider, api: Api) -> None:
    code = api.create("Ventas", description="Vende")
    found = provider.read(code, {"__provider": "pickle"})
    assert (found.id, found.inputs) == (code, None)
    assert (found.outs["name"], found.outs["description"]) == ("Ventas", "Vende")
    with pytest.raises(AgentGoneError, match="SANDBOX of tenant sandbox has no agent A-9; check the code"):
        provider.read("A-9", {})


@pytest.mark.parametrize(("on_delete", "name"), [(None, "Ventas"), ("archive", "[archived] Ventas")])
def test_a_delete_does_what_is_declared(
    emulator: Emulator, outputs: dict[str, Any], api: Api, on_delete: str | None, name: str
) -> None:
    again(emulator).delete("A-001", outputs | {"on_delete": on_delete})
    assert [agent["name"] for agent in api.agents()] == [name]


def test_what_this_operation_made_is_not_archived(
    provider: AgentProvider, outputs: dict[str, Any], api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    provider.delete("A-001", outputs | {"on_delete": "archive"})
    assert api.requests("PATCH", "DELETE") == []
    assert "another resource of this program manages it now" in capsys.readouterr().err
