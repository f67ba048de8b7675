"""`assistai render`: the rendered texts of an agent, and the agents that include a fragment."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from pulumi_assistai.cli.project.fleets import FragmentsFolder, Given, Variables, choose
from pulumi_assistai.errors import AssistAIError, FleetError
from pulumi_assistai.fleet import AgentFile
from pulumi_assistai.fleet.checks import Declaration, LoadedFleet, Unread, load
from pulumi_assistai.text import visible

File = Annotated[Path | None, typer.Argument(help="An agent's file.")]
Uses = Annotated[
    Path | None, typer.Option("--uses", metavar="FRAGMENT", help="List the agents that include this fragment instead.")
]


def render(file: File = None, *, uses: Uses = None, fragments: FragmentsFolder = None, var: Variables = None) -> None:
    """Print an agent's texts with its variables and fragments filled in."""
    given = Given.of(fragments, var)
    if file is not None and uses is None:
        _print(file, given)
    elif uses is not None and file is None:
        _print_uses(uses, given)
    else:
        raise AssistAIError("give either an agent's FILE, or a fragment with --uses")


def _print(file: Path, given: Given) -> None:
    fleet, agent = _find(file, [load(fleet) for fleet in choose([file], given).fleets])
    texts = {name: fleet.templates.render(text, fleet.declaration.variables) for name, text in agent.texts.items()}
    instructions = texts.pop("instructions", "")
    typer.echo("---")
    for name, text in texts.items():
        typer.echo(_entry(name, visible(text, keep="\n")))
    typer.echo("---\n")
    typer.echo(visible(instructions, keep="\n\t"))
    _tell_what_is_not_known(fleet, agent)


def _entry(name: str, text: str) -> str:
    """Return a text as front matter: several lines are indented."""
    lines = text.split("\n")
    return f"{name}: {text}" if len(lines) == 1 else "\n  ".join([f"{name}: |", *lines])


def _find(file: Path, fleets: Sequence[LoadedFleet]) -> tuple[LoadedFleet, AgentFile]:
    """Return the fleet and the agent of a file.

    Raises:
        FleetError: the file cannot be read.
        AssistAIError: it is not an agent's file.
    """
    for fleet in fleets:
        for agent in fleet.agents:
            if agent.path.resolve() == file.resolve():
                return fleet, agent
    problems = [problem for fleet in fleets for problem in fleet.problems]
    if problems:
        raise FleetError(problems)
    raise AssistAIError(f"{file} is not an agent's file; it must begin with the lines ---, name: NAME, ---")


def _tell_what_is_not_known(fleet: LoadedFleet, agent: AgentFile) -> None:
    variables = fleet.declaration.variables
    needed = {name for text in agent.texts.values() for name in fleet.templates.names(text, variables)}
    unread = sorted(name for name in needed if isinstance(variables[name], Unread))
    if unread:
        options = " ".join(f"--var {name}=VALUE" for name in unread)
        typer.echo(f"note: only the running program knows {', '.join(unread)}; set a value with {options}", err=True)


def _print_uses(fragment: Path, given: Given) -> None:
    if not fragment.is_file():
        raise AssistAIError(f"--uses {fragment}: no such file")
    found = False
    for fleet in map(load, _of_project(fragment, given)):
        for agent in fleet.agents:
            chain = _chain(fleet, agent, fragment)
            if chain:
                found = True
                typer.echo(visible(" through ".join(map(str, chain))))
    if not found:
        typer.echo(f"note: no agent includes {fragment}", err=True)


def _of_project(fragment: Path, given: Given) -> list[Declaration]:
    """Return the fleets that can include a fragment: those that read it, or else those of the current folder."""
    return choose([fragment], given).fleets or choose([], given).fleets


def _chain(fleet: LoadedFleet, agent: AgentFile, fragment: Path) -> list[Path]:
    """Return the path of files through which an agent includes a fragment; empty if it does not."""
    used = fleet.used_by(agent.path)
    target = next((path for path in used if path.samefile(fragment)), None)
    if target is None:
        return []
    chain = [used[target]]
    while chain[-1] != agent.path:
        chain.append(used[chain[-1]])
    return chain[::-1]
