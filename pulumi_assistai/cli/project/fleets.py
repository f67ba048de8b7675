"""The fleets that a command's paths name: fleets of projects, of folders or of files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from pulumi_assistai.engine.errors import UnsupportedError
from pulumi_assistai.engine.storage.project import Project
from pulumi_assistai.errors import AssistAIError
from pulumi_assistai.fleet.checks import Declaration, declarations
from pulumi_assistai.fleet.checks.places import declares_agent, fleet_folders, is_project, near, projects

FragmentsFolder = Annotated[
    Path | None,
    typer.Option("--fragments", metavar="DIR", help="Second folder of fragments. Default: the program's."),
]
Variables = Annotated[
    list[str] | None,
    typer.Option(
        "--var",
        metavar="NAME=VALUE",
        help="Value of a variable: a number, a JSON list or object, or a text. May be repeated.",
    ),
]


@dataclass(frozen=True)
class Given:
    """Options for all fleets. They override the program's.

    Attributes:
        fragments: the second folder of fragments.
        variables: variables for templates.
    """

    fragments: Path | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, fragments: Path | None, variables: Iterable[str] | None) -> Given:
        """Read the options.

        Raises:
            AssistAIError: the folder does not exist, or a variable has no value.
        """
        if fragments is not None and not fragments.is_dir():
            raise AssistAIError(f"--fragments {fragments}: no such folder")
        return cls(fragments, dict(map(_variable, variables or ())))

    def over(self, declaration: Declaration) -> Declaration:
        """Return a declaration with these options in place of its own."""
        fragments = self.fragments or declaration.fragments
        return replace(declaration, fragments=fragments, variables={**declaration.variables, **self.variables})


@dataclass(frozen=True)
class Chosen:
    """Fleets that a command line names.

    Attributes:
        fleets: the named ones.
        others: the other fleets of their projects, which may share names and fragments with them.
    """

    fleets: list[Declaration]
    others: list[Declaration]


def choose(paths: Sequence[Path], given: Given) -> Chosen:
    """Return the fleets that paths stand for. Without paths, use the current folder.

    A folder stands for the fleets of its project, for itself if it is a fleet, or for the fleets below it. A file
    stands for the fleets that read it. A file that no fleet reads is ignored, so that hooks can pass every file.

    Raises:
        AssistAIError: a path does not exist, or a folder has no fleet.
    """
    chosen: dict[Path, Declaration] = {}
    known = _Projects()
    for path in paths or (Path(),):
        found = _of_folder(path, known) if path.is_dir() else _of_file(path, known)
        chosen |= {fleet.source.resolve(): fleet for fleet in found}
    others = [fleet for fleet in known.all() if chosen and fleet.source.resolve() not in chosen]
    return Chosen(list(map(given.over, chosen.values())), list(map(given.over, others)))


class _Projects:
    """The projects read so far."""

    def __init__(self) -> None:
        self._fleets: dict[Path, list[Declaration]] = {}

    def fleets(self, folder: Path) -> list[Declaration]:
        """Return the fleets of the project that a folder belongs to. Without a project, return none."""
        project = next((each for each in (folder, *folder.parents) if is_project(each)), None)
        if project is None:
            return []
        if project not in self._fleets:
            self._fleets[project] = _declared(project)
        return self._fleets[project]

    def all(self) -> list[Declaration]:
        """Return the fleets of all projects read so far."""
        return [fleet for fleets in self._fleets.values() for fleet in fleets]


def _declared(project: Path) -> list[Declaration]:
    try:
        program = Project.load(project).program
    except UnsupportedError:
        # Only programs in Python declare fleets.
        return []
    return declarations(near(project), near(program))


def _of_folder(folder: Path, known: _Projects) -> list[Declaration]:
    here = folder.resolve()
    fleets = known.fleets(here)
    if is_project(here):
        return fleets
    within = [fleet for fleet in fleets if fleet.source.resolve().is_relative_to(here)]
    if within:
        return within
    below = list(projects(folder))
    found = [Declaration(source) for source in fleet_folders(folder)]
    if not found and not below:
        raise AssistAIError(
            f"{folder}: no fleet found: no Pulumi.yaml, and no Markdown file that begins with ---, name: NAME, ---"
        )
    return [*found, *(fleet for project in below for fleet in known.fleets(project.resolve()))]


def _of_file(path: Path, known: _Projects) -> list[Declaration]:
    if not path.is_file():
        raise AssistAIError(f"{path}: no such file or folder")
    file = path.resolve()
    reading = [fleet for fleet in known.fleets(file.parent) if _reads(fleet, file)]
    if reading or not declares_agent(path):
        return reading
    return [Declaration(path.parent)] if not known.fleets(file.parent) else []


def _reads(fleet: Declaration, file: Path) -> bool:
    folders = [fleet.source, *([fleet.fragments] if fleet.fragments else [])]
    return any(file.is_relative_to(folder.resolve()) for folder in folders)


def _variable(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals or not name.isidentifier():
        raise AssistAIError(f"--var {text}: use --var NAME=VALUE")
    return name, _value(value)


def _value(text: str) -> Any:
    """Return the number, list or object that a text stands for, unless it would be written differently."""
    try:
        value = json.loads(text)
    except ValueError:
        return text
    as_it_is = isinstance(value, list | dict) or (isinstance(value, int | float) and str(value) == text)
    return value if as_it_is else text
