"""Benchmark of backends: `python -m benchmarks.backends URL...` deploys a fleet on each, with and without checkpoints.

A folder is always included. Each URL is one for `pulumi login`; its credentials are in the environment.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from dataclasses import replace
from statistics import median
from typing import Annotated
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.api import emulator
from benchmarks.contest import Case, timed
from benchmarks.contestants import contestants
from benchmarks.engines import Program

LOCAL = ""
CHECKPOINTS = {"with checkpoints": "", "without": "1"}

Urls = Annotated[list[str] | None, typer.Argument(help="Backends to compare with a local folder.")]
Agents = Annotated[int, typer.Option(min=1, help="Number of agents.")]
Runs = Annotated[int, typer.Option(min=1, help="Number of runs.")]


def main(urls: Urls = None, *, agents: Agents = 100, runs: Runs = 3) -> None:
    """Measure `up` on each backend in turn. Print the medians and their factors against the fastest."""
    seconds: dict[tuple[str, str], list[float]] = defaultdict(list)
    for _ in range(runs):
        for url in (LOCAL, *(urls or ())):
            for checkpoints in CHECKPOINTS:
                seconds[url, checkpoints].append(up(url, checkpoints, agents))
    Console().print(table({key: median(found) for key, found in seconds.items()}, agents))


def up(url: str, checkpoints: str, agents: int) -> float:
    """Return the seconds that a fleet takes on a backend."""
    cli = next(who for who in contestants() if isinstance(who, Program) and who.command[0] == "pulumi")
    backend = {"PULUMI_BACKEND_URL": url} if url else {}
    told = {**backend, "PULUMI_SKIP_CHECKPOINTS": CHECKPOINTS[checkpoints]}
    with emulator(0.0) as api, replace(cli, environment=told).begin(Case(agents, 32), api) as work:
        return timed(work, "up")


def table(medians: dict[tuple[str, str], float], agents: int) -> Table:
    """Return the medians and their factors, with a row for each backend."""
    shown = Table("backend", *CHECKPOINTS, title=f"up of {agents} agents, {cli_name()}")
    least = min(medians.values())
    for url in dict.fromkeys(url for url, _ in medians):
        found = [medians[url, checkpoints] for checkpoints in CHECKPOINTS]
        shown.add_row(urlsplit(url).scheme or "file", *(f"{each:.1f} s, x{each / least:.1f}" for each in found))
    return shown


def cli_name() -> str:
    """Return the CLI's name in the tables."""
    return next(who.name for who in contestants() if isinstance(who, Program) and who.command[0] == "pulumi")


if __name__ == "__main__":
    sys.exit(typer.run(main))
