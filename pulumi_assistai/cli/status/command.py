"""`assistai status`: declared against live."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from pulumi_assistai.cli.options import AsJson, Directory, StackName
from pulumi_assistai.cli.project.surroundings import open_organization
from pulumi_assistai.cli.status.fleet_status import FleetStatus, Unmanaged, look
from pulumi_assistai.cli.tables import cell, open_console, print_table, waiting, write_json
from pulumi_assistai.lifecycle import comparison
from pulumi_assistai.lifecycle.comparison import AgentStatus, Drift, IntegrationStatus
from pulumi_assistai.lifecycle.session import Session
from pulumi_assistai.lifecycle.whatsapp import Link
from pulumi_assistai.text import quoted

_DRIFT = 3
_STYLES = {
    comparison.IN_SYNC: "green",
    comparison.DRIFTED: "yellow",
    comparison.MISSING: "red",
    comparison.NOT_LISTED: "yellow",
}

Live = Annotated[
    bool,
    typer.Option(
        "--live",
        help="Ask whether phones are linked to WhatsApp. AssistAI has one way to tell, which starts a connection "
        "where there is none.",
    ),
]


def status(
    *, directory: Directory = Path(), stack: StackName = None, live: Live = False, as_json: AsJson = False
) -> None:
    """Compare what the stack declares with what is live in AssistAI, and change nothing.

    Exit status: 0 where nothing differs as far as it can be seen, 3 where an agent or a phone differs from what is
    declared, is missing, or has a second agent of its name beside it, 1 after an error.
    """
    with open_organization(directory, stack) as around, waiting("Comparing with AssistAI"):
        found = look(Session(around.settings), around.stack.place, around.stack.state(), live=live)
    if as_json:
        write_json(asdict(found))
    else:
        _show(found, live=live)
    if found.drift:
        raise typer.Exit(_DRIFT)


def _show(found: FleetStatus, *, live: bool) -> None:
    console = open_console()
    console.print(cell(f"{found.stack}, organization {found.organization_code} of tenant {found.tenant_domain}\n"))
    agents = [*map(_agent_row, found.agents), *map(_unmanaged_row, found.unmanaged)]
    if agents:
        print_table(console, ("RESOURCE", "CODE", "NAME", "STATUS", "REMARKS"), agents)
    if found.whatsapp:
        console.print()
        rows = map(_integration_row, found.whatsapp)
        print_table(console, ("WHATSAPP", "AGENT", "STATUS", "PHONE", "REMARKS"), rows)
    console.print()
    for line in _remarks(found, live=live):
        console.print(cell(line))


def _agent_row(agent: AgentStatus) -> list[Text]:
    remarks = [*_differences(agent.drift)]
    if agent.not_visible:
        remarks.append(f"not visible: {', '.join(agent.not_visible)}")
    if agent.secret:
        remarks.append(f"secret, not compared: {', '.join(agent.secret)}")
    name = "[secret]" if agent.name is None else agent.name
    return _row(agent.resource, agent.code, name, agent.status, remarks)


def _unmanaged_row(agent: Unmanaged) -> list[Text]:
    remarks = [f"read by {agent.read_by}" if agent.read_by else f'to manage it: adopt="{agent.code}"']
    return _row("-", agent.code, agent.name, "unmanaged", remarks)


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


def _remarks(found: FleetStatus, *, live: bool) -> Iterator[str]:
    for group in found.same_named:
        advice = "; manage the others too with adopt=, or rename them" if group.unwanted else ""
        yield f"{len(group.codes)} agents are named {quoted(group.name)}: {', '.join(group.codes)}{advice}"
    for other in found.elsewhere:
        yield (
            f"{other.resource} is of another organization, {other.organization_code} of tenant "
            f"{other.tenant_domain}, and was not looked at"
        )
    if not found.complete:
        yield "There may be more agents than AssistAI lists: what is not listed is not proved to be gone."
    if any(agent.not_visible for agent in found.agents):
        yield "not visible: AssistAI does not give these fields back, so edits of them cannot be seen."
    if found.whatsapp and live:
        yield "WhatsApp was asked for just now, which starts a connection where there is none."
    elif found.whatsapp:
        yield "WhatsApp is shown as recorded by the last up or refresh; --live asks AssistAI."
    yield _conclusion(found)


def _conclusion(found: FleetStatus) -> str:
    if found.drift:
        return "Declared and live differ. `pulumi refresh` takes over what is live; the next `pulumi up` repairs it."
    return "Nothing differs, as far as it can be seen."
