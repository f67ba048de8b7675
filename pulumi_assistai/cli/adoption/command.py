"""`assistai import`: adopts many live agents at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from pulumi_assistai.cli.adoption.formats import Format, choose_format
from pulumi_assistai.cli.adoption.generated import agent_file, fleet_program, python_program
from pulumi_assistai.cli.adoption.import_file import (
    IMPORT_FILE,
    Adoption,
    adopt,
    make_import_file,
    make_native_import_file,
    unused,
)
from pulumi_assistai.cli.adoption.next_steps import NextSteps
from pulumi_assistai.cli.options import Directory, InSandbox, OrganizationCode, ProviderName, StackName
from pulumi_assistai.cli.project.apis import note
from pulumi_assistai.cli.project.declared import all_resources, declared_agents
from pulumi_assistai.cli.project.neighbours import look_around
from pulumi_assistai.cli.project.organizations import Organization
from pulumi_assistai.cli.project.stacks import KeptStack
from pulumi_assistai.cli.project.surroundings import Surroundings, open_organizations
from pulumi_assistai.cli.tables import waiting
from pulumi_assistai.client import ListedAgent
from pulumi_assistai.engine.storage.project import find_project_file, runtime_of
from pulumi_assistai.errors import AdoptionError, AssistAIError
from pulumi_assistai.lifecycle import comparison
from pulumi_assistai.lifecycle.session import Session
from pulumi_assistai.text import quoted, visible
from pulumi_assistai.urns import name_of

_PROJECT = "name: fleet\nruntime: python\n"

Codes = Annotated[list[str] | None, typer.Argument(metavar="[CODE]...", help="Codes of the agents.")]
Unmanaged = Annotated[
    bool, typer.Option("--unmanaged", help="All agents that the stack does not manage; default when no CODE is given.")
]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Folder to write to. Default: `imported` in the project's folder."),
]
FormatOption = Annotated[
    Format | None,
    typer.Option(
        "--format",
        help="python: an Agent each; markdown: files for an AgentFleet; native: an import file alone, from which "
        "`pulumi import` writes code in any language. Default: native for stacks with native resources, else python.",
        show_default=False,
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite existing files.")]


def import_agents(
    codes: Codes = None,
    *,
    unmanaged: Unmanaged = False,
    out: Out = None,
    format_: FormatOption = None,
    force: Force = False,
    directory: Directory = Path(),
    stack: StackName = None,
    provider: ProviderName = None,
    organization: OrganizationCode = None,
    sandbox: InSandbox = False,
) -> None:
    """Write an import file for `pulumi import --file`, and for Python a program that declares the same agents.

    It changes neither AssistAI nor the stack. It ends with the commands that adopt the agents.
    """
    if codes and unmanaged:
        raise AssistAIError("give codes of agents, or --unmanaged for all that the stack does not manage")
    with (
        open_organizations(directory, stack, provider, organization, sandbox=sandbox) as around,
        waiting("Reading the agents"),
    ):
        owner = _only_one(around)
        runtime = runtime_of(directory)
        chosen_format = choose_format(format_, owner, runtime, is_native=around.is_native)
        state, session = around.state, Session(owner.settings)
        chosen = _declarable(_choose(session, state, codes or []))
        _tell_of_other_stacks(around.stack, owner, chosen)
    if not chosen:
        typer.echo("Nothing to import: the stack manages every agent that can be declared.")
        return
    folder = directory / "imported" if out is None else out
    files = _files(chosen, _names(state), owner, chosen_format)
    own_project = {} if find_project_file(directory) else {"Pulumi.yaml": _PROJECT}
    _write(folder, {**files, **own_project}, force=force)
    typer.echo(f"Wrote {len(chosen)} {'agent' if len(chosen) == 1 else 'agents'} to {visible(str(folder))}. Next:\n")
    for line in NextSteps(directory, folder, around.stack, stack, chosen_format, runtime).lines():
        typer.echo(visible(line))


def _tell_of_other_stacks(stack: KeptStack, owner: Organization, agents: Sequence[ListedAgent]) -> None:
    """Report agents that another stack manages, and stacks that could not be read."""
    if not agents:
        return
    found = look_around(stack, owner.settings.place)
    for agent in agents:
        other = found.managed.get(agent.code)
        if other is not None:
            note(
                f"{visible(other)} already manages {visible(agent.code)} ({visible(agent.name)}); "
                "manage it in one stack only, or each stack undoes the other's changes"
            )
    for place, reason in found.unread.items():
        note(f"{visible(place)} was not looked at: {visible(reason)}")


def _only_one(around: Surroundings) -> Organization:
    """Return the organization to import from: the chosen one, or that of the default connection.

    Raises:
        AssistAIError: there are several, each of an explicit provider, or the default connection cannot be used.
    """
    default = [known for known in around.organizations if not known.provider]
    labels = [known.label for known in around.organizations]
    labels += [f"{known.label}, which cannot be used: {known.reason}" for known in around.unconnected]
    if len(labels) > 1 and default:
        note(f"Only the agents of {visible(default[0].label)} are imported; `assistai status` lists all.")
        return default[0]
    if len(labels) > 1:
        raise AssistAIError(
            "the stack has several organizations; choose one with --provider or --organization: " + "; ".join(labels)
        )
    return around.organizations[0]


def _choose(session: Session, state: Mapping[str, Any], codes: Sequence[str]) -> list[ListedAgent]:
    """Return the live agents with these codes, or all that the state does not manage.

    Raises:
        AdoptionError: an agent does not exist, or the state already manages it.
    """
    managed = {agent.code: agent for agent in declared_agents(state) if comparison.belongs(session, agent.recorded)}
    agents = session.inventory.agents()
    if not codes:
        return comparison.unmanaged(session, list(managed.values()))
    missing = [code for code in codes if code not in agents]
    if missing:
        organization = session.settings.organization_code
        raise AdoptionError(f"the organization {organization} has no agent {', '.join(missing)}; check the code")
    known = [f"{code} (as {managed[code].resource})" for code in codes if code in managed]
    if known:
        raise AdoptionError(f"the stack already manages {', '.join(known)}")
    return [agents[code] for code in dict.fromkeys(codes)]


def _declarable(agents: Iterable[ListedAgent]) -> list[ListedAgent]:
    """Return the agents with names that a program can declare, and report the others."""
    found = []
    for agent in agents:
        if agent.name and agent.name == agent.name.strip():
            found.append(agent)
        else:
            note(f"skipped {visible(agent.code)}: rename it in AssistAI, {quoted(agent.name)} cannot be declared")
    return found


def _names(state: Mapping[str, Any]) -> set[str]:
    return {name_of(resource["urn"]) for resource in all_resources(state)}


def _files(
    agents: Sequence[ListedAgent], taken: set[str], organization: Organization, format_: Format
) -> dict[str, str]:
    """Return the files' texts by path in the folder."""
    if format_ is Format.NATIVE:
        return {IMPORT_FILE: _json(make_native_import_file(adopt(agents, taken), organization.provider_urn))}
    since = datetime.now(UTC).isoformat(timespec="seconds")
    if format_ is Format.PYTHON:
        adoptions, fleet = adopt(agents, taken), ""
        program = {"__main__.py": python_program(adoptions, organization.provider)}
    else:
        adoptions, fleet = adopt(agents, ()), unused("fleet", taken)
        program = {"__main__.py": fleet_program(fleet, organization.provider), **_agent_files(adoptions)}
    document = make_import_file(adoptions, organization.settings.place, since, fleet, organization.provider_urn)
    return {IMPORT_FILE: _json(document), **program}


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=4) + "\n"


def _agent_files(adoptions: Iterable[Adoption]) -> dict[str, str]:
    return {f"agents/{adoption.key}.md": agent_file(adoption) for adoption in adoptions}


def _write(folder: Path, files: Mapping[str, str], *, force: bool) -> None:
    present = [name for name in files if (folder / name).exists()]
    if present and not force:
        raise AssistAIError(f"{folder / present[0]} exists; use --force to overwrite it, or --out for another folder")
    strangers = sorted(file.name for file in folder.glob("agents/*.md") if f"agents/{file.name}" not in files)
    if strangers and "__main__.py" in files and any(name.startswith("agents/") for name in files):
        raise AssistAIError(
            f"{folder / 'agents'} has other files, such as {strangers[0]}; choose another folder with --out"
        )
    try:
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise AssistAIError(f"cannot write to {folder}: {error.strerror}") from None
