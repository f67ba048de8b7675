"""What a program looks up: agents, conversations, messages."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from pulumi_assistai import AssistAIError, NotFoundError
from pulumi_assistai.client import ListedAgent
from pulumi_assistai.emulator import Emulator
from pulumi_assistai.lifecycle.lookup import Lookup
from tests.conftest import Api, settings_for

WHERE = "organization SANDBOX of tenant sandbox"


@pytest.fixture
def lookup(emulator: Emulator) -> Lookup:
    return Lookup(settings_for(emulator.url), pytest.fail)


@pytest.fixture
def write(api: Api) -> Callable[..., Any]:
    """Return the function that plays a person who writes to an agent."""
    return lambda code, content, **more: api.call("POST", f"/agents/{code}/messages", content=content, **more)


def test_agents_are_all_of_them_oldest_first(lookup: Lookup, api: Api) -> None:
    codes = [api.create(name, description="d") for name in ("Ventas", "Cobros", "Soporte")]
    found = lookup.agents(None)
    assert [agent.code for agent in found] == codes
    assert [agent.name for agent in found] == ["Ventas", "Cobros", "Soporte"]
    assert {agent.description for agent in found} == {"d"}


def test_agents_are_listed_once(lookup: Lookup, api: Api) -> None:
    code = api.create("Ventas")
    lookup.agents(None)
    once = api.requests()
    lookup.agents(None)
    lookup.agent(code=code, name=None)
    lookup.agent(code=None, name="Ventas")
    assert api.requests() == once


def test_a_listing_that_may_be_incomplete_is_warned_about_once() -> None:
    warnings: list[str] = []
    with Emulator(odd="page-ignored,no-meta") as odd:
        api = Api(odd.url)
        code, *_ = [api.create(f"Agente {number}") for number in range(50)]
        for _ in range(50):
            api.call("POST", f"/agents/{code}/messages", content="Hola")
        lookup = Lookup(settings_for(odd.url), warnings.append)
        for _ in range(2):
            lookup.agents(None)
            conversation = lookup.conversations(None)[0]
            lookup.messages(conversation.uuid)
    assert [warning.partition(":")[0] for warning in warnings] == [
        f"the agents of {WHERE} may be incomplete",
        f"the conversations of {WHERE} may be incomplete",
    ]


def test_messages_that_may_be_missing_are_named_by_their_conversation() -> None:
    warnings: list[str] = []
    with Emulator(faults=True) as emulator:
        api = Api(emulator.url)
        api.call("POST", f"/agents/{api.create('Ventas')}/messages", content="Hola")
        lookup = Lookup(settings_for(emulator.url), warnings.append)
        conversation = lookup.conversations(None)[0]
        assert warnings == []
        api.faults.add("stale", path=".*/messages", count=0, rows=1)
        lookup.messages(conversation.uuid)
    assert [warning.partition(":")[0] for warning in warnings] == [
        f"the messages of conversation {conversation.uuid} of {WHERE} may be incomplete"
    ]


def test_each_criteria_is_listed_once(lookup: Lookup, api: Api) -> None:
    api.create("Ventas")
    api.create("Soporte")
    for _ in range(2):
        assert [agent.name for agent in lookup.agents("ent")] == ["Ventas"]
        assert [agent.name for agent in lookup.agents("opor")] == ["Soporte"]
        assert [agent.name for agent in lookup.agents(None)] == ["Ventas", "Soporte"]
    assert len(api.requests()) == 3 * 2


def test_threads_share_a_listing(lookup: Lookup, api: Api) -> None:
    api.create("Ventas")
    together = Barrier(8)

    def ask(_: int) -> ListedAgent:
        together.wait(timeout=5)
        return lookup.agent(code=None, name="Ventas")

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1
    assert len(api.requests()) == 2


def test_an_agent_is_found_by_its_code(lookup: Lookup, api: Api) -> None:
    api.create("Ventas")
    code = api.create("Ventas", description="otra")
    found = lookup.agent(code=code, name=None)
    assert (found.code, found.description) == (code, "otra")


def test_an_agent_is_found_by_its_name(lookup: Lookup, api: Api) -> None:
    api.create("Ventas 2")
    code = api.create("Ventas")
    assert lookup.agent(code=None, name="Ventas").code == code


@pytest.mark.parametrize("name", ["Ventas Acme", "Ventas\u00a0Acme"], ids=["blank", "hard blank"])
def test_the_very_name_comes_before_others_that_look_the_same(lookup: Lookup, api: Api, name: str) -> None:
    codes = {stored: api.create(stored) for stored in ("Ventas Acme", "Ventas\u00a0Acme")}
    assert lookup.agent(code=None, name=name).code == codes[name]


@pytest.mark.parametrize(("code", "name"), [(None, None), ("A-1", "Ventas")])
def test_code_and_name_are_one_of_the_two(lookup: Lookup, api: Api, code: str | None, name: str | None) -> None:
    with pytest.raises(AssistAIError) as caught:
        lookup.agent(code=code, name=name)
    assert str(caught.value) == "get_agent finds an agent by its code or by its name: pass exactly one of them"
    assert api.requests() == []


@pytest.mark.parametrize(
    ("wanted", "words"),
    [({"code": "A-404", "name": None}, "with code A-404"), ({"code": None, "name": "Nadie"}, 'named "Nadie"')],
)
def test_an_agent_that_is_not_there_is_an_error(lookup: Lookup, wanted: dict[str, Any], words: str) -> None:
    with pytest.raises(AssistAIError) as caught:
        lookup.agent(**wanted)
    assert str(caught.value) == f"{WHERE} has no agent {words}; `assistai status` lists its agents"


@pytest.mark.parametrize(
    ("wanted", "words"),
    [({"code": "A-404", "name": None}, "with code A-404"), ({"code": None, "name": "Nadie"}, 'named "Nadie"')],
)
def test_an_agent_that_may_be_hidden_is_not_said_to_be_missing(
    lookup: Lookup, api: Api, wanted: dict[str, Any], words: str
) -> None:
    api.create("Ventas")
    api.create("Soporte")
    api.faults.add("stale", method="GET", count=0, rows=1)
    with pytest.raises(AssistAIError) as caught:
        lookup.agent(**wanted)
    assert str(caught.value) == (
        f"{WHERE} lists no agent {words}, but the API counts more items than its pages have; try again"
    )


def test_several_agents_of_a_name_are_named(lookup: Lookup, api: Api) -> None:
    codes = ", ".join(api.create("Ventas") for _ in range(3))
    with pytest.raises(AssistAIError) as caught:
        lookup.agent(code=None, name="Ventas")
    assert str(caught.value) == (f'{WHERE} has 3 agents named "Ventas": {codes}; choose one with get_agent(code=...)')


def test_conversations_are_those_of_the_criteria_oldest_first(
    lookup: Lookup, api: Api, write: Callable[..., Any]
) -> None:
    code = api.create("Ventas")
    for content in ("¿Precio de la mesa?", "Hola", "¿Precio de la silla?"):
        write(code, content)
    titles = ["¿Precio de la mesa?", "Hola", "¿Precio de la silla?"]
    assert [conversation.title for conversation in lookup.conversations(None)] == titles
    assert [conversation.title for conversation in lookup.conversations("Precio")] == [titles[0], titles[2]]


def test_messages_of_a_conversation_are_returned_oldest_first(
    lookup: Lookup, api: Api, write: Callable[..., Any]
) -> None:
    code = api.create("Ventas")
    uuid = write(code, "Hola")["conversation"]
    write(code, "¿Precio?", conversation=uuid)
    found = lookup.messages(uuid)
    assert [message.sender for message in found] == ["user", "agent", "user", "agent"]
    assert [message.content for message in found if message.sender == "user"] == ["Hola", "¿Precio?"]


def test_messages_of_no_conversation_are_an_error(lookup: Lookup) -> None:
    with pytest.raises(NotFoundError, match="/conversations/none/messages answered 404"):
        lookup.messages("none")
