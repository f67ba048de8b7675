"""WhatsApp integrations of the native provider, over gRPC against the emulator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from pulumi_assistai.properties import UNKNOWN
from tests.conftest import Api
from tests.native.conftest import WHATSAPP, Engine, Provider
from tests.native.test_agents import NONE, PLACE, SOME, kinds

PHONE = "584221234567"
Again = Callable[[], Provider]


@pytest.fixture
def code(api: Api) -> str:
    return api.create("Ventas")


def recorded(code: str, **others: Any) -> dict[str, Any]:
    return {"agentCode": code, "status": "pending", "phoneNumber": ""} | PLACE | others


def qr(code: str) -> str:
    return f"GET /api/v1/agents/{code}/integrations/whatsappweb/qr"


def test_an_integration_is_created_pending(provider: Provider, api: Api, engine: Engine, code: str) -> None:
    api.forget_requests()
    assert provider.create(WHATSAPP, {"agentCode": code}) == (code, recorded(code))
    assert api.requests() == [qr(code)]
    pending = f"WhatsApp of agent {code} has no phone linked yet: run `assistai link {code}` and scan the QR code"
    assert engine.logged == [("INFO", "ventas", pending)]


def test_a_preview_asks_nothing(provider: Provider, api: Api) -> None:
    unknown = {"status": UNKNOWN, "phoneNumber": UNKNOWN}
    assert provider.create(WHATSAPP, {"agentCode": UNKNOWN}, preview=True)[1] == recorded(UNKNOWN, **unknown)
    linked = recorded("A-1", status="connected", phoneNumber=PHONE)
    assert provider.update(WHATSAPP, "A-1", linked, {"agentCode": "A-1"}, preview=True) == linked
    assert provider.check(WHATSAPP, {"agentCode": UNKNOWN})[1] == []
    assert api.requests() == []


def test_what_is_wrong_is_named_in_camel_case(provider: Provider) -> None:
    wrong = {"agentCode": "A-1", "expectedPhoneNumber": "12", "waitForConnection": "canary-value"}
    number, wait = provider.check(WHATSAPP, wrong)[1]
    assert number.startswith("expectedPhoneNumber: must be one whole phone number")
    assert wait == "waitForConnection: Input should be a valid number"
    assert provider.check(WHATSAPP, {"agentCode": "A-1"})[1] == []
    assert provider.check(WHATSAPP, {"agentCode": "A-1"})[1] == [
        "agentCode: two resources declare the WhatsApp integration of agent A-1; remove one of them"
    ]


def test_another_agent_is_a_replacement_that_deletes_last(provider: Provider) -> None:
    before = {"agentCode": "A-1"}
    other = provider.diff(WHATSAPP, "A-1", recorded("A-1"), {"agentCode": "A-2"}, before)
    assert (other.changes, list(other.replaces), other.deleteBeforeReplace) == (SOME, ["agentCode"], False)
    assert kinds(other) == {"agentCode": "UPDATE_REPLACE"}
    for same in ("A-1", UNKNOWN):
        assert provider.diff(WHATSAPP, "A-1", recorded("A-1"), {"agentCode": same}, before).changes == NONE


def test_a_phone_that_went_away_is_repaired(provider: Provider, api: Api, code: str) -> None:
    gone = recorded(code, status="disconnected")
    difference = provider.diff(WHATSAPP, code, gone, {"agentCode": code}, {"agentCode": code})
    assert {name: entry.kind for name, entry in difference.detailedDiff.items()} == {
        "status": provider_pb2.PropertyDiff.UPDATE
    }
    api.forget_requests()
    assert provider.update(WHATSAPP, code, gone, {"agentCode": code}) == recorded(code)
    assert api.requests() == [qr(code)]


def test_a_read_asks_whether_a_phone_is_linked(provider: Provider, api: Api, code: str) -> None:
    _, made = provider.create(WHATSAPP, {"agentCode": code})
    api.link(code, PHONE)
    linked = recorded(code, status="connected", phoneNumber=PHONE)
    assert provider.read(WHATSAPP, code, made, {"agentCode": code}) == (code, linked, {"agentCode": code})


def test_an_import_needs_the_code_alone(provider: Provider, again: Again, api: Api, code: str) -> None:
    provider.create(WHATSAPP, {"agentCode": code})
    api.link(code, PHONE)
    linked = recorded(code, status="connected", phoneNumber=PHONE)
    assert again().read(WHATSAPP, code) == (code, linked, {"agentCode": code})


def test_what_is_gone_is_gone(provider: Provider, api: Api, code: str) -> None:
    assert provider.read(WHATSAPP, "A-9", recorded("A-9"), {"agentCode": "A-9"}) == ("", {}, {})
    api.forget_requests()
    provider.delete(WHATSAPP, code, recorded(code))
    assert api.requests() == [f"DELETE /api/v1/agents/{code}/integrations/whatsappweb"]


def test_what_a_dynamic_provider_recorded_gets_names_and_no_call(provider: Provider, api: Api) -> None:
    place = {"tenant_domain": "sandbox", "organization_code": "SANDBOX", "__provider": "pickle"}
    olds = {"agent_code": "A-1", "expected_phone_number": PHONE, "status": "connected", "phone_number": PHONE} | place
    news = {"agentCode": "A-1", "expectedPhoneNumber": PHONE}
    difference = provider.diff(WHATSAPP, "A-1", olds, news)
    assert (list(difference.replaces), kinds(difference)) == ([], {"__provider": "DELETE"})
    linked = recorded("A-1", status="connected", phoneNumber=PHONE)
    assert provider.update(WHATSAPP, "A-1", olds, news) == linked | news
    assert api.requests() == []
    assert list(provider.diff(WHATSAPP, "A-1", olds, news | {"agentCode": "A-2"}).replaces) == ["agentCode"]


def test_an_agent_without_whatsapp_is_told_in_one_line(provider: Provider, api: Api) -> None:
    api.create("Otro")
    problem = provider.problem(lambda: provider.create(WHATSAPP, {"agentCode": "A-9"}))
    assert problem.startswith("agent A-9 has no WhatsApp integration to connect (GET /api/v1/agents/A-9/")
    assert "\n" not in problem
