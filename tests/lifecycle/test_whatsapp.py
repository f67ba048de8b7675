"""The WhatsApp integration of an agent: connect, ask, connect again, disconnect."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_assistai import (
    ApiError,
    AssistAIError,
    EmptyListingError,
    NoIntegrationError,
    NotFoundError,
    ServerError,
    WrongOrganizationError,
    WrongPhoneError,
)
from pulumi_assistai.lifecycle import whatsapp
from pulumi_assistai.lifecycle.session import Session
from pulumi_assistai.lifecycle.values import UNKNOWN, Difference, Found, Made
from pulumi_assistai.lifecycle.whatsapp import Link, require_expected
from tests.conftest import Api
from tests.lifecycle.clock import Clock
from tests.lifecycle.conftest import Connect
from tests.scripted import Reply, as_json, replies, serve

PHONE = "584221234567"
PLACE = {"tenant_domain": "sandbox", "organization_code": "SANDBOX"}
ELSEWHERE = {"agent_code": "A-1", "tenant_domain": "acme", "organization_code": "ACME"}
SAME, REPAIR = Difference(), Difference(("status",))
WAIT, NUMBER = Difference(("wait_for_connection",)), Difference(("expected_phone_number",))


@pytest.fixture
def code(api: Api) -> str:
    return api.create("Ventas")


@pytest.fixture
def linked(session: Session, api: Api, code: str) -> str:
    """Return the code of an agent that a phone is linked to."""
    session.client.whatsapp.connect(code)
    api.link(code, PHONE)
    api.forget_requests()
    return code


def qr(code: str) -> str:
    return f"GET /api/v1/agents/{code}/integrations/whatsappweb/qr"


def disconnect(code: str) -> str:
    return f"DELETE /api/v1/agents/{code}/integrations/whatsappweb"


def no_integration(code: str, detail: str = ": No hay integración WhatsApp") -> str:
    return (
        f"agent {code} has no WhatsApp integration to connect ({qr(code)} answered 404{detail}), "
        "and the API cannot add one: check the code, add WhatsApp Web to the agent in AssistAI's dashboard, "
        "then run `pulumi up` again"
    )


def waits(code: str) -> str:
    return f"WhatsApp of agent {code} has no phone linked yet: run `assistai link {code}` and scan the QR code\n"


def wrong_phone(code: str, expected: str) -> str:
    return (
        f"WhatsApp of agent {code} is linked to {PHONE}, not to the expected number, which ends in {expected[-2:]}; "
        f"unlink it on that phone or in AssistAI and run `assistai link {code}`, or correct expected_phone_number"
    )


@pytest.mark.parametrize(
    "inputs",
    [
        {"agent_code": "A-1"},
        {"agent_code": UNKNOWN},
        {"agent_code": "A-1", "expected_phone_number": "+58 422 123-4567", "wait_for_connection": 0},
        {"agent_code": "A-1", "expected_phone_number": "573001234567", "wait_for_connection": 3600.0},
        {"agent_code": "A-1", "expected_phone_number": UNKNOWN, "wait_for_connection": UNKNOWN},
    ],
)
def test_a_declaration_that_fits_has_no_problems(session: Session, inputs: dict[str, Any]) -> None:
    assert whatsapp.check(session, {}, inputs) == []


@pytest.mark.parametrize(
    ("inputs", "problem"),
    [
        ({}, "agent_code: Field required"),
        ({"agent_code": ""}, "agent_code: String should have at least 1 character"),
        ({"agent_code": " A-1"}, "agent_code: must not begin or end with blanks"),
        ({"agent_code": 1}, "agent_code: Input should be a valid string"),
        (
            {"agent_code": "A-1", "wait_for_connection": -1},
            "wait_for_connection: Input should be greater than or equal",
        ),
        ({"agent_code": "A-1", "wait_for_connection": 3601}, "wait_for_connection: Input should be less than or equal"),
        ({"agent_code": "A-1", "wait_for_connection": "9"}, "wait_for_connection: Input should be a valid number"),
        (
            {"agent_code": "A-1", "expected_phone_number": "12345"},
            "expected_phone_number: must be one whole",
        ),
        (
            {"agent_code": "A-1", "expected_phone_number": 584221},
            "expected_phone_number: Input should be a valid string",
        ),
        ({"agent_code": "A-1", "phone": "1"}, "phone: Extra inputs are not permitted"),
    ],
)
def test_a_declaration_that_does_not_fit_is_refused(session: Session, inputs: dict[str, Any], problem: str) -> None:
    assert [found.reason.startswith(problem) for found in whatsapp.check(session, {}, inputs)] == [True]


def test_all_problems_are_told_at_once(session: Session) -> None:
    problems = whatsapp.check(session, {}, {"wait_for_connection": float("nan"), "expected_phone_number": "no"})
    assert [problem.reason.split(":")[0] for problem in problems] == [
        "agent_code",
        "expected_phone_number",
        "wait_for_connection",
    ]


def test_two_integrations_of_one_agent_are_refused(session: Session, code: str) -> None:
    inputs = {"agent_code": code}
    assert whatsapp.check(session, inputs, inputs) == []
    (problem,) = whatsapp.check(session, {}, inputs)
    assert problem.reason == (
        f"agent_code: two resources declare the WhatsApp integration of agent {code}; remove one of them"
    )
    whatsapp.create(session, inputs)
    with pytest.raises(AssistAIError, match=f"^two resources declare the WhatsApp integration of agent {code}"):
        whatsapp.create(session, inputs)


def test_one_that_is_about_to_be_replaced_is_checked_again_as_a_new_one(session: Session) -> None:
    for recorded in ({"agent_code": "A-1"}, {}):
        assert whatsapp.check(session, recorded, {"agent_code": "A-2"}) == []


def test_an_agent_that_another_integration_still_declares_stays_connected(
    session: Session, api: Api, code: str, capfd: pytest.CaptureFixture[str]
) -> None:
    whatsapp.check(session, {"agent_code": code}, {"agent_code": code})
    whatsapp.delete(session, {"agent_code": code})
    assert api.requests("DELETE") == []
    assert "stays connected" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("recorded", "inputs", "difference"),
    [
        ({"status": "pending"}, {}, SAME),
        ({"status": "connected", "phone_number": PHONE}, {}, SAME),
        ({"status": "disconnected"}, {}, REPAIR),
        ({"status": "pending"}, {"agent_code": UNKNOWN}, SAME),
        ({"status": "pending"}, {"agent_code": "A-2"}, Difference(("agent_code",), replaces=("agent_code",))),
        ({"status": "pending"}, {"wait_for_connection": 5}, WAIT),
        ({"status": "pending", "wait_for_connection": 5}, {}, WAIT),
        ({"status": "pending"}, {"wait_for_connection": UNKNOWN}, SAME),
        ({"status": "pending"}, {"expected_phone_number": PHONE}, NUMBER),
        ({"status": "pending", "expected_phone_number": PHONE}, {"expected_phone_number": UNKNOWN}, SAME),
    ],
)
def test_what_a_declaration_changes(
    session: Session, api: Api, recorded: dict[str, Any], inputs: dict[str, Any], difference: Difference
) -> None:
    declared = {"agent_code": "A-1"} | inputs
    assert whatsapp.diff(session, {"agent_code": "A-1", **PLACE} | recorded, declared) == difference
    assert api.requests() == []


@pytest.mark.parametrize(
    ("status", "linked_to", "difference"),
    [
        ("connected", "+58 422 123 4567", SAME),
        ("connected", "573001234567", REPAIR),
        ("connected", "", SAME),
        ("connected", None, SAME),
        ("pending", "573001234567", SAME),
        ("disconnected", PHONE, REPAIR),
    ],
)
def test_another_number_than_the_expected_one_is_to_be_repaired(
    session: Session, status: str, linked_to: str | None, difference: Difference
) -> None:
    inputs = {"agent_code": "A-1", "expected_phone_number": PHONE}
    recorded = inputs | {"status": status, "phone_number": linked_to}
    assert whatsapp.diff(session, recorded, inputs) == difference


def test_an_expected_number_that_is_unknown_repairs_nothing(session: Session) -> None:
    recorded = {"agent_code": "A-1", "expected_phone_number": "1234567", "status": "connected", "phone_number": PHONE}
    inputs = {"agent_code": "A-1", "expected_phone_number": UNKNOWN}
    assert whatsapp.diff(session, recorded, inputs) == SAME


def test_creating_shows_a_qr_and_does_not_wait(
    session: Session, api: Api, code: str, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    made = whatsapp.create(session, {"agent_code": code})
    assert made == Made(code, {"agent_code": code, "status": "pending", "phone_number": "", **PLACE})
    assert api.requests() == [qr(code)]
    assert clock.slept == []
    assert capsys.readouterr().err == waits(code)


def test_creating_where_a_phone_is_linked_is_connected(
    session: Session, api: Api, linked: str, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    inputs = {"agent_code": linked, "expected_phone_number": "+58 422 1234567", "wait_for_connection": 9}
    made = whatsapp.create(session, inputs)
    assert made == Made(linked, inputs | {"status": "connected", "phone_number": PHONE} | PLACE)
    assert api.requests() == [qr(linked)]
    assert clock.slept == []
    assert capsys.readouterr().err == ""


def test_a_phone_that_is_linked_while_it_is_waited_for_ends_the_wait(
    session: Session, api: Api, code: str, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    clock.during_sleep = [lambda: None, lambda: api.link(code, PHONE)]
    made = whatsapp.create(session, {"agent_code": code, "wait_for_connection": 60})
    assert (made.outputs["status"], made.outputs["phone_number"]) == ("connected", PHONE)
    assert clock.slept == [2, 2]
    assert api.requests() == [qr(code)] * 3
    assert capsys.readouterr().err == ""


def test_a_wait_that_is_over_ends_pending_with_a_warning(
    session: Session, api: Api, code: str, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    made = whatsapp.create(session, {"agent_code": code, "wait_for_connection": 4.5})
    assert made.outputs["status"] == "pending"
    assert clock.slept == [2, 2, 0.5]
    assert api.requests() == [qr(code)] * 4
    warning = f"warning: no phone was linked to agent {code} within 4.5 s\n"
    assert capsys.readouterr().err == warning + waits(code)


def test_a_phone_of_another_number_than_the_expected_one_is_refused(session: Session, linked: str) -> None:
    with pytest.raises(WrongPhoneError) as caught:
        whatsapp.create(session, {"agent_code": linked, "expected_phone_number": "+57 300 1234567"})
    assert str(caught.value) == wrong_phone(linked, "+57 300 1234567")
    assert linked not in session.handled_integrations


def test_a_phone_whose_number_is_not_told_is_connected_and_no_wrong_one(connect: Connect) -> None:
    with serve(replies(as_json({"status": "connected"}))) as server:
        made = whatsapp.create(
            connect(base_url=server.url), {"agent_code": "A-1", "expected_phone_number": "573001234567"}
        )
    assert (made.outputs["status"], made.outputs["phone_number"]) == ("connected", "")


STARTS = [
    (as_json({"status": "connecting"}), ' ("connecting")'),
    (as_json({"message": "reconnecting"}, 409), ' ("reconnecting")'),
    (as_json({"message": "The session is starting"}, 503), ' ("The session is starting")'),
    (as_json(None), ""),
]


@pytest.mark.parametrize(("reply", "said"), STARTS)
def test_a_connection_that_starts_is_pending_with_one_warning(
    connect: Connect, clock: Clock, capsys: pytest.CaptureFixture[str], reply: Reply, said: str
) -> None:
    with serve(replies(reply)) as server:
        made = whatsapp.create(connect(base_url=server.url), {"agent_code": "A-1", "wait_for_connection": 4})
    assert (made.outputs["status"], made.outputs["phone_number"]) == ("pending", "")
    assert clock.slept == [2, 2]
    warnings = [line for line in capsys.readouterr().err.splitlines() if "QR code yet" in line]
    assert warnings == [
        (
            f"warning: WhatsApp of agent A-1 is not connected and has no QR code yet{said}; "
            "its status is pending, `pulumi refresh` checks it again"
        )
    ]


@pytest.mark.parametrize(("reply", "_said"), STARTS)
@pytest.mark.parametrize(("before", "after"), [("pending", "pending"), ("connected", "disconnected")])
def test_a_refresh_does_not_fail_while_a_connection_starts(
    connect: Connect, reply: Reply, _said: str, before: str, after: str
) -> None:
    with serve(replies(reply)) as server:
        found = whatsapp.read(connect(base_url=server.url), {"agent_code": "A-1", "status": before, **PLACE})
    assert found is not None
    assert found.outputs["status"] == after


def test_a_phone_that_is_linked_after_a_start_ends_the_wait(connect: Connect, clock: Clock) -> None:
    linked = as_json({"status": "CONNECTED", "phoneNumber": PHONE})
    with serve(replies(as_json({"status": "connecting"}), Reply(503), linked)) as server:
        made = whatsapp.create(connect(base_url=server.url), {"agent_code": "A-1", "wait_for_connection": 60})
    assert (made.outputs["status"], made.outputs["phone_number"]) == ("connected", PHONE)
    assert clock.slept == [2, 2]


def test_an_agent_without_an_integration_cannot_be_connected(session: Session, api: Api, code: str) -> None:
    api.call("DELETE", f"/agents/{code}/whatsapp")
    with pytest.raises(NoIntegrationError) as caught:
        whatsapp.create(session, {"agent_code": code})
    assert str(caught.value) == no_integration(code)
    assert code not in session.handled_integrations


def test_an_answer_without_words_is_told_without_them(session: Session, api: Api, code: str) -> None:
    api.faults.add("status-before", method="GET", status=404, body='""')
    with pytest.raises(NoIntegrationError) as caught:
        whatsapp.create(session, {"agent_code": code})
    assert str(caught.value) == no_integration(code, detail="")


def test_asking_for_a_qr_is_not_repeated(session: Session, api: Api, code: str) -> None:
    api.faults.add("status-before", method="GET", status=502, count=0)
    with pytest.raises(ServerError):
        whatsapp.create(session, {"agent_code": code})
    assert api.faults.all()[0]["seen"] == 1


def test_reading_sees_a_phone_that_was_linked(session: Session, api: Api, linked: str) -> None:
    recorded = {"agent_code": linked, "wait_for_connection": 3, "status": "pending", "phone_number": "", **PLACE}
    assert whatsapp.read(session, recorded) == Found(
        recorded | {"status": "connected", "phone_number": PHONE}, {"agent_code": linked, "wait_for_connection": 3}
    )
    assert api.requests() == [qr(linked)]


def test_reading_sees_another_number(session: Session, linked: str) -> None:
    found = whatsapp.read(session, {"agent_code": linked, "status": "connected", "phone_number": "573001234567"})
    assert found is not None
    assert found.outputs["phone_number"] == PHONE


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("pending", "pending"),
        ("connected", "disconnected"),
        ("disconnected", "disconnected"),
        (None, "pending"),
    ],
)
def test_reading_tells_a_phone_that_went_away_from_one_that_never_came(
    session: Session, code: str, before: str | None, after: str
) -> None:
    found = whatsapp.read(session, {"agent_code": code, "status": before, "phone_number": PHONE})
    assert found == Found({"agent_code": code, "status": after, "phone_number": ""}, {"agent_code": code})


def test_an_integration_that_is_gone_is_gone(session: Session, api: Api, code: str) -> None:
    api.call("DELETE", f"/agents/{code}/whatsapp")
    assert whatsapp.read(session, {"agent_code": code, "status": "connected", **PLACE}) is None


def test_an_integration_is_not_gone_where_no_agent_is_listed(session: Session) -> None:
    with pytest.raises(EmptyListingError, match=r"^agent A-404 is not listed, and no other agent is: "):
        whatsapp.read(session, {"agent_code": "A-404", "status": "connected", **PLACE})


def test_an_integration_that_is_gone_is_deleted_where_no_agent_is_listed(session: Session, api: Api) -> None:
    whatsapp.delete(session, {"agent_code": "A-404", "status": "connected", **PLACE})
    assert api.requests("DELETE") == [disconnect("A-404")]


@pytest.mark.parametrize("call", [whatsapp.read, whatsapp.delete])
def test_a_404_of_a_wrong_address_does_not_mean_gone(connect: Connect, api: Api, code: str, call: Any) -> None:
    lost = connect(base_url=f"{api.url}/nowhere")
    with pytest.raises(NotFoundError, match=r"^GET /nowhere/api/v1/agents answered 404"):
        call(lost, {"agent_code": code, "status": "connected", **PLACE})


def test_an_update_connects_again(session: Session, api: Api, linked: str) -> None:
    recorded = {"agent_code": linked, "status": "disconnected", "phone_number": "", **PLACE}
    inputs = {"agent_code": linked, "wait_for_connection": 1}
    outputs = whatsapp.update(session, recorded, inputs)
    assert outputs == inputs | {"status": "connected", "phone_number": PHONE} | PLACE
    assert api.requests() == [qr(linked)]


@pytest.mark.parametrize("link", [{"status": "connected", "phone_number": PHONE}, {"status": "pending"}, {}])
def test_an_update_of_nothing_asks_nothing(session: Session, api: Api, link: dict[str, str]) -> None:
    recorded = {"agent_code": "A-1", "wait_for_connection": 5, **PLACE} | link
    inputs = {"agent_code": "A-1", "wait_for_connection": 5}
    known = {"status": "", "phone_number": ""} | link
    assert whatsapp.update(session, recorded, inputs) == inputs | known | PLACE
    assert api.requests() == []


@pytest.mark.parametrize(
    ("recorded", "inputs", "link"),
    [
        ({}, {}, {"status": UNKNOWN, "phone_number": UNKNOWN}),
        ({"status": "connected", "phone_number": PHONE}, {}, {"status": "connected", "phone_number": PHONE}),
        ({"status": "connected"}, {"wait_for_connection": 5}, {"status": UNKNOWN, "phone_number": UNKNOWN}),
        ({"status": "disconnected"}, {}, {"status": UNKNOWN, "phone_number": UNKNOWN}),
        ({"status": "pending"}, {"agent_code": UNKNOWN}, {"status": "pending", "phone_number": ""}),
    ],
)
def test_what_is_known_before_it_is_done(
    session: Session, api: Api, recorded: dict[str, Any], inputs: dict[str, Any], link: dict[str, Any]
) -> None:
    declared = {"agent_code": "A-1"} | inputs
    before = recorded and {"agent_code": "A-1", **PLACE} | recorded
    assert whatsapp.expect(session, before, declared) == declared | link | PLACE
    assert api.requests() == []


def test_an_update_refuses_another_number(session: Session, linked: str) -> None:
    with pytest.raises(WrongPhoneError) as caught:
        whatsapp.update(session, {}, {"agent_code": linked, "expected_phone_number": "573001234567"})
    assert str(caught.value) == wrong_phone(linked, "573001234567")


def test_deleting_disconnects(session: Session, api: Api, linked: str, capsys: pytest.CaptureFixture[str]) -> None:
    whatsapp.delete(session, {"agent_code": linked, "status": "connected", **PLACE})
    assert api.requests() == [disconnect(linked)]
    assert api.agent("Ventas")["phoneNumber"] is None
    assert capsys.readouterr().err == ""


def test_deleting_what_is_gone_is_success(
    session: Session, api: Api, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    api.call("DELETE", f"/agents/{code}/whatsapp")
    whatsapp.delete(session, {"agent_code": code, **PLACE})
    assert api.requests("DELETE") == [disconnect(code)]
    assert capsys.readouterr().err == f"the WhatsApp integration of agent {code} was already gone\n"


@pytest.mark.parametrize("status", [400, 409, 422])
def test_deleting_where_no_phone_is_linked_is_success(
    session: Session, api: Api, code: str, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    refusal = '{"message": "El agente no está conectado"}'
    api.faults.add("status-before", method="DELETE", status=status, body=refusal, count=0)
    whatsapp.delete(session, {"agent_code": code, **PLACE})
    assert api.requests("GET") == [qr(code)]
    said = (
        f"agent {code} had no phone to disconnect: {disconnect(code)} answered {status}: El agente no está conectado\n"
    )
    assert capsys.readouterr().err.endswith(said)


def test_a_refusal_without_words_is_told_with_its_status_alone(
    session: Session, api: Api, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    api.faults.add("status-before", method="DELETE", status=409, body="{}")
    whatsapp.delete(session, {"agent_code": code, **PLACE})
    said = f"agent {code} had no phone to disconnect: {disconnect(code)} answered 409\n"
    assert capsys.readouterr().err.endswith(said)


@pytest.mark.parametrize("status", [400, 409, 422, 500])
def test_deleting_where_a_phone_is_linked_fails_with_the_refusal(
    session: Session, api: Api, linked: str, status: int
) -> None:
    api.faults.add("status-before", method="DELETE", status=status, count=0)
    with pytest.raises(ApiError, match=f"^DELETE .* answered {status}"):
        whatsapp.delete(session, {"agent_code": linked, **PLACE})


@pytest.mark.parametrize("status", [404, 409, 500, 503])
def test_deleting_where_a_phone_may_be_linked_fails_with_the_refusal(
    session: Session, api: Api, linked: str, status: int
) -> None:
    api.faults.add("status-before", method="DELETE", status=400, body="{}")
    api.faults.add("status-before", path=".*/qr", status=status)
    with pytest.raises(ApiError, match=r"^DELETE .* answered 400; correct"):
        whatsapp.delete(session, {"agent_code": linked, **PLACE})


@pytest.mark.parametrize("status", [403, 500])
def test_deleting_that_fails_for_another_reason_asks_nothing_else(
    session: Session, api: Api, code: str, status: int
) -> None:
    api.faults.add("status-before", method="DELETE", status=status, count=0)
    with pytest.raises(ApiError, match=f"answered {status}"):
        whatsapp.delete(session, {"agent_code": code, **PLACE})
    assert api.requests("GET") == []


def test_deleting_what_another_resource_connects_leaves_it_connected(
    session: Session, api: Api, linked: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A renamed resource is created before its old self is deleted."""
    whatsapp.create(session, {"agent_code": linked})
    whatsapp.delete(session, {"agent_code": linked, **PLACE})
    assert api.requests("DELETE") == []
    assert capsys.readouterr().err == (
        f"WhatsApp of agent {linked} stays connected: another resource of this program manages it now\n"
    )


