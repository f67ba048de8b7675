"""POST, PATCH and GET of agents."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.emulator.conftest import create, messages, names

OPTIONAL = ("description", "purpose", "instructions", "tone", "voice")
FIELDS = ("name", *OPTIONAL)


def test_a_new_agent_has_a_code(client: httpx.Client) -> None:
    answer = client.post("/agents", json={field: f"un {field}" for field in FIELDS})
    assert (answer.status_code, answer.json()) == (201, {"code": "A-001"})


def test_the_listing_shows_what_can_be_read(client: httpx.Client) -> None:
    client.post("/agents", json={field: f"un {field}" for field in FIELDS})
    [agent] = client.get("/agents").json()["data"]
    created = agent.pop("createdAt")
    assert agent == {"code": "A-001", "name": "un name", "model": "gpt-4o-mini", "description": "un description"}
    assert datetime.strptime(created, "%Y-%m-%dT%H:%M:%S.%f%z").tzname() == "UTC"
    assert len(created) == len("2025-01-01T00:00:00.000Z")


def test_everything_that_was_written_is_kept(client: httpx.Client, control: httpx.Client) -> None:
    written = {field: f"{field}: ñandú 🦤\n\t«fin» \u0000'\"" for field in FIELDS}
    client.post("/agents", json=written)
    [agent] = control.get("/agents").json()
    assert {field: agent[field] for field in FIELDS} == written


def test_a_description_that_was_never_given_is_null(client: httpx.Client) -> None:
    create(client)
    [agent] = client.get("/agents").json()["data"]
    assert agent["description"] is None


def test_optional_fields_may_be_empty(client: httpx.Client, control: httpx.Client) -> None:
    code = create(client, **dict.fromkeys(OPTIONAL, ""))
    assert client.patch(f"/agents/{code}", json=dict.fromkeys(OPTIONAL, "")).status_code == 204
    [agent] = control.get("/agents").json()
    assert {agent[field] for field in OPTIONAL} == {""}


def test_long_instructions_are_kept(client: httpx.Client, control: httpx.Client) -> None:
    text = "Responde en español.\n" * 20_000
    create(client, instructions=text)
    assert control.get("/agents").json()[0]["instructions"] == text


def test_an_update_changes_the_given_fields_alone(client: httpx.Client, control: httpx.Client) -> None:
    code = create(client, **dict.fromkeys(OPTIONAL, "antes"))
    answer = client.patch(f"/agents/{code}", json={"tone": "amigable", "description": "después"})
    assert (answer.status_code, answer.content) == (204, b"")
    [agent] = control.get("/agents").json()
    assert [agent[field] for field in FIELDS] == ["Ventas", "después", "antes", "antes", "amigable", "antes"]


def test_an_update_without_fields_changes_nothing(client: httpx.Client, control: httpx.Client) -> None:
    code = create(client, tone="neutral")
    before = control.get("/agents").json()
    assert client.patch(f"/agents/{code}", json={}).status_code == 204
    assert control.get("/agents").json() == before


def test_an_update_of_no_agent(client: httpx.Client) -> None:
    answer = client.patch("/agents/A-404", json={"name": "Nadie"})
    assert answer.status_code == 404
    assert answer.json() == {"statusCode": 404, "message": "Agente A-404 no encontrado", "error": "Not Found"}


NAMELESS = ["name should not be empty", "name must be a string"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, NAMELESS),
        ({"name": None}, NAMELESS),
        ({"name": ""}, ["name should not be empty"]),
        ({"name": 5}, ["name must be a string"]),
        ({"name": ["Ventas"]}, ["name must be a string"]),
        ({"name": "Ventas", "description": None}, ["description must be a string"]),
        ({"name": "Ventas", "tone": True}, ["tone must be a string"]),
        ({"name": "Ventas", "foo": 1}, ["property foo should not exist"]),
        ({"name": "Ventas", "model": "gpt-4o"}, ["property model should not exist"]),
        ({"foo": None, "voice": 1}, [*NAMELESS, "voice must be a string", "property foo should not exist"]),
    ],
)
def test_a_creation_is_validated(
    client: httpx.Client, control: httpx.Client, body: dict[str, Any], expected: list[str]
) -> None:
    assert messages(client.post("/agents", json=body)) == expected
    assert control.get("/agents").json() == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"name": None}, NAMELESS),
        ({"name": ""}, ["name should not be empty"]),
        ({"tone": None}, ["tone must be a string"]),
        ({"purpose": {"a": 1}}, ["purpose must be a string"]),
        ({"code": "A-002"}, ["property code should not exist"]),
    ],
)
def test_an_update_is_validated(client: httpx.Client, body: dict[str, Any], expected: list[str]) -> None:
    code = create(client)
    assert messages(client.patch(f"/agents/{code}", json=body)) == expected


@pytest.mark.parametrize("content", [b"{", b"{'name': 'Ventas'}", b'{"name": "Ventas"} {}', b"\xff\xfe"])
@pytest.mark.parametrize(("method", "path"), [("POST", "/agents"), ("PATCH", "/agents/A-001")])
def test_a_body_that_is_no_json(client: httpx.Client, content: bytes, method: str, path: str) -> None:
    create(client)
    headers = {"content-type": "application/json"}
    assert isinstance(messages(client.request(method, path, content=content, headers=headers)), str)


@pytest.mark.parametrize("content", [b"", b"null", b"[]", b'"Ventas"', b"5"])
@pytest.mark.parametrize(("method", "path"), [("POST", "/agents"), ("PATCH", "/agents/A-001")])
def test_a_body_that_is_no_object(client: httpx.Client, content: bytes, method: str, path: str) -> None:
    create(client)
    headers = {"content-type": "application/json"}
    answer = client.request(method, path, content=content, headers=headers)
    assert messages(answer) == ["the body must be a JSON object"]


def test_half_a_surrogate_pair_is_refused(client: httpx.Client) -> None:
    headers = {"content-type": "application/json"}
    for content in (b'{"name": "\\ud800"}', b'{"name": "Ventas", "\\ud800": 1}'):
        assert messages(client.post("/agents", content=content, headers=headers))


@pytest.mark.parametrize(
    ("method", "path"),
    [("PUT", "/agents"), ("DELETE", "/agents/A-001"), ("GET", "/agents/A-001"), ("GET", "/agents/"), ("GET", "/")],
)
def test_what_no_route_answers_is_not_there(client: httpx.Client, method: str, path: str) -> None:
    create(client)
    answer = client.request(method, path)
    assert answer.status_code == 404
    expected = {"statusCode": 404, "message": f"Cannot {method} /api/v1{path}", "error": "Not Found"}
    assert answer.json() == expected


def test_codes_are_used_once(client: httpx.Client, acme: httpx.Client, control: httpx.Client) -> None:
    codes = [create(client), create(acme)]
    control.delete(f"/agents/{codes[1]}")
    codes.append(create(acme))
    assert codes == ["A-001", "A-002", "A-003"]


def test_threads_get_distinct_codes_and_times(client: httpx.Client, acme: httpx.Client) -> None:
    with ThreadPoolExecutor(16) as pool:
        owners = [client, acme] * 60
        codes = list(pool.map(lambda number: create(owners[number], f"Agente {number}"), range(120)))
    assert len(set(codes)) == 120
    for owner in (client, acme):
        pages = [owner.get("/agents", params={"take": 50, "page": page}).json()["data"] for page in (1, 2)]
        times = [agent["createdAt"] for page in pages for agent in page]
        assert len(times) == 60
        assert times == sorted(set(times))


def test_names_may_repeat(client: httpx.Client) -> None:
    create(client)
    create(client)
    assert names(client.get("/agents")) == ["Ventas", "Ventas"]
