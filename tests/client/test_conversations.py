"""Conversations and their messages are read with the calls that are documented."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from pulumi_assistai import NotFoundError
from pulumi_assistai.client import Client, Conversation, Message
from tests.conftest import Api, settings_for
from tests.scripted import Request, as_json, asked, serve

QUERY = "page={}&take=50&orderBy=createdAt&order=ASC"


def write_to(api: Api, content: str) -> str:
    uuid: str = api.call("POST", f"/agents/{api.create('Ventas')}/messages", content=content)["conversation"]
    return uuid


def test_conversations_and_messages_are_read_whole(client: Client, api: Api) -> None:
    uuid = write_to(api, "Hola")
    [conversation] = client.conversations.list().items
    assert conversation.uuid == uuid
    assert conversation.created_at is not None
    messages = client.conversations.messages(uuid).items
    assert [message.sender for message in messages] == ["user", "agent"]
    assert messages[0].content == "Hola"
    assert None not in [message.timestamp for message in messages]


def test_all_conversations_are_listed(client: Client, api: Api) -> None:
    uuids = [write_to(api, "Hola"), write_to(api, "Adiós")]
    assert [conversation.uuid for conversation in client.conversations.list().items] == uuids


def test_a_conversation_that_is_not_there_is_not_found(client: Client) -> None:
    with pytest.raises(NotFoundError, match=r"^GET /api/v1/conversations/none/messages answered 404: "):
        client.conversations.messages("none")


def test_the_calls_are_those_documented_with_their_filters() -> None:
    def answer(request: Request) -> object:
        items = [{"uuid": "u?1", "title": None, "id": 1}] if "page=1" in request.path else []
        return as_json({"data": items})

    with serve(answer) as server, Client(settings_for(server.url)) as client:  # type: ignore[arg-type]
        assert client.conversations.list().items == [Conversation(uuid="u?1")]
        assert client.conversations.list("pedido & más").items == [Conversation(uuid="u?1")]
        assert client.conversations.messages("u?1").items == [Message(id="1")]
        assert client.conversations.messages("u?1", "Hola").items == [Message(id="1")]
    lists, messages = "/api/v1/conversations", "/api/v1/conversations/u%3F1/messages"
    filters = ["", "&criteria=pedido+%26+m%C3%A1s", "", "&criteria=Hola"]
    assert asked(server) == [
        f"{path}?{QUERY.format(page)}{criteria}"
        for path, criteria in zip([lists, lists, messages, messages], filters, strict=True)
        for page in (1, 2)
    ]
    assert {request.method for request in server.requests} == {"GET"}


def test_records_take_numbers_as_texts_and_leave_out_what_is_new() -> None:
    conversation = Conversation.model_validate({"uuid": 7, "title": 8, "createdAt": 9, "new": 1})
    assert conversation == Conversation(uuid="7", title="8", created_at="9")
    message = Message.model_validate({"id": 1, "sender": 2, "content": 3, "timestamp": 4, "new": 1})
    assert message == Message(id="1", sender="2", content="3", timestamp="4")
    for record, name in ((conversation, "uuid"), (message, "id")):
        with pytest.raises(ValidationError, match="frozen"):
            setattr(record, name, "x")


@pytest.mark.parametrize("item", [{}, {"uuid": ""}, {"uuid": None}])
def test_a_conversation_needs_an_id(item: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Conversation.model_validate(item)
