"""What is declared against what is live, with nothing changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pulumi_assistai import ApiError, UnauthorizedError
from pulumi_assistai.lifecycle.comparison import (
    IN_SYNC_AS_SHOWN,
    AgentStatus,
    DeclaredAgent,
    DeclaredIntegration,
    Drift,
    IntegrationStatus,
    SameName,
    belongs,
    compare_agents,
    compare_integrations,
    same_named,
    unmanaged,
)
from pulumi_assistai.lifecycle.session import Session
from pulumi_assistai.lifecycle.whatsapp import Link
from tests.conftest import Api
from tests.lifecycle.conftest import Connect, listings
from tests.scripted import as_json, replies, serve

OLD = "2020-01-01T00:00:00+00:00"
YOUNG = "2999-01-01T00:00:00+00:00"
PHONE, OTHER_PHONE = "584221234567", "573001234567"


@pytest.fixture(autouse=True)
def _nothing_is_changed(api: Api) -> Iterator[None]:
    yield
    assert api.requests("POST", "PATCH", "DELETE") == []


@pytest.fixture
def code(api: Api) -> str:
    return api.create("Ventas", description="Vende")


@pytest.fixture
def linked(session: Session, api: Api, code: str) -> str:
    """Return the code of an agent that a phone is linked to."""
    session.client.whatsapp.connect(code)
    api.link(code, PHONE)
    api.forget_requests()
    return code


def declared(code: str, secret: tuple[str, ...] = (), **recorded: Any) -> DeclaredAgent:
    fields = {"name": "Ventas", "description": "Vende", "managed_since": OLD}
    clear = {name: value for name, value in (fields | recorded).items() if name not in secret}
    return DeclaredAgent("ventas", code, clear, frozenset(secret))


def status(code: str, status: str, *drift: Drift, **others: Any) -> AgentStatus:
    usual = {"resource": "ventas", "code": code, "name": "Ventas", "not_visible": (), "secret": ()}
    return AgentStatus(status=status, drift=drift, **usual | others)


def integration(code: str, status: str = "connected", phone_number: str | None = PHONE, **others: Any) -> Any:
    return DeclaredIntegration("linea", {"agent_code": code, "status": status, "phone_number": phone_number, **others})


def test_an_agent_that_is_as_declared_is_in_sync(session: Session, api: Api, code: str) -> None:
    assert compare_agents(session, [declared(code)]) == [status(code, "in sync")]
    assert listings(api) == 1


def test_agents_are_compared_in_their_order_with_one_listing(session: Session, api: Api) -> None:
    codes = [api.create("Ventas", description="Vende") for _ in range(3)][::-1]
    assert [each.code for each in compare_agents(session, [declared(code) for code in codes])] == codes
    assert listings(api) == 1


@pytest.mark.parametrize(
    ("edits", "drift"),
    [
        ({"name": "Otro"}, [Drift("name", "Ventas", "Otro")]),
        ({"description": ""}, [Drift("description", "Vende", "")]),
        ({"name": "A", "description": "B"}, [Drift("name", "Ventas", "A"), Drift("description", "Vende", "B")]),
    ],
)
def test_an_agent_that_was_edited_has_drifted(
    session: Session, api: Api, code: str, edits: dict[str, str], drift: list[Drift]
) -> None:
    api.edit(code, **edits)
    assert compare_agents(session, [declared(code)]) == [status(code, "drifted", *drift)]


def test_an_agent_that_two_listings_do_not_have_is_missing(session: Session, api: Api) -> None:
    api.create("Ajeno")
    found = compare_agents(session, [declared("A-404"), declared("A-405")])
    assert found == [status("A-404", "missing"), status("A-405", "missing")]
    assert listings(api) == 2


def test_an_empty_listing_calls_no_agent_missing(session: Session) -> None:
    assert compare_agents(session, [declared("A-404")]) == [status("A-404", "not listed")]


def test_a_young_agent_that_is_not_listed_is_not_missing(session: Session, code: str) -> None:
    found = compare_agents(session, [declared("A-404", managed_since=YOUNG), declared(code, managed_since=YOUNG)])
    assert found == [status("A-404", "not listed"), status(code, "in sync")]


def test_an_agent_that_a_listing_may_hide_is_not_missing(session: Session, api: Api, code: str) -> None:
    hidden = api.create("Soporte")
    api.faults.add("stale", method="GET", count=0, rows=1)
    found = compare_agents(session, [declared(hidden), declared(code)])
    assert found == [status(hidden, "not listed"), status(code, "in sync")]


def test_fields_that_are_not_shown_are_named_and_not_told_of(
    session: Session, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    agent = declared(code, ("instructions",), instructions="secretas", tone="serio", voice="", on_delete="archive")
    assert compare_agents(session, [agent]) == [
        status(code, IN_SYNC_AS_SHOWN, not_visible=("instructions", "tone", "voice"))
    ]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("secret", "name"), [(("name",), None), (("description",), "Ventas"), (("name", "description", "tone"), None)]
)
def test_secret_fields_are_named_and_not_compared(
    session: Session, api: Api, code: str, secret: tuple[str, ...], name: str | None
) -> None:
    api.edit(code, **{field: "Otro" for field in secret if field != "tone"})
    (found,) = compare_agents(session, [declared(code, secret)])
    assert (found.status, found.name, found.drift) == (IN_SYNC_AS_SHOWN, name, ())
    assert found.secret == tuple(field for field in secret if field != "tone")
    assert found.not_visible == tuple(field for field in secret if field == "tone")


def test_agents_that_cannot_be_listed_are_an_error(session: Session, api: Api) -> None:
    api.faults.add("status-before", method="GET", status=401)
    with pytest.raises(UnauthorizedError):
        compare_agents(session, [])


def test_agents_that_are_not_declared_are_unmanaged(session: Session, api: Api, code: str) -> None:
    others = [api.create("Otro"), api.create("Ventas")]
    assert [agent.code for agent in unmanaged(session, [declared(code)])] == others
    assert unmanaged(session, [declared(each) for each in [code, *others]]) == []
    assert listings(api) == 1


def test_names_of_several_agents_are_named_with_their_codes(session: Session, api: Api, code: str) -> None:
    api.create("Soporte")
    codes = (code, api.create("Ventas"), api.create("Ventas"))
    assert same_named(session, []) == [SameName("Ventas", codes, unwanted=False)]


@pytest.mark.parametrize(
    ("allowed", "unwanted"), [((False,), True), ((True,), False), ((False, True), False), ((False, False), True)]
)
def test_a_second_agent_of_a_managed_name_is_unwanted_unless_it_is_allowed(
    session: Session, api: Api, code: str, allowed: tuple[bool, ...], *, unwanted: bool
) -> None:
    codes = (code, api.create("Ventas"))
    agents = [declared(each, allow_duplicate_name=may) for each, may in zip(codes, allowed, strict=False)]
    assert same_named(session, agents) == [SameName("Ventas", codes, unwanted=unwanted)]


@pytest.mark.parametrize(
    ("recorded", "here"),
    [
        ({}, True),
        ({"tenant_domain": "sandbox", "organization_code": "SANDBOX"}, True),
        ({"tenant_domain": None, "organization_code": "SANDBOX"}, True),
        ({"tenant_domain": "acme", "organization_code": "SANDBOX"}, False),
        ({"tenant_domain": "sandbox", "organization_code": "ACME"}, False),
    ],
)
def test_a_resource_belongs_to_the_place_that_it_records(
    session: Session, api: Api, recorded: dict[str, Any], *, here: bool
) -> None:
    assert belongs(session, recorded) is here
    assert api.requests() == []


def test_an_integration_is_shown_as_recorded_without_a_call(session: Session, api: Api) -> None:
    states = [integration("A-1"), integration("A-2", "pending", None), DeclaredIntegration("x", {"agent_code": 3})]
    assert compare_integrations(session, states, live=False) == [
        IntegrationStatus("linea", "A-1", Link("connected", PHONE), None, "in sync", ()),
        IntegrationStatus("linea", "A-2", Link("pending", ""), None, "in sync", ()),
        IntegrationStatus("x", "3", Link("", ""), None, "in sync", ()),
    ]
    assert api.requests() == []


def test_a_recorded_integration_can_show_drift_without_a_call(session: Session) -> None:
    states = [integration("A-1", "disconnected", ""), integration("A-2", expected_phone_number=OTHER_PHONE)]
    found = compare_integrations(session, states, live=False)
    assert [(each.status, each.drift) for each in found] == [
        ("drifted", (Drift("status", "connected", "disconnected"),)),
        ("drifted", (Drift("phone_number", OTHER_PHONE, PHONE),)),
    ]


def test_a_linked_phone_is_in_sync(session: Session, api: Api, linked: str) -> None:
    (found,) = compare_integrations(session, [integration(linked)], live=True)
    link = Link("connected", PHONE)
    assert found == IntegrationStatus("linea", linked, link, link, "in sync", ())
    assert api.requests() == [f"GET /api/v1/agents/{linked}/integrations/whatsappweb/qr"]


def test_a_phone_that_was_linked_since_is_no_drift(session: Session, linked: str) -> None:
    (found,) = compare_integrations(session, [integration(linked, "pending", "")], live=True)
    assert found == IntegrationStatus("linea", linked, Link("pending", ""), Link("connected", PHONE), "in sync", ())


def test_a_phone_that_is_still_awaited_is_in_sync(session: Session, code: str) -> None:
    (found,) = compare_integrations(session, [integration(code, "pending", "")], live=True)
    assert found == IntegrationStatus("linea", code, Link("pending"), Link("pending"), "in sync", ())


def test_a_phone_that_went_away_is_drift(session: Session, code: str) -> None:
    (found,) = compare_integrations(session, [integration(code)], live=True)
    drift = (Drift("status", "connected", "disconnected"),)
    assert found == IntegrationStatus("linea", code, Link("connected", PHONE), Link("disconnected"), "drifted", drift)


@pytest.mark.parametrize(
    ("recorded", "expected", "drift"),
    [
        (OTHER_PHONE, None, [Drift("phone_number", OTHER_PHONE, PHONE)]),
        (PHONE, OTHER_PHONE, [Drift("phone_number", OTHER_PHONE, PHONE)]),
        (OTHER_PHONE, "+58 422 1234567", []),
        ("", None, []),
    ],
)
def test_another_phone_than_expected_or_recorded_is_drift(
    session: Session, linked: str, recorded: str, expected: str | None, drift: list[Drift]
) -> None:
    state = integration(linked, phone_number=recorded, expected_phone_number=expected)
    (found,) = compare_integrations(session, [state], live=True)
    assert found.drift == tuple(drift)
    assert found.status == ("drifted" if drift else "in sync")


def test_a_phone_whose_number_is_not_told_is_no_drift(connect: Connect) -> None:
    with serve(replies(as_json({"status": "connected"}))) as server:
        (found,) = compare_integrations(connect(base_url=server.url), [integration("A-1")], live=True)
    assert (found.live, found.status) == (Link("connected", ""), "in sync")


def test_an_integration_that_is_gone_is_missing(session: Session, api: Api, code: str) -> None:
    api.call("DELETE", f"/agents/{code}/whatsapp")
    (found,) = compare_integrations(session, [integration(code)], live=True)
    assert found == IntegrationStatus("linea", code, Link("connected", PHONE), None, "missing", ())


def test_integrations_are_compared_in_their_order(session: Session, api: Api) -> None:
    codes = [api.create(f"Agente {number}") for number in range(12)]
    found = compare_integrations(session, [integration(code) for code in codes], live=True)
    assert [each.agent_code for each in found] == codes


def test_an_integration_that_cannot_be_asked_for_is_an_error(session: Session, api: Api, code: str) -> None:
    api.faults.add("status-before", method="GET", status=403)
    with pytest.raises(ApiError, match="answered 403"):
        compare_integrations(session, [integration(code)], live=True)


def test_a_number_that_may_be_the_expected_one_is_asked_about(
    connect: Connect, capfd: pytest.CaptureFixture[str]
) -> None:
    recorded = {"agent_code": "A-1", "expected_phone_number": "+55 11 3123-4567", "status": "connected"}
    declared = [DeclaredIntegration("w", recorded | {"phone_number": "5511931234567"})]
    (found,) = compare_integrations(connect(), declared, live=False)
    assert found.status == "in sync"
    said = capfd.readouterr().err
    assert said.startswith("warning: WhatsApp of agent A-1 is linked to a number that ends in 67, and it is")
    assert "look at the number in WhatsApp's settings on that phone" in said
