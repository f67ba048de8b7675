"""Fleets read completely, with the problems that the program would report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from pulumi_assistai.errors import FleetError
from pulumi_assistai.fleet.checks.declared import Declaration
from pulumi_assistai.fleet.checks.places import fragment_files
from pulumi_assistai.fleet.checks.unread import Unread
from pulumi_assistai.fleet.files import AgentFile, scan_fleet
from pulumi_assistai.fleet.reading import UnreadableError, read_text
from pulumi_assistai.fleet.templates import Include, Templates, Text
from pulumi_assistai.lifecycle.agents import AgentInputs
from pulumi_assistai.lifecycle.validation import validate
from pulumi_assistai.lifecycle.values import UNKNOWN
from pulumi_assistai.lifecycle.whatsapp import WhatsAppInputs


@dataclass(frozen=True)
class LoadedFleet:
    """A fleet: its declaration and its files.

    Attributes:
        declaration: its declaration in the program.
        agents: the readable agents' files.
        rendered: the rendered texts of each agent without problems, by its file.
        problems: the problems that the program would report, as `FILE:LINE:COLUMN: PROBLEM`.
        fragments: the files that are included or made for it, by path.
        includes: the includes of each file, by path.
    """

    declaration: Declaration
    agents: list[AgentFile] = field(default_factory=list)
    rendered: dict[Path, dict[str, str]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    fragments: dict[Path, Text] = field(default_factory=dict)
    includes: dict[Path, list[Include]] = field(default_factory=dict)

    @cached_property
    def templates(self) -> Templates:
        """The templates of the fleet."""
        second = self.declaration.fragments
        return Templates([self.declaration.source, *([second] if second else [])])

    def used_by(self, path: Path) -> dict[Path, Path]:
        """Return the files that a file includes directly or indirectly, each with the file that includes it."""
        used: dict[Path, Path] = {}
        left = [path]
        while left:
            current = left.pop()
            new = {one.found for one in self.includes.get(current, ()) if one.found} - used.keys()
            used |= dict.fromkeys(new, current)
            left += new
        return used


def load(declaration: Declaration) -> LoadedFleet:
    """Read a fleet, with all problems that the program would report before it calls the API."""
    try:
        agents, problems = scan_fleet(declaration.source)
    except FleetError as error:
        return LoadedFleet(declaration, problems=list(error.problems))
    fleet = LoadedFleet(declaration, agents, problems=problems)
    _follow(fleet)
    for agent in agents:
        _fill_in(fleet, agent)
    return fleet


def _texts(agents: Iterable[AgentFile]) -> list[Text]:
    return [text for agent in agents for text in agent.texts.values()]


def _follow(fleet: LoadedFleet) -> None:
    """Read the fragments of a fleet, and the includes of its files."""
    second = fleet.declaration.fragments
    candidates = fragment_files(fleet.declaration.source, second if second and second.is_dir() else None)
    left = [*_texts(fleet.agents), *_read(fleet, candidates)]
    agents = {agent.path for agent in fleet.agents}
    while left:
        text = left.pop()
        includes = fleet.templates.includes(text)
        fleet.includes.setdefault(text.path, []).extend(includes)
        left += _read(fleet, {one.found for one in includes if one.found} - agents)


def _read(fleet: LoadedFleet, paths: Iterable[Path]) -> list[Text]:
    """Read the fragments that were not read yet."""
    new = [text for path in paths if path not in fleet.fragments for text in _readable(path)]
    fleet.fragments.update({text.path: text for text in new})
    return new


def _readable(path: Path) -> list[Text]:
    try:
        return [Text(read_text(path), path, 1)]
    except UnreadableError:
        # The including file reports it.
        return []


def _fill_in(fleet: LoadedFleet, agent: AgentFile) -> None:
    texts: dict[str, str] = {}
    problems: list[str] = []
    for name, text in agent.texts.items():
        try:
            texts[name] = fleet.templates.render(text, fleet.declaration.variables)
        except FleetError as error:
            problems += error.problems
    if not problems:
        fleet.rendered[agent.path] = texts
        problems += _refused(fleet, agent)
    fleet.problems.extend(problems)


def _refused(fleet: LoadedFleet, agent: AgentFile) -> Iterator[str]:
    """Yield the problems that a resource with an agent's rendered texts would report."""
    texts = fleet.rendered[agent.path]
    variables = fleet.declaration.variables
    unread = {name for name, value in variables.items() if isinstance(value, Unread)}
    declared: dict[str, Any] = {
        name: UNKNOWN if unread and fleet.templates.names(text, variables) & unread else texts[name]
        for name, text in agent.texts.items()
    }
    phone = {name: declared.pop(name) for name in ("expected_phone_number",) if name in declared}
    for problem in (*validate(AgentInputs, declared), *validate(WhatsAppInputs, {"agent_code": UNKNOWN, **phone})):
        name = problem.reason.partition(":")[0]
        yield f"{agent.path}:{agent.texts[name].line}: {problem.reason}"
