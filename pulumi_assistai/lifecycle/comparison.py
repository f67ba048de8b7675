"""Comparison of a stack with the live agents and integrations, as in a refresh. It changes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from pulumi_assistai.client import ListedAgent
from pulumi_assistai.errors import IncompleteListingError
from pulumi_assistai.lifecycle import agents, memory, whatsapp
from pulumi_assistai.lifecycle.fields import FIELDS, VISIBLE
from pulumi_assistai.lifecycle.phones import Match
from pulumi_assistai.lifecycle.session import Session
from pulumi_assistai.lifecycle.values import Properties, pick

IN_SYNC, DRIFTED, MISSING, NOT_LISTED = "in sync", "drifted", "missing", "not listed"
IN_SYNC_AS_SHOWN = "in sync as far as AssistAI shows"

_AT_A_TIME = 8


@dataclass(frozen=True)
class DeclaredAgent:
    """An agent as a state records it.

    Attributes:
        resource: the name of its resource.
        code: its code.
        recorded: its outputs, as far as they are in clear.
        secret: the names of the encrypted outputs.
    """

    resource: str
    code: str
    recorded: Properties
    secret: frozenset[str] = frozenset()


@dataclass(frozen=True)
class DeclaredIntegration:
    """A WhatsApp integration as a state records it: the name of its resource, and its outputs."""

    resource: str
    recorded: Properties


@dataclass(frozen=True)
class Drift:
    """A field that differs."""

    field: str
    declared: str
    live: str


@dataclass(frozen=True)
class AgentStatus:
    """A declared agent compared with the live one.

    Attributes:
        resource: the name of its resource.
        code: its code.
        name: its declared name, None if that is secret.
        status: "in sync", "in sync as far as AssistAI shows" if AssistAI does not show all declared fields, "drifted",
            "missing", or "not listed" if the listing does not prove that the agent is gone.
        drift: the fields that differ.
        not_visible: the declared fields that AssistAI does not show.
        secret: the declared fields that were not compared because the state has them encrypted.
    """

    resource: str
    code: str
    name: str | None
    status: str
    drift: tuple[Drift, ...]
    not_visible: tuple[str, ...]
    secret: tuple[str, ...]


@dataclass(frozen=True)
class IntegrationStatus:
    """A declared WhatsApp integration compared with the live one.

    Attributes:
        resource: the name of its resource.
        agent_code: its agent.
        recorded: its status and number in the state, as in "connected" and "584221234567".
        live: the same, now requested from AssistAI; None if it was not requested or is gone.
        status: "in sync" as far as is known, "drifted" or "missing".
        drift: what differs.
    """

    resource: str
    agent_code: str
    recorded: whatsapp.Link
    live: whatsapp.Link | None
    status: str
    drift: tuple[Drift, ...]


@dataclass(frozen=True)
class SameName:
    """Live agents of one name.

    Attributes:
        name: the name.
        codes: their codes.
        unwanted: whether a managed agent is among them, and none of the managed ones has `allow_duplicate_name`.
    """

    name: str
    codes: tuple[str, ...]
    unwanted: bool


def compare_agents(session: Session, declared: Sequence[DeclaredAgent]) -> list[AgentStatus]:
    """Compare the declared agents with one listing: GET /agents, a second time if an agent seems to be gone.

    Raises:
        ApiError, TransportError, IncompleteListingError: the agents could not be listed.
    """
    session.inventory.agents()
    return [_compare_agent(session, agent) for agent in declared]


def compare_integrations(
    session: Session, declared: Sequence[DeclaredIntegration], *, live: bool
) -> list[IntegrationStatus]:
    """Return the recorded links to WhatsApp. With `live` compare them: GET /agents/CODE/integrations/whatsappweb/qr.

    Raises:
        ApiError, TransportError: a call failed.
    """
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        return list(pool.map(lambda integration: _compare_integration(session, integration, live=live), declared))


def unmanaged(session: Session, declared: Sequence[DeclaredAgent]) -> list[ListedAgent]:
    """Return the live agents that are not declared, oldest first."""
    codes = {agent.code for agent in declared}
    return [agent for agent in session.inventory.agents().values() if agent.code not in codes]


def same_named(session: Session, declared: Sequence[DeclaredAgent]) -> list[SameName]:
    """Return the names that several live agents have."""
    managed = {agent.code: agent for agent in declared}
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for agent in session.inventory.agents().values():
        groups[agent.name].append(agent.code)
    return [
        SameName(name, tuple(codes), unwanted=_unwanted([managed[code] for code in codes if code in managed]))
        for name, codes in groups.items()
        if len(codes) > 1
    ]


def belongs(session: Session, recorded: Properties) -> bool:
    """Return whether a resource belongs to the organization of the connection."""
    return all(recorded.get(name) in (None, value) for name, value in session.place.items())


def _unwanted(managed: Sequence[DeclaredAgent]) -> bool:
    return bool(managed) and not any(agent.recorded.get("allow_duplicate_name") for agent in managed)


def _compare_agent(session: Session, agent: DeclaredAgent) -> AgentStatus:
    declared = [field for field in FIELDS if field in agent.recorded or field in agent.secret]
    status, drift = _seen(session, agent)
    hidden = tuple(field for field in declared if field not in VISIBLE)
    secret = tuple(field for field in declared if field in VISIBLE and field in agent.secret)
    if status == IN_SYNC and (hidden or secret):
        status = IN_SYNC_AS_SHOWN
    return AgentStatus(agent.resource, agent.code, agent.recorded.get("name"), status, drift, hidden, secret)


def _seen(session: Session, agent: DeclaredAgent) -> tuple[str, tuple[Drift, ...]]:
    # Without the hidden fields: a refresh mentions them once, and here the status of each agent does.
    recorded = pick(agent.recorded, (*VISIBLE, "managed_since", *memory.OUTPUTS, *session.place))
    try:
        found = agents.read(session, agent.code, recorded)
    except IncompleteListingError:
        return NOT_LISTED, ()
    if found is None:
        return MISSING, ()
    if session.inventory.find(agent.code) is None:
        return NOT_LISTED, ()
    drift = _differences(recorded, found.outputs, VISIBLE)
    return (DRIFTED if drift else IN_SYNC), drift


def _compare_integration(session: Session, integration: DeclaredIntegration, *, live: bool) -> IntegrationStatus:
    code, before = str(integration.recorded["agent_code"]), _link(integration.recorded)
    after = _link_now(session, integration) if live else before
    if after is None:
        return IntegrationStatus(integration.resource, code, before, None, MISSING, ())
    drift = _link_drift(integration.recorded, before, after)
    if words := whatsapp.doubt(code, after, integration.recorded.get("expected_phone_number")):
        session.warn(words)
    status = DRIFTED if drift else IN_SYNC
    return IntegrationStatus(integration.resource, code, before, after if live else None, status, drift)


def _link(outputs: Mapping[str, Any]) -> whatsapp.Link:
    return whatsapp.Link(str(outputs.get("status", "")), str(outputs.get("phone_number") or ""))


def _link_now(session: Session, integration: DeclaredIntegration) -> whatsapp.Link | None:
    found = whatsapp.read(session, integration.recorded)
    return None if found is None else _link(found.outputs)


def _link_drift(recorded: Properties, before: whatsapp.Link, after: whatsapp.Link) -> tuple[Drift, ...]:
    """Return the drift: the phone is unlinked, or another number is linked than the expected or recorded one."""
    if after.status == whatsapp.DISCONNECTED:
        return (Drift("status", whatsapp.CONNECTED, whatsapp.DISCONNECTED),)
    expected = str(recorded.get("expected_phone_number") or before.phone_number)
    if whatsapp.match_expected(after, expected) is Match.DIFFERENT:
        return (Drift("phone_number", expected, after.phone_number),)
    return ()


def _differences(before: Properties, after: Properties, fields: Sequence[str]) -> tuple[Drift, ...]:
    return tuple(
        Drift(field, str(before[field]), str(after[field]))
        for field in fields
        if field in before and before[field] != after[field]
    )
