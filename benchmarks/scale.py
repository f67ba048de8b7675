"""Simulation of a week of many agents, at a tenth of the size: `python -m benchmarks.scale`.

It counts requests, seconds and bytes. Its options are its assumptions. Each stack has several organizations, each with
its own explicit provider. The stacks run one after another on the embedded engine, like the jobs of one CI runner.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.api import BusyApi, emulator
from benchmarks.contest import ACCOUNT
from benchmarks.engines import PATH
from benchmarks.programs import INSTRUCTIONS

_PROGRAM = f"""\
import os

import pulumi
from pulumi_assistai import Agent, Provider

for organization in range({{first}}, {{last}}):
    code = f"ORG-{{{{organization}}}}"
    provider = Provider(code, api_token=f"token-{{{{organization}}}}", tenant_domain="agency", organization_code=code)
    for number in range({{agents}}):
        Agent(
            f"{{{{code}}}}-{{{{number}}}}",
            name=f"Agente {{{{number}}}}",
            description=f"Atiende {{{{number}}}}",
            instructions="{INSTRUCTIONS}",
            tone="amigable" if number < int(os.environ["EDITED"]) else "neutral",
            opts=pulumi.ResourceOptions(provider=provider),
        )
"""


@dataclass(frozen=True)
class Week:
    """The assumptions.

    Attributes:
        organizations: the number of organizations.
        agents: the number of agents in each organization.
        to_a_stack: the number of organizations in a stack.
        edited: the number of agents in each organization that change in the week.
    """

    organizations: int
    agents: int
    to_a_stack: int
    edited: int


@dataclass(frozen=True)
class Counted:
    """The cost of one operation on all stacks.

    Attributes:
        operation: its name.
        seconds: of the slowest stack, and of all stacks together.
        requests: of the organization with the most, and of all organizations.
    """

    operation: str
    seconds: tuple[float, float]
    requests: tuple[int, int]


def main(
    organizations: Annotated[int, typer.Option(min=1, help="Organizations.")] = 200,
    agents: Annotated[int, typer.Option(min=1, help="Agents in each organization.")] = 50,
    to_a_stack: Annotated[int, typer.Option(min=1, help="Organizations in each stack.")] = 10,
    edited: Annotated[int, typer.Option(min=0, help="Agents in each organization that change in the week.")] = 5,
) -> None:
    """Create everything, then simulate a week: no change, some edited prompts, a nightly refresh."""
    week = Week(organizations, agents, to_a_stack, edited)
    accounts = [f"--account=token-{number}:agency:ORG-{number}" for number in range(organizations)]
    with emulator(0.0, *accounts) as api, tempfile.TemporaryDirectory(prefix="assistai-scale-") as folder:
        stacks = list(_projects(week, Path(folder)))
        counted = [_count(operation, stacks, api, week) for operation in ("create", "preview", "edit", "refresh")]
        sizes = [(stack / ".sandbox" / "dev.json").stat().st_size for stack in stacks]
    console = Console()
    console.print(_table(week, counted))
    console.print(f"{len(stacks)} stacks; the state of one has up to {max(sizes) / 1e6:.1f} MB", highlight=False)


def _projects(week: Week, folder: Path) -> Iterator[Path]:
    for first in range(0, week.organizations, week.to_a_stack):
        project = folder / f"stack-{first}"
        project.mkdir()
        (project / "Pulumi.yaml").write_text("name: scale\nruntime: python\n")
        last = min(first + week.to_a_stack, week.organizations)
        (project / "__main__.py").write_text(_PROGRAM.format(first=first, last=last, agents=week.agents))
        yield project


def _count(operation: str, stacks: list[Path], api: BusyApi, week: Week) -> Counted:
    edited = 0 if operation in {"create", "preview"} else week.edited
    seconds: list[float] = []
    requests: Counter[str] = Counter()
    for stack in stacks:
        seconds.append(_run(operation, stack, api.url, edited))
        # The emulator only keeps the last requests.
        requests.update(request["organization"] for request in api.call("GET", "/requests"))
        api.forget_requests()
    return Counted(operation, (max(seconds), sum(seconds)), (max(requests.values(), default=0), requests.total()))


def _run(operation: str, project: Path, url: str, edited: int) -> float:
    verb = {"create": "up", "edit": "up"}.get(operation, operation)
    yes = () if verb == "preview" else ("--yes",)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("ASSISTAI_", "PULUMI_"))}
    told = {"PULUMI_CONFIG_PASSPHRASE": ACCOUNT["PULUMI_CONFIG_PASSPHRASE"], "ASSISTAI_BASE_URL": url}
    began = time.perf_counter()
    subprocess.run(
        ("assistai", "sandbox", verb, *yes),
        cwd=project,
        env=inherited | told | {"PATH": PATH, "EDITED": str(edited)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - began


def _table(week: Week, counted: list[Counted]) -> Table:
    total = week.organizations * week.agents
    shown = Table(
        "operation", "s, slowest stack", "s, all stacks", "requests, busiest organization", "requests, all",
        title=f"{total} agents in {week.organizations} organizations, {week.to_a_stack} organizations a stack",
    )  # fmt: skip
    for found in counted:
        slowest, together = found.seconds
        most, all_of_them = found.requests
        shown.add_row(found.operation, f"{slowest:.1f}", f"{together:.0f}", str(most), str(all_of_them))
    return shown


if __name__ == "__main__":
    sys.exit(typer.run(main))
