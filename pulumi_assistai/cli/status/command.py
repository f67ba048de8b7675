"""`assistai status`: compares declared and live agents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from pulumi_assistai.cli.options import AsJson, Directory, InSandbox, OrganizationCode, ProviderName, StackName
from pulumi_assistai.cli.project.surroundings import Surroundings, open_organizations
from pulumi_assistai.cli.status.fleet_status import FleetStatus, NotLookedAt, StackStatus, Unmanaged, look_at_all
from pulumi_assistai.cli.tables import cell, open_console, print_table, waiting, write_json
from pulumi_assistai.lifecycle import comparison
from pulumi_assistai.lifecycle.comparison import AgentStatus, Drift, IntegrationStatus
from pulumi_assistai.lifecycle.whatsapp import Link
from pulumi_assistai.text import quoted

Words = Callable[[str], str]
"""Puts a message in the words of the stack's programs."""

_DRIFT = 3
_NOT_LOOKED_AT = 4
_STYLES = {
    comparison.IN_SYNC: "green",
    comparison.IN_SYNC_AS_SHOWN: "green",
    comparison.DRIFTED: "yellow",
    comparison.MISSING: "red",
    comparison.NOT_LISTED: "yellow",
}

Live = Annotated[
    bool,
    typer.Option(
        "--live",
        help="Ask AssistAI whether phones are linked. This starts a connection for agents that have none.",
    ),
]


def status(
    *,
    directory: Directory = Path(),
    stack: StackName = None,
    provider: ProviderName = None,
    organization: OrganizationCode = None,
    sandbox: InSandbox = False,
    live: Live = False,
    as_json: AsJson = False,
) -> None:
    """Compare declared and live agents in all organizations of the stack. Changes nothing.

    Exit status: 0 if nothing differs as far as AssistAI shows, 3 if an agent or a phone differs from its declaration,
    is missing, or has a second agent of the same name, 4 if something was not looked at, 1 after an error.
    """
    with (
        open_organizations(directory, stack, provider, organization, sandbox=sandbox) as around,
        waiting("Comparing with AssistAI"),
    ):
        found = look_at_all(around, live=live)
    if as_json:
        write_json(_document(found))
    else:
        _show(found, around, live=live)
    if found.drift:
        raise typer.Exit(_DRIFT)
    if found.not_looked_at:
        raise typer.Exit(_NOT_LOOKED_AT)


def _document(found: StackStatus) -> dict[str, Any]:
    """Return the status for JSON. With one organization, its fields are at the top level as well."""
    document = asdict(found)
    [*organizations] = document["organizations"]
    alone = organizations[0] if len(organizations) == 1 else {}
    return {**alone, **document}


def _show(found: StackStatus, around: Surroundings, *, live: bool) -> None:
    console = open_console()
    for look in found.organizations:
        _show_organization(console, found.stack, look, around.words)
    for line in [*_remarks(found, live=live), _conclusion(found, around.deployment_command)]:
        console.print(cell(line))


def _show_organization(console: Console, stack: str, found: FleetStatus, words: Words) -> None:
    provider = f" (provider {found.provider})" if found.provider else ""
    console.print(cell(f"{stack}, organization {found.organization_code} of tenant {found.tenant_domain}{provider}\n"))
    agents = [*map(_agent_row, found.agents), *(_unmanaged_row(agent, words) for agent in found.unmanaged)]
    if agents:
        print_table(console, ("RESOURCE", "CODE", "NAME", "STATUS", "REMARKS"), agents)
    if found.whatsapp:
        console.print()
        rows = map(_integration_row, found.whatsapp)
        print_table(console, ("WHATSAPP", "AGENT", "STATUS", "PHONE", "REMARKS"), rows)
    for group in found.same_named:
        advice = words("; manage the others with adopt=, or rename them") if group.unwanted else ""
        console.print(
            cell(f"{len(group.codes)} agents are named {quoted(group.name)}: {', '.join(group.codes)}{advice}")
        )
    console.print()


def _agent_row(agent: AgentStatus) -> list[Text]:
    remarks = [*_differences(agent.drift)]
    if agent.not_visible:
        remarks.append(f"not visible: {', '.join(agent.not_visible)}")
    if agent.secret:
        remarks.append(f"secret, not compared: {', '.join(agent.secret)}")
    name = "[secret]" if agent.name is None else agent.name
    return _row(agent.resource, agent.code, name, agent.status, remarks)


def _unmanaged_row(agent: Unmanaged, words: Words) -> list[Text]:
    remark = f"read by {agent.read_by}" if agent.read_by else words(f'manage it with adopt="{agent.code}"')
    return _row("-", agent.code, agent.name, "unmanaged", [remark])


def _integration_row(integration: IntegrationStatus) -> list[Text]:
    link = integration.live or integration.recorded
    shown = Link(integration.status) if integration.status == comparison.MISSING else link
    style = _STYLES[integration.status] if shown.status != "pending" else ""
    cells = [cell(text) for text in (integration.resource, integration.agent_code)]
    remarks = cell("\n".join(_differences(integration.drift)))
    return [*cells, cell(shown.status, style), cell(shown.phone_number), remarks]


def _row(resource: str, code: str, name: str, status: str, remarks: Iterable[str]) -> list[Text]:
    return [cell(resource), cell(code), cell(name), cell(status, _STYLES.get(status, "")), cell("\n".join(remarks))]


def _differences(drift: Iterable[Drift]) -> Iterator[str]:
    for found in drift:
        yield f"{found.field}: declared {quoted(found.declared)}, live {quoted(found.live)}"


def _remarks(found: StackStatus, *, live: bool) -> Iterator[str]:
    yield from map(_not_looked_at, found.not_looked_at)
    for look in found.organizations:
        if not look.complete:
            yield (
                f"organization {look.organization_code} of tenant {look.tenant_domain}: AssistAI's listing may be "
                "incomplete, so an agent that it does not show may still exist."
            )
    agents = [agent for look in found.organizations for agent in look.agents]
    if any(agent.not_visible for agent in agents):
        yield "not visible: AssistAI does not return these fields; edits of them cannot be seen."
    whatsapp = any(look.whatsapp for look in found.organizations)
    if whatsapp and live:
        yield "WhatsApp was asked for just now. That starts a connection for agents that have none."
    elif whatsapp:
        yield "WhatsApp is shown as recorded by the last up or refresh; --live asks AssistAI."


def _not_looked_at(other: NotLookedAt) -> str:
    if other.resource:
        return (
            f"{other.resource} belongs to organization {other.organization_code} of tenant "
            f"{other.tenant_domain} and was not looked at: {other.reason}"
        )
    where = f" of tenant {other.tenant_domain}" if other.tenant_domain else ""
    provider = f" (provider {other.provider})" if other.provider else ""
    what = f"organization {other.organization_code}{where}{provider}" if other.organization_code else provider.strip()
    return f"Not looked at: {what + ': ' if what else ''}{other.reason}"


def _conclusion(found: StackStatus, command: str) -> str:
    if found.drift:
        return (
            f"Declared and live differ. `{command} refresh` records what is live; the next `{command} up` repairs it."
        )
    if found.not_looked_at:
        return "Nothing differs in what was looked at."
    return "Nothing differs, as far as AssistAI shows."
