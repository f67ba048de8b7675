"""Fleets that a program declares, read from its source without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pulumi_assistai.fleet.checks.literals import Constants, Unreadable
from pulumi_assistai.fleet.checks.places import fleet_folders, folders, near
from pulumi_assistai.fleet.checks.unread import Unread
from pulumi_assistai.fleet.reading import UnreadableError, read_text

__all__ = ["Declaration", "Unread", "declarations"]


@dataclass(frozen=True)
class Declaration:
    """The declaration of a fleet.

    Attributes:
        source: the folder of its agents.
        fragments: the second folder of its fragments.
        variables: the variables of its templates; `Unread` if only the running program knows the value.
        path: the file that declares it, None if there is none.
        line: the line of the declaration.
        organization: a value shared by fleets with the same connection, None if unknown.
    """

    source: Path
    fragments: Path | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    path: Path | None = None
    line: int = 1
    organization: str | None = None


@dataclass(frozen=True)
class _Call:
    """A call of AgentFleet. Arguments that cannot be read are None or `Unread`."""

    path: Path
    line: int
    source: Path | None
    fragments: Path | None
    variables: Mapping[str, Any]
    organization: str


def declarations(project: Path, program: Path) -> list[Declaration]:
    """Return the fleets of a project.

    A folder that the program names with a text or a path is a fleet. If it computes a folder's name, for example in a
    loop, each other folder of the project with agents' files counts as a fleet with the arguments of that call.

    Args:
        project: the folder of Pulumi.yaml.
        program: the working directory of the program.
    """
    calls = [call for path in _modules(program) for call in _calls(path, program)]
    named = [_declaration(call, call.source) for call in calls if call.source]
    worked_out = [call for call in calls if call.source is None]
    if not worked_out:
        return named
    taken = {fleet.source.resolve() for fleet in named}
    others = [folder for folder in fleet_folders(project) if folder.resolve() not in taken]
    return [*named, *(_of_any(worked_out, folder) for folder in others)]


def _declaration(call: _Call, source: Path) -> Declaration:
    return Declaration(source, call.fragments, call.variables, call.path, call.line, call.organization)


def _of_any(calls: list[_Call], source: Path) -> Declaration:
    """Return a fleet that one of several calls declares. It is unknown which one, so only their common part counts."""
    fragments = next((call.fragments for call in calls if call.fragments), None)
    variables = {name: value for call in calls for name, value in call.variables.items()}
    return Declaration(source, fragments, variables, calls[0].path, calls[0].line)


def _modules(program: Path) -> list[Path]:
    """Return the modules of a program, without its tests."""
    if program.is_file():
        return [program]
    return [
        path
        for folder in folders(program)
        if folder.name != "tests"
        for path in sorted(folder.glob("*.py"))
        if not path.name.startswith("test_") and path.name != "conftest.py"
    ]


def _calls(path: Path, program: Path) -> Iterator[_Call]:
    try:
        source = read_text(path)
        if "AgentFleet" not in source:
            return
        module = ast.parse(source)
    except (UnreadableError, SyntaxError, ValueError, RecursionError, MemoryError):
        # Python reports the problem.
        return
    constants = Constants.of(module, path)
    directory = program if program.is_dir() else program.parent
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "AgentFleet":
            yield _call(node, path, directory, constants)


def _call(node: ast.Call, path: Path, directory: Path, constants: Constants) -> _Call:
    given = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
    organization = ast.unparse(given["opts"]) if "opts" in given else ""
    return _Call(
        path,
        node.lineno,
        _folder(given.get("source"), directory, constants),
        _folder(given.get("fragments"), directory, constants),
        _variables(given.get("variables"), constants),
        organization,
    )


def _folder(node: ast.expr | None, directory: Path, constants: Constants) -> Path | None:
    try:
        value = constants.value(node) if node else None
    except Unreadable:
        return None
    return near(directory / value) if isinstance(value, str | Path) else None


def _variables(node: ast.expr | None, constants: Constants) -> Mapping[str, Any]:
    if isinstance(node, ast.Name):
        node = constants.nodes.get(node.id)
    if not isinstance(node, ast.Dict):
        return {}
    named = [
        (key.value, value)
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    ]
    return {name: _value(name, value, constants) for name, value in named}


def _value(name: str, node: ast.expr, constants: Constants) -> Any:
    try:
        value = constants.value(node)
    except Unreadable:
        return Unread.named(name)
    return value
