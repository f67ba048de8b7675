"""Odd answers to the call for a QR."""

from __future__ import annotations

import httpx
import pytest

from tests.emulator.conftest import create, decode, whatsapp
from tests.emulator.oddities.conftest import odd

PHONE = "584221234567"


def ask(client: httpx.Client, code: str) -> httpx.Response:
    return client.get(whatsapp(code) + "/qr")


def link(client: httpx.Client, control: httpx.Client) -> httpx.Response:
    """Link a phone, and ask again."""
    code = create(client)
    ask(client, code)
    assert control.post(f"/agents/{code}/whatsapp/link", json={"phoneNumber": PHONE}).status_code == 200
    return ask(client, code)


@pytest.mark.parametrize(
    ("name", "status", "wait"),
    [("connecting", 200, None), ("409", 409, None), ("503", 503, None), ("503-retry-after", 503, "1")],
)
def test_a_session_starts_before_there_is_a_qr(name: str, status: int, wait: str | None) -> None:
    with odd(f"starting={name}") as (client, control):
        code = create(client)
        for _ in range(2):
            answer = ask(client, code)
            assert (answer.status_code, answer.headers.get("retry-after")) == (status, wait)
            assert control.post(f"/agents/{code}/whatsapp/link", json={"phoneNumber": PHONE}).status_code == 409
            assert decode(ask(client, code)) != decode(ask(client, code))
            client.delete(whatsapp(code))


def test_what_is_said_while_a_session_starts() -> None:
    with odd("starting=connecting") as (client, _):
        assert ask(client, create(client)).json() == {"status": "connecting"}
    with odd("starting=409") as (client, _):
        assert ask(client, create(client)).json()["message"] == "reconnecting"


def test_the_console_shows_no_qr_while_a_session_starts() -> None:
    with odd("starting=connecting") as (client, control):
        code = create(client)
        console = f"{control.base_url.copy_with(path='')}/agents/{code}"
        seen = []
        for _ in range(2):
            ask(client, code)
            seen.append("qr.png" in httpx.get(console).text)
        assert seen == [False, True]


def test_the_status_of_a_linked_phone() -> None:
    with odd("connected=CONNECTED") as (client, control):
        answer = link(client, control)
        assert (answer.json()["status"], answer.json()["phoneNumber"]) == ("CONNECTED", PHONE)


def test_json_sent_as_html() -> None:
    with odd("connected-html") as (client, control):
        answer = link(client, control)
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert answer.json()["status"] == "connected"


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("jid", "584221234567@s.whatsapp.net"),
        ("jid-device", "584221234567:12@s.whatsapp.net"),
        ("plus", "+584221234567"),
        ("null", None),
    ],
)
def test_the_number_of_a_linked_phone(name: str, written: str | None) -> None:
    with odd(f"phone={name}") as (client, control):
        assert link(client, control).json()["phoneNumber"] == written
        assert control.get("/agents").json()[0]["phoneNumber"] == PHONE
