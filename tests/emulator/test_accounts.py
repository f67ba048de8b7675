"""Accounts: tokens are checked, and organizations never see each other."""

from __future__ import annotations

import httpx
import pytest

from pulumi_assistai.emulator import Account, Emulator
from tests.emulator.conftest import SANDBOX, connect, create, names, whatsapp

UUID = "00000000-0000-4000-8000-000000000000"
CALLS = [
    ("POST", "/agents"),
    ("GET", "/agents"),
    ("PATCH", "/agents/A-001"),
    ("GET", whatsapp("A-001") + "/qr"),
    ("DELETE", whatsapp("A-001")),
    ("GET", "/conversations"),
    ("GET", f"/conversations/{UUID}/messages"),
]


def every_call(emulator: Emulator, headers: dict[str, str]) -> list[httpx.Response]:
    with httpx.Client(base_url=f"{emulator.url}/api/v1", headers=headers) as client:
        return [client.request(method, path, json={"name": "Ventas"}) for method, path in CALLS]


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer unknown", "Basic sandbox-token", "sandbox-token"]
)
def test_without_a_known_token_nothing_is_told(emulator: Emulator, authorization: str | None) -> None:
    headers = {} if authorization is None else {"authorization": authorization}
    for answer in every_call(emulator, headers):
        assert answer.status_code == 401
        assert answer.json() == {"statusCode": 401, "message": "Unauthorized", "error": "Unauthorized"}


@pytest.mark.parametrize(
    "others",
    [
        {},
        {"x-tenant-domain": "sandbox"},
        {"x-organization-code": "SANDBOX"},
        {"x-tenant-domain": "acme", "x-organization-code": "ACME"},
        {"x-tenant-domain": "sandbox", "x-organization-code": "ACME"},
        {"x-tenant-domain": "sandbox", "x-organization-code": "sandbox"},
    ],
)
def test_a_token_is_good_for_its_own_organization_alone(emulator: Emulator, others: dict[str, str]) -> None:
    for answer in every_call(emulator, {"authorization": "Bearer sandbox-token", **others}):
        assert answer.status_code == 403
        assert (answer.json()["statusCode"], answer.json()["error"]) == (403, "Forbidden")


def test_who_may_not_ask_is_told_so_before_anything_else(emulator: Emulator) -> None:
    answer = httpx.post(f"{emulator.url}/api/v1/agents", json={"unknown": 1})
    assert answer.status_code == 401


def test_organizations_list_their_own(client: httpx.Client, acme: httpx.Client) -> None:
    create(client, "Ventas")
    create(acme, "Recepción")
    assert names(client.get("/agents")) == ["Ventas"]
    assert names(acme.get("/agents")) == ["Recepción"]


def test_a_code_of_another_organization_is_not_there(
    client: httpx.Client, acme: httpx.Client, control: httpx.Client
) -> None:
    code = create(client)
    assert acme.patch(f"/agents/{code}", json={"name": "Mío"}).status_code == 404
    assert acme.get(whatsapp(code) + "/qr").status_code == 404
    assert acme.delete(whatsapp(code)).status_code == 404
    [agent] = control.get("/agents").json()
    assert (agent["name"], agent["whatsapp"]) == ("Ventas", "disconnected")


def test_a_conversation_of_another_organization_is_not_there(
    client: httpx.Client, acme: httpx.Client, control: httpx.Client
) -> None:
    code = create(client)
    uuid = control.post(f"/agents/{code}/messages", json={"content": "Hola"}).json()["conversation"]
    assert client.get(f"/conversations/{uuid}/messages").status_code == 200
    assert acme.get(f"/conversations/{uuid}/messages").status_code == 404
    assert acme.get("/conversations").json()["data"] == []


def test_an_organization_may_have_several_tokens_and_a_token_several_organizations() -> None:
    accounts = [SANDBOX, Account("rotated", "sandbox", "SANDBOX"), Account("rotated", "sandbox", "SECOND")]
    with Emulator(accounts=accounts) as emulator:
        first, rotated, second = (connect(emulator, account) for account in accounts)
        create(first)
        assert names(rotated.get("/agents")) == ["Ventas"]
        assert names(second.get("/agents")) == []
        assert connect(emulator, Account("acme-token", "acme", "ACME")).get("/agents").status_code == 401


def test_a_token_is_in_no_representation_of_its_account() -> None:
    assert "sandbox-token" not in repr(SANDBOX)


def ask(emulator: Emulator, token: str, tenant: str, organization: str) -> int:
    headers = {"authorization": f"Bearer {token}", "x-tenant-domain": tenant, "x-organization-code": organization}
    return httpx.get(f"{emulator.url}/api/v1/agents", headers=headers).status_code


def test_a_welcoming_emulator_takes_in_who_asks_and_keeps_organizations_apart() -> None:
    with Emulator(welcome=True) as emulator:
        assert ask(emulator, "uno-token", "uno", "UNO") == 200
        assert ask(emulator, "dos-token", "dos", "DOS") == 200
        assert ask(emulator, "wrong", "uno", "UNO") == 401
        assert ask(emulator, "dos-token", "uno", "UNO") == 403
        assert ask(emulator, "wrong", "sandbox", "SANDBOX") == 401
        assert ask(emulator, "uno-token", "uno", "UNO") == 200
    with Emulator() as emulator:
        assert ask(emulator, "uno-token", "uno", "UNO") == 401
