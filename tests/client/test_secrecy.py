"""The token is in nothing that a client says, whatever an API does with it."""

from __future__ import annotations

import json
import socket
from base64 import b64encode
from collections.abc import Callable, Iterator
from threading import Event
from traceback import TracebackException
from typing import Any
from urllib.parse import quote

import pytest
import stamina

from pulumi_assistai import ApiError, AssistAIError, NoAnswerError
from pulumi_assistai.client import Client, Starting, announce_retries
from pulumi_assistai.lifecycle.session import Session
from tests.client.raw import hear, speaking
from tests.conftest import settings_for
from tests.scripted import Reply, as_json, replies, serve

TOKEN = "canary.9fQx-Zt7LmWb2_Kd41"
HALF = TOKEN[: len(TOKEN) // 2 + 1]


@pytest.fixture(autouse=True)
def _once() -> Iterator[None]:
    with stamina.set_testing(testing=True, attempts=2):
        yield


def client_of(url: str) -> Client:
    return Client(settings_for(url, api_token=TOKEN, timeout=2))


def shows_the_token(text: str) -> bool:
    letters = "".join(character for character in text if "!" <= character <= "~")
    return HALF in letters or TOKEN[-len(HALF) :] in letters


@pytest.mark.parametrize(
    "answer",
    [
        "HTTP/1.1 201 Created\r\nX-Debug \x01 {}\r\n\r\n",
        "HTTP/1.1 {}\r\n\r\n",
        "{}\r\n\r\n",
        "HTTP/1.1 201 Created\r\nContent-Length: {}\r\n\r\n",
        "HTTP/1.1 201 Created\r\nTransfer-Encoding: {}\r\n\r\n",
        "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n{}\r\n",
        "HTTP/1.1 302 Found\r\nLocation: http://[{}\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 201 Created\r\nContent-Encoding: {}\r\nContent-Length: 1\r\n\r\n1",
        "HTTP/1.1 400 {}\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_an_answer_that_no_client_accepts_does_not_show_it(answer: str) -> None:
    def echo(connection: socket.socket, _: Event) -> None:
        [line] = [line for line in hear(connection).split(b"\r\n") if line.lower().startswith(b"authorization")]
        connection.sendall(answer.replace("{}", line.decode().partition(":")[2].strip()).encode())

    with speaking(echo) as url, client_of(url) as client, pytest.raises(AssistAIError) as caught:
        client.agents.create({"name": "Ventas"})
    assert not shows_the_token(str(caught.value))
    assert not shows_the_token("".join(TracebackException.from_exception(caught.value).format()))
    assert caught.value.__context__ is None


WRITTEN: list[Callable[[str], str]] = [
    str,
    *(lambda token, mark=mark: token[:11] + mark + token[11:] for mark in "\0\u00ad\u200b \n\t\u00e9"),
    " ".join,
    lambda token: json.dumps({"Authorization": f"Bearer {token}"}),
    lambda token: quote(f"Bearer {token}\n"),
    lambda token: token[:-5],
    lambda token: token[5:],
    lambda token: "".join(f"\\u{ord(character):04x}" for character in token),
]


@pytest.mark.parametrize("write", WRITTEN)
@pytest.mark.parametrize("body", [lambda said: json.dumps({"message": said}), lambda said: f"<html>{said}</html>", str])
def test_an_error_that_repeats_it_does_not_show_it(write: Callable[[str], str], body: Callable[[str], str]) -> None:
    reply = Reply(400, body(f"bad token {write(TOKEN)} given").encode())
    with serve(replies(reply)) as server, client_of(server.url) as client, pytest.raises(ApiError) as caught:
        client.agents.create({"name": "Ventas"})
    assert "[token]" in str(caught.value)
    for text in (str(caught.value), caught.value.detail):
        assert "bad token" in text
        assert not shows_the_token(text)
        assert "\\u0063\\u0061" not in text


def test_an_encoded_token_is_not_shown_either() -> None:
    encoded = b64encode(f"Bearer {TOKEN}".encode()).decode()
    with serve(replies(as_json({"message": encoded}, 400))) as server, client_of(server.url) as client:
        with pytest.raises(ApiError) as caught:
            client.agents.create({"name": "Ventas"})
        assert encoded[12:30] not in str(caught.value)


def test_the_words_of_a_connection_that_starts_do_not_show_it() -> None:
    with serve(replies(as_json({"status": f"for {TOKEN}"}))) as server, client_of(server.url) as client:
        assert client.whatsapp.connect("A-1") == Starting("for [token]")


def test_what_is_tried_again_is_told_without_it(capsys: pytest.CaptureFixture[str]) -> None:
    before = stamina.instrumentation.get_on_retry_hooks()
    announce_retries()
    try:
        with (
            serve(replies(as_json({"message": f"{TOKEN[:9]}\0{TOKEN[9:]}"}, 500), Reply(204))) as server,
            client_of(server.url) as client,
        ):
            client.agents.update("A-1", {"name": "Ventas"})
    finally:
        stamina.instrumentation.set_on_retry_hooks(before)
    told = capsys.readouterr().err
    assert "answered 500: [token];" in told
    assert "trying again in" in told


def test_what_a_session_tells_does_not_show_it(capsys: pytest.CaptureFixture[str]) -> None:
    with client_of("http://127.0.0.1:1"):
        session = Session(settings_for("http://127.0.0.1:1", api_token=TOKEN))
    session.tell(f"agent {TOKEN}")
    session.warn(f"agent {TOKEN[:7]}\u200b{TOKEN[7:]}")
    session.tell_once(f"once {TOKEN}")
    assert capsys.readouterr().err == "agent [token]\nwarning: agent [token]\nonce [token]\n"


def test_a_lost_answer_is_told_in_words() -> None:
    def echo(connection: socket.socket, _: Event) -> None:
        connection.sendall(
            b"HTTP/1.1 201 Created\r\nX-Debug \x01 " + hear(connection).replace(b"\r\n", b" ") + b"\r\n\r\n"
        )

    with speaking(echo) as url, client_of(url) as client, pytest.raises(NoAnswerError) as caught:
        client.agents.create({"name": "Ventas"})
    assert str(caught.value).startswith(
        "POST /api/v1/agents got no complete answer: illegal header line: bytearray(b'X-De"
    )
    assert "[token]" in str(caught.value)


def test_none_of_it_depends_on_the_kind_of_call() -> None:
    calls: list[Callable[[Client], Any]] = [
        lambda client: client.agents.list(),
        lambda client: client.agents.update("A-1", {"name": "x"}),
        lambda client: client.whatsapp.connect("A-1"),
        lambda client: client.whatsapp.disconnect("A-1"),
        lambda client: client.conversations.list(),
        lambda client: client.conversations.messages("u"),
        lambda client: client.survey.agents(take=10),
    ]
    with serve(replies(as_json({"message": TOKEN}, 400))) as server, client_of(server.url) as client:
        for call in calls:
            with pytest.raises(ApiError, match=r"answered 400: \[token\];"):
                call(client)
