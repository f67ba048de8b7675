"""Placeholders for values that only the running program knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_OPERATORS = ("call", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv", "floordiv", "rfloordiv", "round")
_COMPARISONS = ("lt", "le", "gt", "ge")


class Unread(str):
    """A placeholder for a value that no check can read. Its text is `{{ NAME }}`, and operations on it return it.

    So a template that uses it as a number, a list or an object is not reported.
    """

    __slots__ = ()

    @classmethod
    def named(cls, name: str) -> Unread:
        """Return the value of a variable."""
        return cls(f"{{{{ {name} }}}}")

    def __getattr__(self, name: str) -> Unread:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __iter__(self) -> Iterator[str]:
        return iter((self,))

    def __add__(self, other: Any) -> Unread:
        return Unread(f"{self!s}{other}")

    def __radd__(self, other: Any) -> Unread:
        return Unread(f"{other}{self!s}")

    def __float__(self) -> float:
        return 1.0


def _itself(value: Unread, *_: Any, **__: Any) -> Unread:
    return value


def _holds(*_: Any) -> bool:
    return True


for _name in _OPERATORS:
    setattr(Unread, f"__{_name}__", _itself)
for _name in _COMPARISONS:
    setattr(Unread, f"__{_name}__", _holds)