@pytest.mark.parametrize(
    "call",
    [
        lambda session: whatsapp.diff(session, ELSEWHERE, {"agent_code": "A-2"}),
        lambda session: whatsapp.read(session, ELSEWHERE),
        lambda session: whatsapp.update(session, ELSEWHERE, {"agent_code": "A-1"}),
        lambda session: whatsapp.delete(session, ELSEWHERE),
    ],
)
def test_an_integration_of_another_organization_is_not_touched(session: Session, api: Api, call: Any) -> None:
    with pytest.raises(WrongOrganizationError, match=r"^A-1 belongs to tenant acme, organization ACME"):
        call(session)
    assert api.requests() == []


@pytest.mark.parametrize(
    ("phone_number", "expected"), [(PHONE, None), (PHONE, ""), ("", "573001234567"), (PHONE, "+58 422 1234567")]
)
def test_a_number_that_is_not_known_or_not_expected_is_no_wrong_one(phone_number: str, expected: str | None) -> None:
    link = Link("connected", phone_number)
    require_expected("A-1", link, expected)
    assert whatsapp.doubt("A-1", link, expected) == ""


def test_a_number_that_was_never_told_is_not_asked_about(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    recorded = {"agent_code": "A-1", "expected_phone_number": PHONE, "status": "connected"}
    assert whatsapp.diff(session, recorded, {"agent_code": "A-1", "expected_phone_number": PHONE}) == SAME
    assert capsys.readouterr().err == ""


def test_a_number_that_may_be_the_expected_one_is_asked_about_at_preview(
    session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    inputs = {"agent_code": "A-1", "expected_phone_number": "+55 11 3123-4567"}
    whatsapp.diff(session, {**inputs, "status": "connected", "phone_number": "5511931234567"}, inputs)
    assert capsys.readouterr().err == (
        "warning: WhatsApp of agent A-1 is linked to a number that ends in 67, and it is unclear whether that is "
        "expected_phone_number; look at the number in WhatsApp's settings on that phone, and declare it as in "
        '"+58 424 1234567"\n'
    )


def test_a_number_that_cannot_be_dialled_from_abroad_is_refused_in_these_words() -> None:
    with pytest.raises(ValueError, match="as in") as caught:
        whatsapp.international("0424 1234567")
    assert str(caught.value) == (
        'must be one whole phone number with its country code, as in "+58 424 1234567": '
        "without the 0 for calls within the country, and with the right number of digits for the country"
    )


def test_no_integration_says_which_command_to_run_again() -> None:
    error = NotFoundError("GET", "/api/v1/agents/A-1/integrations/whatsappweb/qr", 404, "no")
    told = whatsapp.no_integration("A-1", error, "assistai link A-1")
    assert str(told) == no_integration("A-1", ": no").replace("`pulumi up`", "`assistai link A-1`")


def test_a_link_has_no_number_unless_it_is_given() -> None:
    assert Link("pending") == Link("pending", "")


def test_a_number_that_may_be_the_expected_one_is_asked_about_and_never_refused(
    connect: Connect, capfd: pytest.CaptureFixture[str]
) -> None:
    """Eight digits in Brazil, a landline's, and nine, a mobile phone's: whether a digit was lost is not known."""
    inputs = {"agent_code": "A-1", "expected_phone_number": "+55 11 3123-4567"}
    with serve(replies(as_json({"status": "connected", "phoneNumber": "5511931234567"}))) as server:
        made = whatsapp.create(connect(base_url=server.url), inputs)
    assert made.outputs["status"] == "connected"
    said = capfd.readouterr().err
    assert said.startswith("warning: WhatsApp of agent A-1 is linked to a number that ends in 67, and it is")
    assert "unlink" not in said
