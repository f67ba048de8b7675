"""A preview as small frozen values, whichever engine made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

SECRET = "[secret]"  # noqa: S105 - what previews show instead of one
UNKNOWN = "[unknown]"


class Kind(StrEnum):
    """What a resource is."""

    AGENT = "agent"
    WHATSAPP = "WhatsApp integration"
    OTHER = "resource"


class Severity(StrEnum):
    """How much a remark matters."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "note"


@dataclass(frozen=True)
class State:
    """What a resource is given and gives: names in snake case, secrets and unknown values as marks."""

    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)

    def get(self, name: str) -> Any:
        """Return a property: the output, or the input where no output is known."""
        return self.outputs.get(name, self.inputs.get(name))


@dataclass(frozen=True)
class Step:
    """What a preview plans for a resource.

    Attributes:
        op: the operation in Pulumi's words, such as "update".
        urn: the resource.
        old_urn: what it was called before; the same unless an alias moved it.
        provider: the reference of its provider, empty where it has none.
        before: the resource as the state has it, None where it is new.
        after: the resource as it will be, None where it is deleted.
        reasons: the properties that the provider names as changed, in snake case; most name none.
        forgotten: whether `retain_on_delete` lets Pulumi forget it without a call.
    """

    op: str
    urn: str
    old_urn: str
    provider: str = ""
    before: State | None = None
    after: State | None = None
    reasons: frozenset[str] = frozenset()
    forgotten: bool = False

    @property
    def name(self) -> str:
        """The name of the resource in the program."""
        return name_of(self.urn)

    @property
    def kind(self) -> Kind:
        """What the resource is."""
        type_ = type_of(self.urn)
        if type_.startswith(("pulumi-python:dynamic/assistai:", "assistai:index:")):
            last = type_.rpartition(":")[2]
            return {"Agent": Kind.AGENT, "WhatsAppIntegration": Kind.WHATSAPP}.get(last, Kind.OTHER)
        return Kind.OTHER

    def recorded(self, name: str) -> str:
        """Return a property of the state as text, empty where it has none."""
        return _text(self.before, name)

    def declared(self, name: str) -> str:
        """Return an input of the program as text, empty where there is none."""
        return _text(State(self.after.inputs), name) if self.after else ""


@dataclass(frozen=True)
class Diagnostic:
    """What was said: by the engine, the program or a provider."""

    severity: Severity
    message: str
    urn: str = ""


@dataclass(frozen=True)
class Preview:
    """A whole preview.

    Attributes:
        steps: what is planned, by URN.
        diagnostics: what was said, each thing once.
    """

    steps: tuple[Step, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    config: Mapping[str, Any] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Whether there is an error, so that what follows it is missing."""
        return any(said.severity is Severity.ERROR for said in self.diagnostics)


def type_of(urn: str) -> str:
    """Return the type of a resource, without those of its parents."""
    parts = urn.split("::", 3)
    return parts[2].rpartition("$")[2] if len(parts) > 2 else ""  # noqa: PLR2004


def name_of(urn: str) -> str:
    """Return the name of a resource."""
    parts = urn.split("::", 3)
    return parts[3] if len(parts) > 3 else urn  # noqa: PLR2004


def _text(state: State | None, name: str) -> str:
    value = state.get(name) if state else None
    return value if isinstance(value, str) else ""
