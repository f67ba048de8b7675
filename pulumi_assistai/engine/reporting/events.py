"""Events of an operation: small frozen values, no behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol


class Op(StrEnum):
    """What is done to a resource, in Pulumi's words."""

    SAME = "same"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    REPLACE = "replace"
    CREATE_REPLACEMENT = "create-replacement"
    DELETE_REPLACED = "delete-replaced"
    READ = "read"
    REFRESH = "refresh"
    IMPORT = "import"


UNCHANGED = (Op.SAME, Op.READ)
"""Operations after which a resource is as it was."""


class Mark(StrEnum):
    """What happens to a property."""

    SAME = " "
    ADD = "+"
    DELETE = "-"
    UPDATE = "~"


class Severity(StrEnum):
    """How much a diagnostic matters."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Change:
    """One operation on one resource.

    Attributes:
        op: what is done; a refresh carries what it found (UPDATE, DELETE or SAME) and `refreshed=True`.
        urn: the resource.
        id: the provider's id of the resource, empty where it is not known yet.
        old: inputs before (for a refresh, outputs), None for a creation. Secrets are `values.Secret`,
            unknowns `values.UNKNOWN`.
        new: inputs after (for a refresh, outputs), None for a deletion.
        replace_keys: the properties that made a replacement necessary.
        refreshed: the change was found in the world rather than made by the program.
        hidden: the paths of properties of which the difference is not shown, as in `instructions` or `a.b[0]`.
        old_urn: what the resource was called before, empty for a creation; another one where an alias moved it.
        old_outputs: its outputs in the state, None for a creation.
        provider: the reference of its provider, empty where it has none.
        details: the properties of which the provider says that they differ, with what happens to each; empty where it
            says nothing, and `old` and `new` are compared.
    """

    op: Op
    urn: str
    id: str = ""
    old: Mapping[str, Any] | None = None
    new: Mapping[str, Any] | None = None
    replace_keys: tuple[str, ...] = ()
    refreshed: bool = False
    hidden: tuple[str, ...] = ()
    old_urn: str = ""
    old_outputs: Mapping[str, Any] | None = None
    provider: str = ""
    details: Mapping[str, Mark] = field(default_factory=dict)


@dataclass(frozen=True)
class Started:
    """An operation begins (at preview: is planned)."""

    change: Change


@dataclass(frozen=True)
class Finished:
    """An operation ended; `error` is empty where it succeeded."""

    change: Change
    seconds: float
    error: str = ""


@dataclass(frozen=True)
class Diagnostic:
    """A message for the reader, from the engine, the program or a provider."""

    severity: Severity
    message: str
    urn: str = ""


@dataclass(frozen=True)
class Summary:
    """How the whole operation ended.

    Attributes:
        verb: "preview", "up", "refresh", "destroy" or "import".
        succeeded: whether nothing failed.
        counts: how many resources saw each operation; CREATE_REPLACEMENT and DELETE_REPLACED count once, as REPLACE.
        seconds: how long it took.
        old_outputs: the stack's outputs before.
        outputs: the stack's outputs after.
    """

    verb: str
    succeeded: bool
    counts: Mapping[Op, int]
    seconds: float
    old_outputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)


Event = Started | Finished | Diagnostic | Summary


class Display(Protocol):
    """Receives every event, in order, from one thread at a time."""

    def show(self, event: Event) -> None:
        """Show `event` to the reader."""
