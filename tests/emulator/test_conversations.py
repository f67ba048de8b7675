"""Conversations and their messages."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest

from tests.emulator.conftest import create, messages


def write(control: httpx.Client, code: str, content: str, **conversation: str) -> str:
    answer = control.post(f"/agents/{code}/messages", json={"content": content, **conversation})
    assert answer.status_code == 201, answer.text
    identifier: str = answer.json()["conversation"]
    return identifier


@pytest.fixture
def code(client: httpx.Client) -> str:
    return create(client)


def test_a_message_begins_a_conversation(client: httpx.Client, control: httpx.Client, code: str) -> None:
    identifier = write(control, code, "Hola,\n ¿tienen mesas?")
    [conversation] = client.get("/conversations").json()["data"]
    assert set(conversation) == {"uuid", "title", "createdAt"}
    assert (conversation["uuid"], conversation["title"]) == (identifier, "Hola, ¿tienen mesas?")
    assert str(uuid.UUID(identifier)) == identifier
    assert conversation["createdAt"].endswith("Z")


def test_a_long_message_has_a_short_title(client: httpx.Client, control: httpx.Client, code: str) -> None:
    write(control, code, "Hola " * 100)
    assert len(client.get("/conversations").json()["data"][0]["title"]) == 60


def test_the_agent_answers(client: httpx.Client, control: httpx.Client, code: str) -> None:
    identifier = write(control, code, "¿Precio?")
    question, answer = client.get(f"/conversations/{identifier}/messages").json()["data"]
    assert set(question) == {"id", "sender", "content", "timestamp"}
    assert (question["id"], question["sender"], question["content"]) == (1, "user", "¿Precio?")
    assert (answer["id"], answer["sender"]) == (2, "agent")
    assert "Ventas" in answer["content"]
    assert question["timestamp"] < answer["timestamp"]


def test_a_conversation_goes_on(client: httpx.Client, control: httpx.Client, code: str) -> None:
    identifier = write(control, code, "Hola")
    assert write(control, code, "¿Precio?", conversation=identifier) == identifier
    assert client.get("/conversations").json()["meta"]["itemCount"] == 1
    shown = client.get(f"/conversations/{identifier}/messages").json()
    assert [message["id"] for message in shown["data"]] == [1, 2, 3, 4]
    assert shown["meta"]["itemCount"] == 4


def test_only_the_agents_own_conversations_go_on(client: httpx.Client, control: httpx.Client, code: str) -> None:
    identifier = write(control, code, "Hola")
    for agent, conversation in ((create(client, "Otro"), identifier), (code, str(uuid.uuid4()))):
        answer = control.post(f"/agents/{agent}/messages", json={"content": "Hola", "conversation": conversation})
        assert answer.status_code == 404


def test_conversations_outlive_their_agent(client: httpx.Client, control: httpx.Client, code: str) -> None:
    identifier = write(control, code, "Hola")
    control.delete(f"/agents/{code}")
    assert client.get("/conversations").json()["meta"]["itemCount"] == 1
    assert client.get(f"/conversations/{identifier}/messages").json()["meta"]["itemCount"] == 2


def test_no_conversation(client: httpx.Client) -> None:
    for identifier in (str(uuid.uuid4()), "nothing"):
        answer = client.get(f"/conversations/{identifier}/messages")
        assert answer.status_code == 404
        assert (answer.json()["statusCode"], answer.json()["error"]) == (404, "Not Found")


def test_conversations_come_in_pages(client: httpx.Client, control: httpx.Client, code: str) -> None:
    made = [write(control, code, f"Pregunta {number}") for number in range(3)]

    def listed(**query: Any) -> list[str]:
        return [found["uuid"] for found in client.get("/conversations", params=query).json()["data"]]

    assert listed() == made
    assert listed(order="DESC", orderBy="title", take=2) == [made[2], made[1]]
    assert listed(page=2, take=2) == [made[2]]
    assert listed(criteria="PREGUNTA 1") == [made[1]]
    expected = ["orderBy must be one of the following values: createdAt, uuid, title"]
    assert messages(client.get("/conversations?orderBy=agent")) == expected


def test_messages_come_in_pages(client: httpx.Client, control: httpx.Client, code: str) -> None:
    identifier = write(control, code, "uno")
    write(control, code, "dos", conversation=identifier)

    def listed(**query: Any) -> list[int]:
        answer = client.get(f"/conversations/{identifier}/messages", params=query)
        return [found["id"] for found in answer.json()["data"]]

    for field in ("createdAt", "timestamp", "id"):
        assert listed(orderBy=field, order="DESC") == [4, 3, 2, 1]
    assert listed(page=2, take=3) == [4]
    assert listed(criteria="DOS") == [3, 4]
    assert messages(client.get(f"/conversations/{identifier}/messages?take=51"))
