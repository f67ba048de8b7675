"""Constant values of a module, read without running it."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class Unreadable(Exception):  # noqa: N818 - it is no error
    """A value is known only when the program runs."""


@dataclass(frozen=True)
class Constants:
    """Names that a module assigns exactly once, at its top level.

    Attributes:
        file: the module's file.
        nodes: the expressions by name.
    """

    file: Path
    nodes: Mapping[str, ast.expr]

    @classmethod
    def of(cls, module: ast.Module, file: Path) -> Constants:
        """Return the constants of a module."""
        given = [
            (target.id, statement.value)
            for statement in module.body
            if isinstance(statement, ast.Assign)
            for target in statement.targets
            if isinstance(target, ast.Name)
        ]
        times = Counter(node.id for node in ast.walk(module) if isinstance(node, ast.Name) and _is_written(node))
        return cls(file, {name: value for name, value in given if times[name] == 1})

    def value(self, node: ast.expr) -> Any:
        """Return the value of an expression: texts, numbers, lists, mappings, and paths with / and .parent.

        Raises:
            Unreadable: the expression is something else.
        """
        match node:
            case ast.Constant(value=value):
                return value
            case ast.Name(id="__file__"):
                return str(self.file.absolute())
            case ast.Name(id=name) if name in self.nodes:
                return self._without(name).value(self.nodes[name])
            case ast.List(elts=elements) | ast.Tuple(elts=elements):
                return [self.value(element) for element in elements]
            case ast.Dict(keys=keys, values=values) if all(keys):
                return {self.value(key): self.value(value) for key, value in zip(keys, values, strict=True) if key}
            case _:
                return self._path(node)

    def _without(self, name: str) -> Constants:
        return Constants(self.file, {other: node for other, node in self.nodes.items() if other != name})

    def _path(self, node: ast.expr) -> Path:
        match node:
            case ast.Call(func=ast.Name(id="Path") | ast.Attribute(attr="Path"), args=[argument], keywords=[]):
                return Path(_text(self.value(argument)))
            case ast.Call(func=ast.Attribute(value=path, attr="resolve"), args=[], keywords=[]):
                return _as_path(self.value(path))
            case ast.Call(func=ast.Attribute(value=path, attr="with_name"), args=[argument], keywords=[]):
                return _as_path(self.value(path)).parent / _text(self.value(argument))
            case ast.Attribute(value=path, attr="parent"):
                return _as_path(self.value(path)).parent
            case ast.BinOp(left=left, op=ast.Div(), right=right):
                return _as_path(self.value(left)) / _text(self.value(right))
            case _:
                raise Unreadable


def _is_written(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store | ast.Del)


def _text(value: Any) -> str:
    if not isinstance(value, str | Path):
        raise Unreadable
    return str(value)


def _as_path(value: Any) -> Path:
    if not isinstance(value, Path):
        raise Unreadable
    return value
