"""A preview as small frozen values, the same for both engines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pulumi_assistai import urns
from pulumi_assistai.keys import NAMESPACE, camel_case, dynamic_type, native_type

SECRET = "[secret]"  # noqa: S105 - what previews show instead of one
UNKNOWN = "[unknown]"


class Kind(StrEnum):
    """The kind of a resource."""

    AGENT = "agent"
    WHATSAPP = "WhatsApp integration"
    OTHER = "resource"


_KINDS = {
    make_type(name): kind
    for name, kind in (("Agent", Kind.AGENT), ("WhatsAppIntegration", Kind.WHATSAPP))
    for make_type in (dynamic_type, native_type)
}


class Severity(StrEnum):
    """The severity of a remark."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "note"


@dataclass(frozen=True)
class State:
    """Inputs and outputs of a resource: names in snake case, marks in place of secret and unknown values."""

    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)

    def get(self, name: str) -> Any:
        """Return a property: the output, or else the input."""
        return self.outputs.get(name, self.inputs.get(name))


@dataclass(frozen=True)
class Step:
    """A planned operation on a resource.

    Attributes:
        op: the operation in Pulumi's words, such as "update".
        urn: the resource.
        old_urn: its previous URN; the same unless an alias moved it.
        provider: the reference of its provider, empty if it has none.
        before: the resource in the state, None if it is new.
        after: the planned resource, None if it is deleted.
        reasons: the properties that the provider reports as changed, in snake case; most providers report none.
        forgotten: whether Pulumi forgets it without a call (`retain_on_delete`).
        id: the id of what an import takes over.
    """

    op: str
    urn: str
    old_urn: str
    provider: str = ""
    before: State | None = None
    after: State | None = None
    reasons: frozenset[str] = frozenset()
    forgotten: bool = False
    id: str = ""

    @property
    def name(self) -> str:
        """The name of the resource in the program."""
        return name_of(self.urn)

    @property
    def kind(self) -> Kind:
        """The kind of the resource."""
        return _KINDS.get(_type_of(self.urn), Kind.OTHER)

    def in_program(self, name: str) -> str:
        """Return the name of a property as the program writes it."""
        is_native = urns.package_of(_type_of(self.urn)) == NAMESPACE
        return camel_case(name) if is_native else name

    def recorded(self, name: str) -> str:
        """Return a property of the state as text, empty if there is none."""
        return _text(self.before, name)

    def declared(self, name: str) -> str:
        """Return an input of the program as text, empty if there is none."""
        return _text(State(self.after.inputs), name) if self.after else ""


@dataclass(frozen=True)
class Diagnostic:
    """A message of the engine, the program or a provider."""

    severity: Severity
    message: str
    urn: str = ""


@dataclass(frozen=True)
class Preview:
    """A whole preview.

    Attributes:
        steps: the planned operations, by URN.
        diagnostics: the messages, without repetitions.
    """

    steps: tuple[Step, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    config: Mapping[str, Any] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Whether there is an error, so that later steps are missing."""
        return any(said.severity is Severity.ERROR for said in self.diagnostics)


def name_of(urn: str) -> str:
    """Return the name of a resource; the URN itself if it is none."""
    return urns.name_of(urn) if urn.count("::") > 2 else urn  # noqa: PLR2004 - stack, project, type and name


def _type_of(urn: str) -> str:
    return urns.type_of(urn) if urn.count("::") > 1 else ""


def _text(state: State | None, name: str) -> str:
    value = state.get(name) if state else None
    return value if isinstance(value, str) else ""
