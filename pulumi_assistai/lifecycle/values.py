"""The values that the lifecycle takes and returns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

Properties = Mapping[str, Any]


class Unknown(Enum):
    """A value that is known only after other resources exist."""

    UNKNOWN = "unknown"


UNKNOWN = Unknown.UNKNOWN


@dataclass(frozen=True)
class Problem:
    """A problem of a declaration. It never shows a value.

    Attributes:
        text: the message.
        argument: the wrong argument, empty if it is not about one argument.
        code: the code of the error, empty if it has none.
    """

    text: str
    argument: str = ""
    code: str = ""

    @property
    def reason(self) -> str:
        """The message, with the argument's name before it and the code after it."""
        said = f"{self.argument}: {self.text}" if self.argument else self.text
        return f"{said} [{self.code}]" if self.code else said


@dataclass(frozen=True)
class Difference:
    """What a declaration changes.

    Attributes:
        changed: the arguments that differ, and the outputs that need a repair; if empty, there is no update.
        replaces: the arguments whose change replaces the resource.
    """

    changed: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether there is anything to update."""
        return bool(self.changed)


@dataclass(frozen=True)
class Made:
    """A resource that was created or adopted: its id and its outputs."""

    id: str
    outputs: dict[str, Any]


@dataclass(frozen=True)
class Found:
    """A resource as it was read: its outputs, and the inputs that would declare them, None if nothing declares it."""

    outputs: dict[str, Any]
    inputs: dict[str, Any] | None = None


def known(properties: Properties) -> dict[str, Any]:
    """Return the properties whose values are known."""
    return {name: value for name, value in properties.items() if value is not UNKNOWN}


def pick(properties: Properties, names: Iterable[str]) -> dict[str, Any]:
    """Return the properties of these names."""
    return {name: properties[name] for name in names if name in properties}
