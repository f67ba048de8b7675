"""Agents are created, updated and listed with the calls that are documented."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from pulumi_assistai import NotFoundError, UnexpectedAnswerError
from pulumi_assistai.client import Client, ListedAgent
from tests.conftest import Api, settings_for
from tests.scripted import Reply, as_json, replies, serve

FIELDS = {"name": "Ventas", "description": "Vende", "instructions": "Hola.\n\nAdiós ✋"}


def test_what_is_created_is_returned_as_the_listing_will_show_it(client: Client, api: Api) -> None:
    made = client.agents.create(FIELDS)
    assert made == ListedAgent(code="A-001", name="Ventas", description="Vende")
    assert api.requests() == ["POST /api/v1/agents"]
    assert api.bodies() == [FIELDS]
    [listed] = client.agents.list().items
    assert (listed.code, listed.name, listed.description) == (made.code, made.name, made.description)


def test_the_caller_hears_each_time_that_a_creation_is_about_to_be_sent() -> None:
    sent_before: list[int] = []
    refused = Reply(429, headers={"retry-after": "0"})
    with serve(replies(refused, as_json({"code": "A-1"}, 201))) as server, Client(settings_for(server.url)) as client:
        client.agents.create(FIELDS, lambda: sent_before.append(len(server.requests)))
    assert sent_before == [0, 1]


def test_an_agent_without_a_description_has_none(client: Client) -> None:
    assert client.agents.create({"name": "Ventas"}).description is None


@pytest.mark.parametrize("body", [{}, {"code": None}, {"code": ""}, {"code": ["A-1"]}])
def test_a_creation_that_tells_no_code_is_an_error_of_unknown_outcome(body: object) -> None:
    with (
        serve(replies(as_json(body, 201))) as server,
        Client(settings_for(server.url)) as client,
        pytest.raises(UnexpectedAnswerError, match="its body is not as documented: code: ") as caught,
    ):
        client.agents.create({"name": "Ventas"})
    assert caught.value.may_have_happened
    assert len(server.requests) == 1


def test_an_update_sends_the_given_fields_alone(client: Client, api: Api) -> None:
    code = api.create("Ventas", tone="amigable")
    client.agents.update(code, {"tone": "", "description": "Vende más"})
    assert api.requests("PATCH") == [f"PATCH /api/v1/agents/{code}"]
    assert api.bodies("PATCH") == [{"tone": "", "description": "Vende más"}]
    agent = api.agent("Ventas")
    assert (agent["tone"], agent["description"]) == ("", "Vende más")


def test_an_update_of_an_agent_that_is_not_there_is_not_found(client: Client) -> None:
    with pytest.raises(NotFoundError, match=r"^PATCH /api/v1/agents/A-9 answered 404: "):
        client.agents.update("A-9", {"name": "x"})


def test_the_listing_has_what_the_api_shows(client: Client, api: Api) -> None:
    api.create("Ventas", description="Vende", instructions="Hola.")
    api.create("Soporte")
    found = client.agents.list()
    shown = api.agents()
    assert found.complete
    assert [agent.model_dump() for agent in found.items] == [
        {
            "code": agent["code"],
            "name": agent["name"],
            "model": agent["model"],
            "description": agent["description"],
            "created_at": agent["createdAt"],
        }
        for agent in shown
    ]


def test_criteria_are_the_apis_own_filter(client: Client, api: Api) -> None:
    api.create("Ventas")
    api.create("Soporte & más")
    assert [agent.name for agent in client.agents.list("Soporte & m").items] == ["Soporte & más"]


def test_a_record_takes_numbers_as_texts_and_never_changes() -> None:
    record = ListedAgent.model_validate({"code": 7, "name": 8, "createdAt": 9, "new": {}})
    assert record == ListedAgent(code="7", name="8", model=None, description=None, created_at="9")
    with pytest.raises(ValidationError, match="frozen"):
        record.name = "x"  # type: ignore[misc]


@pytest.mark.parametrize("item", [{"name": "x"}, {"code": None, "name": "x"}, {"code": "", "name": "x"}, {"code": "A"}])
def test_a_record_needs_a_code_and_a_name(item: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ListedAgent.model_validate(item)


def test_a_name_that_is_null_is_empty() -> None:
    assert ListedAgent.model_validate({"code": "A", "name": None}).name == ""


def test_a_code_is_one_part_of_the_path() -> None:
    with serve(replies(Reply(204))) as server, Client(settings_for(server.url)) as client:
        client.agents.update("a?c#d ñ%", {"name": "x"})
    assert server.requests[0].path == "/api/v1/agents/a%3Fc%23d%20%C3%B1%25"
