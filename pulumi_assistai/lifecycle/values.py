"""The words in which the lifecycle answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

Properties = Mapping[str, Any]


class Unknown(Enum):
    """A value that is only known once other resources are there."""

    UNKNOWN = "unknown"


UNKNOWN = Unknown.UNKNOWN


@dataclass(frozen=True)
class Problem:
    """What is wrong with a declaration, in words that never show a value.

    Attributes:
        text: the words.
        argument: the argument that is wrong, empty where it is none alone.
        code: the code of the error that it is, empty where it is none.
    """

    text: str
    argument: str = ""
    code: str = ""

    @property
    def reason(self) -> str:
        """The words with the argument's name before them and the code behind them."""
        said = f"{self.argument}: {self.text}" if self.argument else self.text
        return f"{said} [{self.code}]" if self.code else said


@dataclass(frozen=True)
class Difference:
    """What a declaration changes.

    Attributes:
        changed: the arguments that differ and the outputs that are to be repaired; without any, nothing is updated.
        replaces: those that make a new resource necessary.
    """

    changed: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether anything has to be updated."""
        return bool(self.changed)


@dataclass(frozen=True)
class Made:
    """A resource that was created or adopted: its id and its outputs."""

    id: str
    outputs: dict[str, Any]


@dataclass(frozen=True)
class Found:
    """What was read of a resource: its outputs, and the inputs that would declare them, None where none did."""

    outputs: dict[str, Any]
    inputs: dict[str, Any] | None = None


def known(properties: Properties) -> dict[str, Any]:
    """Return the properties whose values are known."""
    return {name: value for name, value in properties.items() if value is not UNKNOWN}


def pick(properties: Properties, names: Iterable[str]) -> dict[str, Any]:
    """Return the properties of these names."""
    return {name: properties[name] for name in names if name in properties}
