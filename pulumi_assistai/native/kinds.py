"""Kinds: the lifecycle's functions for each resource type, and the lookups for each function."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from pulumi_assistai.keys import native_type
from pulumi_assistai.lifecycle import agents, whatsapp
from pulumi_assistai.lifecycle.fields import VISIBLE
from pulumi_assistai.lifecycle.lookup import Lookup
from pulumi_assistai.lifecycle.session import Session
from pulumi_assistai.lifecycle.values import Difference, Found, Made, Problem, Properties, pick

_PLACE = ("tenant_domain", "organization_code")


@dataclass(frozen=True)
class Kind:
    """A resource type.

    Attributes:
        name: the last part of the type, such as "Agent".
        model: the arguments.
        outputs: the outputs besides the arguments.
        sometimes: outputs that it may have.
        importable: the arguments that a read returns if none are declared.
        replaces: the arguments whose change replaces the resource.
        check, diff, expect, create, read, update, delete: functions of the lifecycle.
    """

    name: str
    model: type[BaseModel]
    outputs: tuple[str, ...]
    sometimes: tuple[str, ...]
    importable: tuple[str, ...]
    replaces: tuple[str, ...]
    check: Callable[[Session, Properties, Properties], list[Problem]]
    diff: Callable[[Session, str, Properties, Properties], Difference]
    expect: Callable[[Session, Properties, Properties], dict[str, Any]]
    create: Callable[[Session, Properties], Made]
    read: Callable[[Session, str, Properties, Properties], Found | None]
    update: Callable[[Session, str, Properties, Properties], dict[str, Any]]
    delete: Callable[[Session, str, Properties], None]

    @property
    def type(self) -> str:
        """The type token."""
        return native_type(self.name)


@dataclass(frozen=True)
class Function:
    """A function that only reads.

    Attributes:
        name: the last part of the token, such as "getAgents".
        arguments: the arguments, which are all strings.
        required: the required arguments.
        answer: looks up the answer in the organization.
    """

    name: str
    arguments: tuple[str, ...]
    required: tuple[str, ...]
    answer: Callable[[Lookup, Mapping[str, Any]], dict[str, Any]]

    @property
    def token(self) -> str:
        """The function's token."""
        return native_type(self.name)


def _read_integration(session: Session, code: str, recorded: Properties, _declared: Properties) -> Found | None:
    return whatsapp.read(session, recorded or {"agent_code": code, **session.place})


AGENT = Kind(
    name="Agent",
    model=agents.AgentInputs,
    outputs=("code", *_PLACE),
    sometimes=("managed_since", "model", "created_at"),
    importable=VISIBLE,
    replaces=(),
    check=agents.check,
    diff=agents.diff,
    expect=agents.expect,
    create=agents.create,
    read=agents.read,
    update=agents.update,
    delete=agents.delete,
)

WHATSAPP = Kind(
    name="WhatsAppIntegration",
    model=whatsapp.WhatsAppInputs,
    outputs=("status", "phone_number", *_PLACE),
    sometimes=(),
    importable=("agent_code",),
    replaces=("agent_code",),
    check=whatsapp.check,
    diff=lambda session, _, recorded, inputs: whatsapp.diff(session, recorded, inputs),
    expect=whatsapp.expect,
    create=whatsapp.create,
    read=_read_integration,
    update=lambda session, _, recorded, inputs: whatsapp.update(session, recorded, inputs),
    delete=lambda session, _, recorded: whatsapp.delete(session, recorded),
)

KINDS = {kind.type: kind for kind in (AGENT, WHATSAPP)}


def _one_agent(lookup: Lookup, arguments: Mapping[str, Any]) -> dict[str, Any]:
    return lookup.agent(code=arguments.get("code"), name=arguments.get("name")).model_dump(exclude_none=True)


def _listed(key: str, items: list[Any]) -> dict[str, Any]:
    return {key: [item.model_dump(exclude_none=True) for item in items]}


FUNCTIONS = {
    function.token: function
    for function in (
        Function("getAgent", ("code", "name"), (), _one_agent),
        Function(
            "getAgents",
            ("criteria",),
            (),
            lambda lookup, given: _listed("agents", lookup.agents(given.get("criteria"))),
        ),
        Function(
            "getConversations",
            ("criteria",),
            (),
            lambda lookup, given: _listed("conversations", lookup.conversations(given.get("criteria"))),
        ),
        Function(
            "getMessages",
            ("uuid",),
            ("uuid",),
            lambda lookup, given: _listed("messages", lookup.messages(given["uuid"])),
        ),
    )
}


def inputs_of(kind: Kind, found: Found) -> dict[str, Any]:
    """Return the arguments that would declare the resource that was found."""
    return pick(found.outputs, kind.importable) if found.inputs is None else found.inputs
