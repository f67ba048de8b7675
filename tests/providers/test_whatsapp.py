"""The provider of WhatsApp integrations, against the emulator."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.output import Unknown

from pulumi_assistai.emulator import Emulator
from pulumi_assistai.providers.whatsapp import WhatsAppIntegrationProvider
from tests.conftest import Api
from tests.in_process import account, configure

PHONE = "584221234567"
PLACE = {"tenant_domain": "sandbox", "organization_code": "SANDBOX"}


@pytest.fixture
def provider(emulator: Emulator) -> WhatsAppIntegrationProvider:
    return configure(WhatsAppIntegrationProvider(), account(emulator.url))


@pytest.fixture
def code(api: Api) -> str:
    return api.create("Ventas")


def recorded(code: str, **others: str) -> dict[str, Any]:
    return {"agent_code": code, "status": "pending", "phone_number": "", "__provider": "pickle"} | PLACE | others


def test_a_declaration_is_checked_without_asking(provider: WhatsAppIntegrationProvider, api: Api) -> None:
    assert not provider.check({}, {"agent_code": Unknown(), "wait_for_connection": 1}).failures
    [failure] = provider.check({}, {"agent_code": "A-1", "expected_phone_number": "12"}).failures
    assert failure.reason.startswith("expected_phone_number: ")
    assert api.requests() == []


def test_an_integration_is_created_pending_or_connected(
    provider: WhatsAppIntegrationProvider, api: Api, code: str
) -> None:
    made = provider.create({"agent_code": code, "wait_for_connection": None, "__provider": "pickle"})
    assert made.id == code
    assert made.outs == {"agent_code": code, "status": "pending", "phone_number": ""} | PLACE
    api.link(code, PHONE)
    linked = {"agent_code": code, "status": "connected", "phone_number": PHONE} | PLACE
    waits = {"wait_for_connection": 1}
    assert provider.update(code, made.outs, {"agent_code": code} | waits).outs == linked | waits


def test_another_agent_is_a_replacement_that_deletes_last(provider: WhatsAppIntegrationProvider) -> None:
    other = provider.diff("A-1", recorded("A-1"), {"agent_code": "A-2"})
    assert (other.changes, other.replaces, other.delete_before_replace) == (True, ["agent_code"], False)
    same = provider.diff("A-1", recorded("A-1"), {"agent_code": "A-1"})
    assert (same.changes, same.replaces) == (False, [])
    assert provider.diff("A-1", recorded("A-1"), {"agent_code": Unknown()}).changes is False


def test_what_the_native_provider_recorded_is_updated_without_a_call(
    provider: WhatsAppIntegrationProvider, api: Api
) -> None:
    here = {"tenantDomain": "sandbox", "organizationCode": "SANDBOX"}
    olds = {"agentCode": "A-1", "status": "connected", "phoneNumber": PHONE} | here
    difference = provider.diff("A-1", olds, {"agent_code": "A-1", "__provider": "pickle"})
    assert (difference.changes, difference.replaces) == (True, [])
    kept = {"agent_code": "A-1", "status": "connected", "phone_number": PHONE} | PLACE
    assert provider.update("A-1", olds, {"agent_code": "A-1", "__provider": "pickle"}).outs == kept
    assert provider.diff("A-1", olds, {"agent_code": "A-2"}).replaces == ["agent_code"]
    assert api.requests() == []


def test_a_read_asks_whether_a_phone_is_linked(provider: WhatsAppIntegrationProvider, api: Api, code: str) -> None:
    provider.create({"agent_code": code})
    api.link(code, PHONE)
    found = provider.read(code, recorded(code))
    assert found.id == code
    assert found.outs == {"agent_code": code, "status": "connected", "phone_number": PHONE} | PLACE
    assert found.inputs == {"agent_code": code}


@pytest.mark.usefixtures("code")
def test_a_read_of_what_is_gone_says_so(provider: WhatsAppIntegrationProvider) -> None:
    found = provider.read("A-9", recorded("A-9"))
    assert (found.id, found.outs) == (None, {})


def test_an_update_connects_again(provider: WhatsAppIntegrationProvider, api: Api, code: str) -> None:
    updated = provider.update(code, recorded(code, status="disconnected"), {"agent_code": code, "voice": None})
    assert updated.outs == {"agent_code": code, "status": "pending", "phone_number": ""} | PLACE
    assert api.requests() == [f"GET /api/v1/agents/{code}/integrations/whatsappweb/qr"]


def test_a_delete_disconnects(provider: WhatsAppIntegrationProvider, api: Api, code: str) -> None:
    provider.delete(code, recorded(code))
    assert api.requests() == [f"DELETE /api/v1/agents/{code}/integrations/whatsappweb"]
