"""WhatsApp is connected and disconnected with the calls that are documented."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from pulumi_assistai import ApiError, FirewallError, NotFoundError, UnexpectedAnswerError
from pulumi_assistai.client import Client, Connected, QrCode, Starting
from tests.conftest import Api, settings_for
from tests.scripted import Reply, Request, as_json, replies, serve

PATH = "/api/v1/agents/A%3F1/integrations/whatsappweb"
PNG = b"\x89PNG\r\n\x1a\n..."
NEITHER = "its body is neither a PNG nor JSON"


def connect(reply: Reply) -> tuple[QrCode | Connected | Starting | ApiError, Request]:
    with serve(replies(reply)) as server, Client(settings_for(server.url)) as client:
        try:
            return client.whatsapp.connect("A?1"), server.requests[0]
        except ApiError as error:
            return error, server.requests[0]


def test_the_qr_is_the_picture_that_the_api_sends() -> None:
    answer, request = connect(Reply(200, PNG, {"content-type": "image/png"}))
    assert answer == QrCode(PNG)
    assert (request.method, request.path, request.body) == ("GET", f"{PATH}/qr", b"")
    assert request.headers["accept"] == "image/png, application/json"


@pytest.mark.parametrize("content_type", ["image/png", "application/octet-stream", "text/plain", ""])
def test_a_picture_is_known_by_what_it_is(content_type: str) -> None:
    assert connect(Reply(200, PNG, {"content-type": content_type}))[0] == QrCode(PNG)


@pytest.mark.parametrize(
    "content_type", ["application/json", "Application/JSON; charset=utf-8", " application/json ;x=1"]
)
def test_json_says_which_phone_is_linked(content_type: str) -> None:
    body = b'{"status": "connected", "phoneNumber": 584221234567, "message": "..."}'
    answer, _ = connect(Reply(200, body, {"content-type": content_type}))
    assert answer == Connected(status="connected", phone_number="584221234567")


@pytest.mark.parametrize("body", [{"status": "connected"}, {"status": "connected", "phoneNumber": None}])
def test_the_number_of_a_linked_phone_may_be_unknown(body: dict[str, object]) -> None:
    assert connect(as_json(body))[0] == Connected(status="connected", phone_number=None)


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (Reply(200, b"GIF89a", {"content-type": "image/png"}), NEITHER),
        (Reply(200, PNG[1:], {"content-type": "image/png"}), NEITHER),
        (Reply(200, b"<html>connected</html>", {"content-type": "text/html"}), NEITHER),
        (Reply(200, b"[" * 100_000), NEITHER),
        (
            as_json({"status": "connected", "phoneNumber": {"number": 1}}),
            "its body is not as documented: phoneNumber: Input should be a valid string",
        ),
    ],
)
def test_any_other_answer_is_an_error(reply: Reply, problem: str) -> None:
    error, _ = connect(reply)
    assert isinstance(error, UnexpectedAnswerError)
    assert error.detail == problem


@pytest.mark.parametrize("status", ["connected", "CONNECTED", "Connected", " connected\n"])
@pytest.mark.parametrize("content_type", ["application/json", "text/html; charset=utf-8", "text/plain", ""])
def test_a_linked_phone_is_known_by_what_the_json_says(status: str, content_type: str) -> None:
    body = json.dumps({"status": status, "phoneNumber": "584221234567"}).encode()
    answer, _ = connect(Reply(200, body, {"content-type": content_type}))
    assert answer == Connected(status="connected", phone_number="584221234567")


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (as_json({"status": "connecting"}), "connecting"),
        (as_json({"status": "disconnected"}), "disconnected"),
        (as_json({"status": "not connected"}), "not connected"),
        (as_json({"status": "OPENING", "message": "wait"}), "OPENING"),
        (as_json({"status": None, "message": "starting"}), "starting"),
        (as_json({"message": "starting\nnow"}), "starting now"),
        (as_json("connecting"), "connecting"),
        (as_json({"status": "connecting", "x": 1}, 202), "connecting"),
        (as_json({"status": "sandbox-token"}), "[token]"),
        (as_json(None), ""),
        (Reply(200), ""),
        (Reply(204), ""),
        (Reply(200, b" \n"), ""),
        (as_json({"message": "reconnecting"}, 409), "reconnecting"),
        (as_json({"message": "The session is starting"}, 503), "The session is starting"),
        (as_json({"message": "starting"}, 503, **{"retry-after": "1"}), "starting"),
        (Reply(503), ""),
    ],
)
def test_a_connection_that_starts_is_no_error(reply: Reply, said: str) -> None:
    assert connect(reply)[0] == Starting(said)


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 410, 422, 500, 502, 504])
def test_other_refusals_are_errors(status: int) -> None:
    error, _ = connect(as_json({"message": "connecting"}, status))
    assert isinstance(error, ApiError)
    assert error.status == status


def test_the_page_of_a_firewall_is_no_connection_that_starts() -> None:
    page = b"<!doctype html><title>Just a moment...</title>"
    assert isinstance(connect(Reply(503, page, {"content-type": "text/html"}))[0], FirewallError)


def test_what_starts_a_connection_is_asked_for_once() -> None:
    with (
        serve(replies(Reply(500), Reply(200, PNG))) as server,
        Client(settings_for(server.url)) as client,
        pytest.raises(ApiError),
    ):
        client.whatsapp.connect("A-1")
    assert len(server.requests) == 1


def test_disconnecting_deletes_the_integration() -> None:
    with serve(replies(as_json({"message": "ok"}))) as server, Client(settings_for(server.url)) as client:
        client.whatsapp.disconnect("A?1")
    [request] = server.requests
    assert (request.method, request.path, request.body) == ("DELETE", PATH, b"")
    assert request.headers["accept"] == "application/json"


def test_a_phone_is_linked_and_unlinked(client: Client, api: Api) -> None:
    code = api.create("Ventas")
    assert isinstance(client.whatsapp.connect(code), QrCode)
    api.link(code, "584221234567")
    assert client.whatsapp.connect(code) == Connected(status="connected", phone_number="584221234567")
    client.whatsapp.disconnect(code)
    assert api.agent("Ventas")["whatsapp"] != "connected"
    with pytest.raises(NotFoundError):
        client.whatsapp.disconnect("A-9")


def test_what_is_linked_never_changes() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Connected(status="connected").phone_number = "1"  # type: ignore[misc]
