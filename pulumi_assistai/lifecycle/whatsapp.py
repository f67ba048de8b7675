"""The lifecycle of a WhatsApp integration: create, read, update, delete and diff."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from pulumi_assistai.client import Connected, Starting
from pulumi_assistai.errors import AssistAIError, NoIntegrationError, NotFoundError, WrongPhoneError
from pulumi_assistai.lifecycle.disconnection import disconnect
from pulumi_assistai.lifecycle.phones import EXAMPLE, Match, compare, is_international, last_digits
from pulumi_assistai.lifecycle.session import Session
from pulumi_assistai.lifecycle.validation import trimmed, validate
from pulumi_assistai.lifecycle.values import (
    UNKNOWN,
    Difference,
    Found,
    Made,
    Problem,
    Properties,
    pick,
)

INPUTS = ("agent_code", "expected_phone_number", "wait_for_connection")

PENDING, CONNECTED, DISCONNECTED = "pending", "connected", "disconnected"

_LINK = ("status", "phone_number")

_DECLARED_TWICE = "two resources declare the WhatsApp integration of agent {code}; remove one of them"

_POLL_INTERVAL = 2.0
"""Seconds between two requests while waiting for the phone."""


def international(value: str) -> str:
    """Refuse a number that cannot be dialled from abroad: WhatsApp never reports such a number."""
    if not is_international(value):
        raise ValueError(
            f'must be one whole phone number with its country code, as in "{EXAMPLE}": '
            "without the 0 for calls within the country, and with the right number of digits for the country"
        )
    return value


class WhatsAppInputs(BaseModel):
    """The arguments of a WhatsApp integration."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    agent_code: Annotated[str, StringConstraints(strict=True, min_length=1), AfterValidator(trimmed)]
    expected_phone_number: Annotated[str, Field(strict=True), AfterValidator(international)] | None = None
    wait_for_connection: Annotated[float, Field(strict=True, ge=0, le=3600, allow_inf_nan=False)] | None = None


@dataclass(frozen=True)
class Link:
    """The status of the link to a phone, and the phone's number."""

    status: str
    phone_number: str = ""


def check(session: Session, recorded: Properties, inputs: Properties) -> list[Problem]:
    """Return all problems of a declaration. An agent can have one integration.

    Args:
        session: the organization.
        recorded: the arguments in the state, empty for a new resource.
        inputs: the declared arguments.
    """
    problems = validate(WhatsAppInputs, inputs)
    code = inputs.get("agent_code")
    # A resource that will be replaced is checked again as a new one.
    if problems or code is UNKNOWN or recorded.get("agent_code", code) != code:
        return problems
    if session.declared_integrations.claim(code):
        return []
    return [Problem(_DECLARED_TWICE.format(code=code), "agent_code")]


def diff(session: Session, recorded: Properties, inputs: Properties) -> Difference:
    """Compare a declaration with the recorded outputs, without an API call.

    An unknown `agent_code` is no change: any update of the agent makes its code unknown at preview.

    Raises:
        WrongOrganizationError: the integration belongs to another organization.
    """
    session.require_own(recorded)
    if inputs.get("agent_code") not in (UNKNOWN, recorded.get("agent_code")):
        return Difference(("agent_code",), replaces=("agent_code",))
    _tell_doubt(session, recorded["agent_code"], _recorded_link(recorded), inputs)
    return Difference(_work(recorded, inputs))


def create(session: Session, inputs: Properties) -> Made:
    """Start to connect an agent, GET /agents/CODE/integrations/whatsappweb/qr, and wait for its phone if declared.

    Raises:
        NoIntegrationError: the agent has no WhatsApp integration.
        WrongPhoneError: the linked number is not the expected one.
        AssistAIError: this operation created another integration of the agent.
        ApiError, TransportError: the call failed.
    """
    code = inputs["agent_code"]
    outputs = {**inputs, **_connect(session, inputs), **session.place}
    if not session.handled_integrations.claim(code):
        raise AssistAIError(_DECLARED_TWICE.format(code=code))
    return Made(code, outputs)


def read(session: Session, recorded: Properties) -> Found | None:
    """Request the QR code again, which is the only way to see whether a phone is linked. Return None if it is gone.

    Raises:
        WrongOrganizationError: the integration belongs to another organization.
        EmptyListingError: the integration is missing and the listing is empty, which does not prove that it is gone.
        ApiError, TransportError: the call failed.
    """
    session.require_own(recorded)
    try:
        link = _ask(session, recorded["agent_code"])
    except NotFoundError:
        session.require_api()
        session.inventory.require_some(recorded["agent_code"])
        return None
    if link.status == PENDING and recorded.get("status") in (CONNECTED, DISCONNECTED):
        link = Link(DISCONNECTED)
    outputs = {**recorded, "status": link.status, "phone_number": link.phone_number}
    return Found(outputs, pick(outputs, INPUTS))


def update(session: Session, recorded: Properties, inputs: Properties) -> dict[str, Any]:
    """Connect again, GET /agents/CODE/integrations/whatsappweb/qr; no call if nothing changed.

    Returns the outputs.

    Raises:
        WrongOrganizationError: the integration belongs to another organization.
        NoIntegrationError, WrongPhoneError, ApiError, TransportError: see `create`.
    """
    session.require_own(recorded)
    link = _connect(session, inputs) if _work(recorded, inputs) else _kept(recorded)
    return {**inputs, **link, **session.place}


def expect(session: Session, recorded: Properties, inputs: Properties) -> dict[str, Any]:
    """Return the outputs of `create` if nothing is recorded, else of `update`, as far as a preview knows them."""
    unknown = dict.fromkeys(_LINK, UNKNOWN)
    link = unknown if not recorded or _work(recorded, inputs) else _kept(recorded)
    return {**inputs, **link, **session.place}


