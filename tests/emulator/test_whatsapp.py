"""The QR, the phone that scans it, and the disconnect."""

from __future__ import annotations

import re

import httpx
import pytest

from pulumi_assistai.emulator import Emulator
from tests.emulator.conftest import connect, create, dashboard, decode, whatsapp

PHONE = "584221234567"
CONNECTED = {"status": "connected", "phoneNumber": PHONE, "message": "Agente ya está conectado a WhatsApp"}


@pytest.fixture
def code(client: httpx.Client) -> str:
    return create(client)


def link(control: httpx.Client, code: str, **body: str) -> httpx.Response:
    return control.post(f"/agents/{code}/whatsapp/link", json={"phoneNumber": PHONE, **body})


def state(control: httpx.Client) -> tuple[str | None, str | None]:
    [agent] = control.get("/agents").json()
    return agent["whatsapp"], agent["phoneNumber"]


def test_the_qr_is_a_picture_of_the_current_payload(client: httpx.Client, control: httpx.Client, code: str) -> None:
    payload = decode(client.get(whatsapp(code) + "/qr", headers={"accept": "image/png"}))
    assert re.fullmatch(r"2@[\w+/=]+,[\w+/=]+,[\w+/=]+,1", payload)
    assert control.get("/agents").json()[0]["qr"] == payload
    assert state(control) == ("connecting", None)


def test_without_a_lifetime_every_call_makes_a_new_qr(client: httpx.Client, code: str) -> None:
    assert len({decode(client.get(whatsapp(code) + "/qr")) for _ in range(3)}) == 3


def test_a_qr_stays_for_its_lifetime() -> None:
    with Emulator(qr_lifetime=3600) as emulator, connect(emulator) as client:
        first, second = create(client), create(client)
        shown = [decode(client.get(whatsapp(code) + "/qr")) for code in (first, second, first)]
    assert shown[0] == shown[2] != shown[1]


def test_a_qr_ends_with_its_lifetime() -> None:
    with Emulator(qr_lifetime=1e-9) as emulator, connect(emulator) as client, dashboard(emulator) as control:
        code = create(client)
        payload = decode(client.get(whatsapp(code) + "/qr"))
        assert link(control, code, qr=payload).status_code == 409
        assert decode(client.get(whatsapp(code) + "/qr")) != payload


def test_a_phone_links_with_the_current_qr(client: httpx.Client, control: httpx.Client, code: str) -> None:
    old, new = (decode(client.get(whatsapp(code) + "/qr")) for _ in range(2))
    refused = link(control, code, qr=old)
    assert (refused.status_code, refused.json()["message"]) == (409, "this QR code is not the current one")
    assert link(control, code, qr=new).json()["whatsapp"] == "connected"
    assert state(control) == ("connected", PHONE)


def test_a_phone_that_names_no_qr_scans_the_last_one(client: httpx.Client, control: httpx.Client, code: str) -> None:
    client.get(whatsapp(code) + "/qr")
    assert link(control, code).status_code == 200
    assert state(control) == ("connected", PHONE)


def test_a_phone_cannot_scan_what_was_never_shown(control: httpx.Client, code: str) -> None:
    assert link(control, code).status_code == 409
    assert link(control, code, qr="2@a,b,c,1").status_code == 409
    assert state(control) == ("disconnected", None)


def test_one_qr_links_once(client: httpx.Client, control: httpx.Client, code: str) -> None:
    payload = decode(client.get(whatsapp(code) + "/qr"))
    assert link(control, code, qr=payload).status_code == 200
    control.post(f"/agents/{code}/whatsapp/unlink")
    assert link(control, code, qr=payload).status_code == 409


def test_a_connected_agent_answers_json(client: httpx.Client, control: httpx.Client, code: str) -> None:
    client.get(whatsapp(code) + "/qr")
    link(control, code)
    answer = client.get(whatsapp(code) + "/qr", headers={"accept": "image/png"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json() == CONNECTED


def test_a_disconnected_agent_can_be_connected_again(client: httpx.Client, control: httpx.Client, code: str) -> None:
    client.get(whatsapp(code) + "/qr")
    link(control, code)
    answer = client.delete(whatsapp(code))
    assert (answer.status_code, answer.json()) == (200, {"message": "Agente desconectado exitosamente de WhatsApp"})
    assert state(control) == ("disconnected", None)
    assert link(control, code, qr=decode(client.get(whatsapp(code) + "/qr"))).status_code == 200


def test_disconnecting_twice_is_fine(client: httpx.Client, code: str) -> None:
    assert [client.delete(whatsapp(code)).status_code for _ in range(2)] == [200, 200]


def test_the_phone_ends_the_link(client: httpx.Client, control: httpx.Client, code: str) -> None:
    client.get(whatsapp(code) + "/qr")
    link(control, code)
    assert control.post(f"/agents/{code}/whatsapp/unlink").json()["whatsapp"] == "disconnected"
    decode(client.get(whatsapp(code) + "/qr"))


def without_integration(client: httpx.Client, code: str) -> None:
    for answer, message in (
        (client.get(whatsapp(code) + "/qr"), "No hay integración WhatsApp"),
        (client.delete(whatsapp(code)), "No existe integración"),
    ):
        assert answer.status_code == 404
        assert answer.json() == {"statusCode": 404, "message": message, "error": "Not Found"}


def test_an_integration_can_be_taken_away_and_given_back(
    client: httpx.Client, control: httpx.Client, code: str
) -> None:
    client.get(whatsapp(code) + "/qr")
    assert control.delete(f"/agents/{code}/whatsapp").status_code == 204
    without_integration(client, code)
    assert state(control) == (None, None)
    assert [link(control, code).status_code, control.delete(f"/agents/{code}/whatsapp").status_code] == [404, 404]
    assert control.post(f"/agents/{code}/whatsapp/unlink").status_code == 404
    assert control.post(f"/agents/{code}/whatsapp").json()["whatsapp"] == "disconnected"
    assert link(control, code).status_code == 409
    decode(client.get(whatsapp(code) + "/qr"))


def test_giving_an_integration_twice_keeps_the_link(client: httpx.Client, control: httpx.Client, code: str) -> None:
    client.get(whatsapp(code) + "/qr")
    link(control, code)
    assert control.post(f"/agents/{code}/whatsapp").json()["phoneNumber"] == PHONE


def test_an_emulator_without_whatsapp() -> None:
    with Emulator(whatsapp=False) as emulator, connect(emulator) as client:
        without_integration(client, create(client))


def test_no_agent(client: httpx.Client) -> None:
    for answer in (client.get(whatsapp("A-404") + "/qr"), client.delete(whatsapp("A-404"))):
        assert answer.status_code == 404
        assert answer.json()["message"] == "Agente A-404 no encontrado"
