"""Functions of the native provider, over gRPC against the emulator."""

from __future__ import annotations

import pytest

from pulumi_assistai.properties import Secret
from tests.conftest import Api
from tests.lifecycle.conftest import listings
from tests.native.conftest import Provider
from tests.resources.test_data import write_to


def test_agents_are_listed_once_however_often_they_are_asked_for(provider: Provider, api: Api) -> None:
    ventas, soporte = api.create("Ventas", description="Vende"), api.create("Soporte")
    api.forget_requests()
    answer, failures = provider.invoke("getAgents", {})
    assert failures == []
    assert [(agent["code"], agent.get("description")) for agent in answer["agents"]] == [
        (ventas, "Vende"),
        (soporte, None),
    ]
    assert {"code", "name", "model", "createdAt"} == set(answer["agents"][1])
    one, _ = provider.invoke("getAgent", {"name": "Soporte"})
    assert one == answer["agents"][1]
    assert provider.invoke("getAgent", {"code": ventas, "name": None})[0] == answer["agents"][0]
    assert listings(api) == 1
    assert [agent["name"] for agent in provider.invoke("getAgents", {"criteria": "Sop"})[0]["agents"]] == ["Soporte"]


def test_conversations_and_their_messages_are_read(provider: Provider, api: Api) -> None:
    uuid = write_to(api, api.create("Ventas"), "Hola")
    answer, _ = provider.invoke("getConversations", {})
    [conversation] = answer["conversations"]
    assert (conversation["uuid"], set(conversation)) == (uuid, {"uuid", "title", "createdAt"})
    messages = provider.invoke("getMessages", {"uuid": uuid})[0]["messages"]
    assert (messages[0]["content"], set(messages[0])) == ("Hola", {"id", "sender", "content", "timestamp"})


def test_what_is_asked_for_with_a_secret_is_one(provider: Provider, api: Api) -> None:
    code = api.create("Ventas")
    answer, _ = provider.invoke("getAgent", {"name": Secret("Ventas")})
    assert answer["code"] == Secret(code)


@pytest.mark.parametrize(
    ("function", "arguments", "reasons"),
    [
        ("getAgents", {"filter": "canary"}, ["filter: no such argument; the arguments are criteria"]),
        ("getMessages", {}, ["uuid: missing"]),
    ],
)
def test_wrong_arguments_are_named_and_not_shown(
    provider: Provider, function: str, arguments: dict[str, str], reasons: list[str]
) -> None:
    assert provider.invoke(function, arguments) == ({}, reasons)


@pytest.mark.parametrize(
    ("function", "arguments", "words"),
    [
        ("getAgent", {}, "getAgent finds an agent by its code or by its name: pass exactly one of them"),
        ("getAgent", {"code": "A-9"}, "has no agent with code A-9; `assistai status` lists its agents"),
        ("getMessages", {"uuid": "none"}, "/api/v1/conversations/none/messages answered 404"),
        ("getSecrets", {}, "assistai has no function assistai:index:getSecrets; it has assistai:index:getAgent, "),
    ],
)
def test_what_cannot_be_answered_is_one_line(
    provider: Provider, function: str, arguments: dict[str, str], words: str
) -> None:
    problem = provider.problem(lambda: provider.invoke(function, arguments))
    assert words in problem
    assert "\n" not in problem


def test_several_agents_of_a_name_are_named(provider: Provider, api: Api) -> None:
    codes = [api.create("Ventas"), api.create("Ventas")]
    problem = provider.problem(lambda: provider.invoke("getAgent", {"name": "Ventas"}))
    assert problem.endswith(f'has 2 agents named "Ventas": {", ".join(codes)}; choose one by its code')
