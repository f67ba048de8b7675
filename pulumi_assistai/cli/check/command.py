"""`assistai check`: finds mistakes in fleet files without credentials, Pulumi or network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from pulumi_assistai.cli.options import AsJson
from pulumi_assistai.cli.project.fleets import FragmentsFolder, Given, Variables, choose
from pulumi_assistai.cli.tables import write_json
from pulumi_assistai.errors import AssistAIError
from pulumi_assistai.fleet.checks import RULES, Finding, LoadedFleet, load
from pulumi_assistai.fleet.checks import check as find
from pulumi_assistai.fleet.checks.rules import NAMES, unknown
from pulumi_assistai.text import visible

Paths = Annotated[
    list[Path] | None,
    typer.Argument(
        help="Folders of projects or fleets, or files of fleets. Default: the current folder.", metavar="[PATH]..."
    ),
]
Ignored = Annotated[
    list[str] | None, typer.Option("--ignore", metavar="RULE", help="Rule to switch off. May be repeated.")
]
ListRules = Annotated[bool, typer.Option("--rules", help="List the rules and exit.")]


def check(
    paths: Paths = None,
    *,
    fragments: FragmentsFolder = None,
    var: Variables = None,
    ignore: Ignored = None,
    rules: ListRules = False,
    as_json: AsJson = False,
) -> None:
    """Find mistakes in fleet files without credentials, Pulumi or network. Exit status 1 if there are any."""
    if rules:
        _list_rules(as_json=as_json)
        return
    ignored = _known(ignore or ())
    chosen = choose(paths or (), Given.of(fragments, var))
    fleets = [load(declaration) for declaration in chosen.fleets]
    # Of two agents with the same name, the finding is about the second: a requested one.
    findings = _about(fleets, find([*map(load, chosen.others), *fleets], ignored))
    _write_json(findings, fleets) if as_json else _write(findings, fleets)
    if findings:
        raise typer.Exit(1)


def _known(names: Sequence[str]) -> set[str]:
    """Return the rules to switch off.

    Raises:
        AssistAIError: there is no such rule, or it cannot be switched off.
    """
    for name in names:
        if name not in NAMES:
            raise AssistAIError(f"--ignore {name}: {unknown(name)}")
        if name == RULES[0].name:
            raise AssistAIError(f"--ignore {name}: the program would fail all the same; correct what the rule reports")
    return set(names)


def _about(fleets: Sequence[LoadedFleet], findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings in some fleets' files and in the programs that declare them."""
    declared = {fleet.declaration.path for fleet in fleets}
    folders = {
        folder for fleet in fleets for folder in (fleet.declaration.source, fleet.declaration.fragments) if folder
    }
    return [
        finding
        for finding in findings
        if finding.path in declared or any(finding.path.is_relative_to(folder) for folder in folders)
    ]


def _list_rules(*, as_json: bool) -> None:
    if as_json:
        write_json([{"name": rule.name, "description": rule.description} for rule in RULES])
        return
    width = max(map(len, NAMES))
    for rule in RULES:
        typer.echo(f"{rule.name.ljust(width)}  {rule.description}")


def _write(findings: Sequence[Finding], fleets: Sequence[LoadedFleet]) -> None:
    for finding in findings:
        typer.echo(visible(str(finding)))
    if not fleets:
        typer.echo("no fleet found: nothing was checked")
        return
    looked_at = f"{_count(_files(fleets, findings), 'file')} of {_count(len(fleets), 'fleet')}"
    typer.echo(f"{looked_at}: {_count(len(findings), 'problem')}" if findings else f"{looked_at}: no problems")


def _write_json(findings: Sequence[Finding], fleets: Sequence[LoadedFleet]) -> None:
    write_json(
        {
            "findings": [{**asdict(finding), "path": str(finding.path)} for finding in findings],
            "fleets": [str(fleet.declaration.source) for fleet in fleets],
            "files": _files(fleets, findings),
        }
    )


def _files(fleets: Sequence[LoadedFleet], findings: Sequence[Finding]) -> int:
    agents = {agent.path for fleet in fleets for agent in fleet.agents}
    fragments = {path for fleet in fleets for path in fleet.fragments}
    # A refused file is among neither.
    return len(agents | fragments | {finding.path for finding in findings if finding.path.suffix == ".md"})


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
