"""Pages, order and free text filter of listings."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.emulator.conftest import create, messages, names


@pytest.fixture
def agents(client: httpx.Client) -> list[str]:
    """Create 12 agents and return their codes; their names are in no order."""
    return [create(client, f"Agente {number * 7 % 12:02}", description=f"descripción {number}") for number in range(12)]


def listed(client: httpx.Client, **query: Any) -> list[str]:
    answer = client.get("/agents", params=query)
    assert answer.status_code == 200, answer.text
    return [agent["code"] for agent in answer.json()["data"]]


def test_the_first_ten_by_creation_are_the_default(client: httpx.Client, agents: list[str]) -> None:
    assert listed(client) == agents[:10]


def test_what_is_said_of_the_whole(client: httpx.Client, agents: list[str]) -> None:
    whole = {"take": 5, "itemCount": len(agents), "pageCount": 3}
    neighbours = {1: (False, True), 2: (True, True), 3: (True, False), 4: (True, False)}
    for page, (before, after) in neighbours.items():
        meta = client.get("/agents", params={"page": page, "take": 5}).json()["meta"]
        assert meta == whole | {"page": page, "hasPreviousPage": before, "hasNextPage": after}


def test_no_agents(client: httpx.Client) -> None:
    answer = client.get("/agents").json()
    meta = {"page": 1, "take": 10, "itemCount": 0, "pageCount": 0, "hasPreviousPage": False, "hasNextPage": False}
    assert answer == {"data": [], "meta": meta}


def test_pages_hold_every_agent_once(client: httpx.Client, agents: list[str]) -> None:
    found = [code for page in range(1, 5) for code in listed(client, page=page, take=5)]
    assert found == agents


@pytest.mark.parametrize("take", [1, 12, 50])
def test_the_size_of_a_page(client: httpx.Client, agents: list[str], take: int) -> None:
    assert listed(client, take=take) == agents[:take]


def test_a_page_after_the_last_one_is_empty(client: httpx.Client, agents: list[str]) -> None:
    assert agents
    for page in (3, 10**6, 10**30):
        assert listed(client, page=page) == []


def test_both_orders(client: httpx.Client, agents: list[str]) -> None:
    assert listed(client, take=50, order="ASC", orderBy="createdAt") == agents
    assert listed(client, take=50, order="DESC", orderBy="createdAt") == agents[::-1]


@pytest.mark.parametrize("field", ["code", "name", "model", "description", "createdAt"])
def test_every_listed_field_orders(client: httpx.Client, agents: list[str], field: str) -> None:
    assert agents
    found = client.get("/agents", params={"take": 50, "orderBy": field}).json()["data"]
    values = [agent[field] for agent in found]
    assert values == sorted(values)


def test_criteria_finds_text_in_name_description_and_code(client: httpx.Client) -> None:
    ventas = create(client, "Ventas", description="Precios")
    soporte = create(client, "Soporte", description="Después de las ventas")
    create(client, "Recepción", instructions="ventas")
    assert listed(client, criteria="ventas") == [ventas, soporte]
    assert listed(client, criteria=soporte) == [soporte]
    assert names(client.get("/agents", params={"criteria": "RECEPCIÓN"})) == ["Recepción"]
    assert client.get("/agents", params={"criteria": "ventas", "take": 1}).json()["meta"]["itemCount"] == 2


@pytest.mark.parametrize("criteria", ["nada", "%", "_", "*", "' OR 1=1 --"])
def test_criteria_is_plain_text(client: httpx.Client, agents: list[str], criteria: str) -> None:
    assert agents
    assert listed(client, criteria=criteria) == []


def test_empty_criteria_finds_all(client: httpx.Client, agents: list[str]) -> None:
    assert listed(client, criteria="", take=50) == agents


WRONG = [
    ("page=0", "page must not be less than 1"),
    ("page=-1", "page must not be less than 1"),
    ("page=one", "page must be an integer number"),
    ("page=", "page must be an integer number"),
    ("page=1.5", "page must be an integer number"),
    ("take=0", "take must not be less than 1"),
    ("take=51", "take must not be greater than 50"),
    ("take=all", "take must be an integer number"),
    ("order=asc", "order must be one of the following values: ASC, DESC"),
    ("order=UP", "order must be one of the following values: ASC, DESC"),
    ("foo=1", "property foo should not exist"),
]


@pytest.mark.parametrize("path", ["/agents", "/conversations"])
def test_a_query_is_validated(client: httpx.Client, path: str) -> None:
    for query, message in WRONG:
        assert messages(client.get(f"{path}?{query}")) == [message], query


@pytest.mark.parametrize("field", ["instructions", "created_at", "number", "code; DROP TABLE agents", ""])
def test_an_unknown_field_does_not_order(client: httpx.Client, field: str) -> None:
    expected = "orderBy must be one of the following values: createdAt, code, name, model, description"
    assert messages(client.get("/agents", params={"orderBy": field})) == [expected]


def test_everything_wrong_is_said_at_once(client: httpx.Client) -> None:
    assert len(messages(client.get("/agents?page=0&take=51&order=up&orderBy=x&foo=1"))) == 5
