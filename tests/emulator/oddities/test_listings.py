"""Odd listings."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.emulator.conftest import create, messages
from tests.emulator.oddities.conftest import listed, odd


def fill(client: httpx.Client, count: int) -> list[str]:
    return [create(client, f"Agente {number}", description="d") for number in range(count)]


def codes(client: httpx.Client, **query: Any) -> list[str]:
    return [agent["code"] for agent in listed(client, **query)]


def test_the_page_is_ignored_and_nothing_said_of_the_whole() -> None:
    with odd("page-ignored,no-meta") as (client, _):
        made = fill(client, 5)
        assert [codes(client, page=page, take=2) for page in (1, 2, 9)] == [made[:2]] * 3
        assert list(client.get("/agents").json()) == ["data"]


def test_conversations_and_messages_are_as_odd() -> None:
    with odd("page-ignored,no-meta,order-ignored") as (client, control):
        code = create(client)
        for text in ("uno", "dos"):
            control.post(f"/agents/{code}/messages", json={"content": text})
        body = client.get("/conversations", params={"page": 2, "take": 1, "order": "ASC"}).json()
        assert list(body) == ["data"]
        [conversation] = body["data"]
        assert conversation["title"] == "dos"
        body = client.get(f"/conversations/{conversation['uuid']}/messages", params={"page": 2, "take": 1}).json()
        assert list(body) == ["data"]
        assert [message["sender"] for message in body["data"]] == ["agent"]


@pytest.mark.parametrize("status", [400, 404])
def test_the_page_after_the_last_one_is_an_error(status: int) -> None:
    with odd(f"after-last={status}") as (client, _):
        assert codes(client) == []
        made = fill(client, 4)
        assert codes(client, take=2, page=2) == made[2:]
        for page in (3, 4):
            answer = client.get("/agents", params={"take": 2, "page": page})
            assert (answer.status_code, answer.json()["message"]) == (status, "Invalid page.")


@pytest.mark.parametrize(("name", "body"), [("null", b"null"), ("empty", b""), ("data-null", b'{"data":null}')])
def test_the_page_after_the_last_one_is_nothing(name: str, body: bytes) -> None:
    with odd(f"after-last={name}") as (client, _):
        assert codes(client, take=2, page=1) == []
        made = fill(client, 2)
        assert codes(client, take=2, page=1) == made
        answer = client.get("/agents", params={"take": 2, "page": 2})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
        assert answer.content == body


def test_pages_without_end() -> None:
    with odd("endless") as (client, control):
        made = fill(client, 3)
        pages = [client.get("/agents", params={"take": 2, "page": page}).json() for page in range(1, 30)]
        found = [agent["code"] for page in pages for agent in page["data"]]
        assert found[:3] == made
        assert len(set(found)) == len(found) == 2 * 29
        assert all(page["meta"]["hasNextPage"] for page in pages)
        assert len(control.get("/agents").json()) == 3


def test_a_page_is_smaller_than_was_asked_for() -> None:
    with odd("cap=2") as (client, _):
        made = fill(client, 3)
        assert codes(client, take=50) == made[:2]
        assert codes(client, take=50, page=2) == made[2:]
        assert codes(client, take=1) == made[:1]


def test_a_large_page_is_refused() -> None:
    with odd("largest-take=10") as (client, _):
        assert messages(client.get("/agents", params={"take": 11})) == ["take must not be greater than 10"]
        assert codes(client, take=10) == []


@pytest.mark.parametrize(("count", "expected"), [("-2", (1, False)), ("+2", (5, True)), ("-9", (0, False))])
def test_the_count_is_wrong(count: str, expected: tuple[int, bool]) -> None:
    with odd(f"count={count}") as (client, _):
        made = fill(client, 3)
        body = client.get("/agents", params={"take": 3}).json()
        assert [agent["code"] for agent in body["data"]] == made
        assert (body["meta"]["itemCount"], body["meta"]["hasNextPage"]) == expected


@pytest.mark.parametrize(
    ("name", "changed"),
    [("null-name", {"name": None}), ("number-code", {"code": 1}), ("no-code", {"code": "gone"})],
)
def test_the_oldest_agent_is_wrong(name: str, changed: dict[str, Any]) -> None:
    with odd("") as (client, _):
        fill(client, 3)
        usual = client.get("/agents").json()["data"]
    with odd(f"item={name}") as (client, _):
        assert codes(client) == []
        fill(client, 3)
        for query, place in (({"order": "ASC"}, 0), ({"order": "DESC"}, 2)):
            found = listed(client, **query)
            oldest = {"code": "gone"} | found.pop(place)
            assert {key: oldest[key] for key in changed} == changed
            assert ("code" in changed) or oldest["code"] == "A-001"
            assert sorted(agent["code"] for agent in found) == [agent["code"] for agent in usual[1:]]
        assert [agent["code"] for agent in listed(client, take=2, page=2)] == ["A-003"]


def test_no_description_is_listed() -> None:
    with odd("no-descriptions") as (client, control):
        fill(client, 2)
        assert [agent["description"] for agent in listed(client)] == [None, None]
        assert [agent["description"] for agent in control.get("/agents").json()] == ["d", "d"]


def test_the_order_is_ignored() -> None:
    with odd("order-ignored") as (client, _):
        made = fill(client, 3)
        for query in ({}, {"order": "ASC"}, {"order": "DESC"}, {"order": "ASC", "orderBy": "name"}):
            assert codes(client, **query) == made[::-1]
