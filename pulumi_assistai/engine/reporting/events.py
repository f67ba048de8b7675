"""Events of an operation, as small frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol


class Op(StrEnum):
    """Operations on resources, in Pulumi's words."""

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
"""Operations that leave a resource unchanged."""


class Mark(StrEnum):
    """The change of a property."""

    SAME = " "
    ADD = "+"
    DELETE = "-"
    UPDATE = "~"


class Severity(StrEnum):
    """The severity of a diagnostic."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Change:
    """One operation on one resource.

    Attributes:
        op: the operation. A refresh has its result (UPDATE, DELETE or SAME) and `refreshed=True`.
        urn: the resource.
        id: the resource's id, empty if it is not known yet.
        old: inputs before (for a refresh, outputs), None for a creation. Secrets are `properties.Secret`, unknown
            values `properties.UNKNOWN`.
        new: inputs after (for a refresh, outputs), None for a deletion.
        replace_keys: the properties that made a replacement necessary.
        refreshed: a refresh found the change; the program did not make it.
        hidden: the paths of properties whose difference is not shown, as in `instructions` or `a.b[0]`.
        old_urn: the former URN, empty for a creation. It differs from `urn` if an alias moved the resource.
        old_outputs: its outputs in the state, None for a creation.
        provider: the reference of its provider, empty if it has none.
        details: the differing properties and their changes according to the provider; if empty, `old` and `new` are
            compared.
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
    """An operation begins, or at preview is planned."""

    change: Change


@dataclass(frozen=True)
class Finished:
    """An operation ended. `error` is empty if it succeeded."""

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
    """The summary of the whole operation.

    Attributes:
        verb: "preview", "up", "refresh", "destroy" or "import".
        succeeded: whether nothing failed.
        counts: the number of resources for each operation; a replacement counts once, as REPLACE.
        seconds: the duration.
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
