"""`assistai conversations` against an emulator."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Assistai, Run
from tests.conftest import Api, Project

pytestmark = pytest.mark.parametrize("engine", ["embedded"])


@pytest.fixture
def uuid(api: Api) -> str:
    found: str = api.call("POST", f"/agents/{api.create('Ventas')}/messages", content="Hola\x1b[31m [b]x")[
        "conversation"
    ]
    return found


def conversations(assistai: Assistai, fleet: Project, *arguments: str) -> Run:
    return assistai("conversations", "-C", fleet.directory / "..", *arguments)


def test_conversations_are_listed(assistai: Assistai, fleet: Project, uuid: str) -> None:
    run = conversations(assistai, fleet)
    document = json.loads(conversations(assistai, fleet, "--json").out)
    assert [(found["uuid"], found["title"]) for found in document] == [(uuid, "Hola\x1b[31m [b]x")]
    assert run.status == 0
    assert run.lines == ["UUID TITLE CREATED", rf"{uuid} Hola\x1b[31m [b]x {document[0]['created_at']}"]


def test_the_messages_of_one_are_listed(assistai: Assistai, fleet: Project, uuid: str) -> None:
    run = conversations(assistai, fleet, uuid)
    document = json.loads(conversations(assistai, fleet, uuid, "--json").out)
    assert [message["sender"] for message in document] == ["user", "agent"]
    assert run.lines[:2] == ["TIME SENDER CONTENT", rf"{document[0]['timestamp']} user Hola\x1b[31m [b]x"]
    assert "\x1b" not in run.out


def test_criteria_filter(assistai: Assistai, fleet: Project, uuid: str) -> None:
    assert uuid in conversations(assistai, fleet, "--criteria", "Hola").out
    assert conversations(assistai, fleet, "--criteria", "Adiós").out == "No conversations.\n"
    assert len(conversations(assistai, fleet, uuid, "--criteria", "Recibí").lines) == 2
    assert conversations(assistai, fleet, uuid, "--criteria", "Adiós").out == "No messages.\n"


def test_an_unknown_conversation_is_one_line(assistai: Assistai, fleet: Project) -> None:
    run = conversations(assistai, fleet, "none")
    assert (run.status, run.out) == (1, "")
    assert run.err.partition("\n")[2] == (
        "error: GET /api/v1/conversations/none/messages answered 404: Conversación none no encontrada; "
        "check the code and the organization [AAI-124]\n"
    )