def delete(session: Session, recorded: Properties) -> None:
    """Disconnect the agent: DELETE /agents/CODE/integrations/whatsappweb. A 404 is a success, see `disconnect`.

    Raises:
        WrongOrganizationError: the integration belongs to another organization.
        ApiError, TransportError: the call failed.
    """
    session.require_own(recorded)
    code = recorded["agent_code"]
    if code in session.handled_integrations or code in session.declared_integrations:
        session.tell(f"WhatsApp of agent {code} stays connected: another resource of this program manages it now")
        return
    try:
        disconnect(session, code)
    except NotFoundError:
        session.require_api()
        session.tell(f"the WhatsApp integration of agent {code} was already gone")
    session.disconnected_agents.claim(code)


def no_integration(code: str, error: NotFoundError, again: str) -> NoIntegrationError:
    """Return the error for an agent without WhatsApp; `again` is the command to run after WhatsApp Web was added."""
    return NoIntegrationError(
        f"agent {code} has no WhatsApp integration to connect ({error.method} {error.path} answered 404"
        f"{': ' + error.detail if error.detail else ''}), and the API cannot add one: check the code, "
        f"add WhatsApp Web to the agent in AssistAI's dashboard, then run `{again}` again"
    )


def starting(code: str, answer: Starting) -> str:
    """Return the message about a connection that has neither a phone nor a QR code yet."""
    said = f' ("{answer.said}")' if answer.said else ""
    return f"WhatsApp of agent {code} is not connected and has no QR code yet{said}"


def require_expected(code: str, link: Link, expected: str | None) -> None:
    """Compare the linked number with the expected one, if both are known.

    Raises:
        WrongPhoneError: it is certainly another number. The expected one may be a secret, so the message masks it.
    """
    if match_expected(link, expected) is Match.DIFFERENT:
        raise WrongPhoneError(
            f"WhatsApp of agent {code} is linked to {link.phone_number}, not to the expected number, which ends in "
            f"{last_digits(str(expected))}; "
            f"unlink it on that phone or in AssistAI and run `assistai link {code}`, or correct expected_phone_number"
        )


def match_expected(link: Link, expected: Any) -> Match:
    """Compare the linked number with the expected one. If one of them is unknown, they count as the same."""
    if not link.phone_number or expected in (None, "", UNKNOWN):
        return Match.SAME
    return compare(expected, link.phone_number)


def doubt(code: str, link: Link, expected: Any) -> str:
    """Return a warning if it is unclear whether the linked number is the expected one, else "".

    It masks the linked number, which may be the expected one, and that may be a secret.
    """
    if match_expected(link, expected) is not Match.UNCLEAR:
        return ""
    return (
        f"WhatsApp of agent {code} is linked to a number that ends in {last_digits(link.phone_number)}, and it is "
        "unclear whether that is expected_phone_number; look at the number in WhatsApp's settings on that phone, and "
        f'declare it as in "{EXAMPLE}"'
    )


def _recorded_link(recorded: Properties) -> Link:
    return Link(str(recorded.get("status") or ""), str(recorded.get("phone_number") or ""))


def _work(recorded: Properties, inputs: Properties) -> tuple[str, ...]:
    """Return the arguments that changed, and the status if it needs a repair."""
    edited = [name for name in INPUTS if inputs.get(name) not in (UNKNOWN, recorded.get(name))]
    return (*edited, *(["status"] if _needs_repair(_recorded_link(recorded), inputs) else []))


def _kept(recorded: Properties) -> dict[str, str]:
    return {name: recorded.get(name) or "" for name in _LINK}


def _needs_repair(link: Link, inputs: Properties) -> bool:
    if link.status == CONNECTED:
        return match_expected(link, inputs.get("expected_phone_number")) is Match.DIFFERENT
    return link.status == DISCONNECTED


def _tell_doubt(session: Session, code: str, link: Link, inputs: Properties) -> None:
    if words := doubt(code, link, inputs.get("expected_phone_number")):
        session.warn_once(words)


def _connect(session: Session, inputs: Properties) -> dict[str, str]:
    """Return the outputs `status` and `phone_number` after a phone is linked or the wait is over."""
    code = inputs["agent_code"]
    try:
        link = _wait(session, code, inputs.get("wait_for_connection") or 0)
    except NotFoundError as error:
        session.require_api()
        raise no_integration(code, error, "pulumi up") from None
    if link.status == CONNECTED:
        require_expected(code, link, inputs.get("expected_phone_number"))
        _tell_doubt(session, code, link, inputs)
    else:
        session.tell(
            f"WhatsApp of agent {code} has no phone linked yet: run `assistai link {code}` and scan the QR code"
        )
    return {"status": link.status, "phone_number": link.phone_number}


def _wait(session: Session, code: str, seconds: float) -> Link:
    deadline = time.monotonic() + seconds
    link = _ask(session, code)
    while link.status == PENDING and (left := deadline - time.monotonic()) > 0:
        time.sleep(min(_POLL_INTERVAL, left))
        link = _ask(session, code)
    if link.status == PENDING and seconds:
        session.warn(f"no phone was linked to agent {code} within {seconds:g} s")
    return link


def _ask(session: Session, code: str) -> Link:
    answer = session.client.whatsapp.connect(code)
    if isinstance(answer, Connected):
        return Link(CONNECTED, answer.phone_number or "")
    if isinstance(answer, Starting):
        session.warn_once(f"{starting(code, answer)}; its status is pending, `pulumi refresh` checks it again")
    return Link(PENDING)
