"""Measures all contestants and prints tables: `python -m benchmarks [--runs N] [--json FILE] [--plot FILE]`."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks import tofu
from benchmarks.api import Traffic, emulator
from benchmarks.contest import OPERATIONS, Case, Contestant, timed
from benchmarks.contestants import contestants
from benchmarks.startup import startup

CASES = ((100, 0.0, 32), (100, 0.2, 10), (100, 0.2, 32), (500, 0.0, 32))
"""Agents, seconds of latency, and operations at a time."""

_PLAIN = "plain dynamic provider"
_MOST_FOR_PLAIN = 100


@dataclass(frozen=True)
class Measured:
    """The result of one operation of one contestant.

    Attributes:
        case: agents, seconds of latency, and operations at a time.
        who: the contestant.
        operation: the operation.
        seconds: the duration of each run.
        traffic: the requests of the last run.
    """

    case: tuple[int, float, int]
    who: str
    operation: str
    seconds: list[float]
    traffic: Traffic


def main(
    runs: Annotated[int, typer.Option(min=1, help="Number of runs.")] = 3,
    json_file: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write the results.")] = None,
    plot: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw `up`; needs matplotlib.")] = None,
) -> None:
    """Measure every contestant in every case."""
    console = Console()
    results: list[Measured] = []
    for case in CASES:
        found = measure(case, runs)
        console.print(table(case, found))
        results += found
    start = startup(runs)
    console.print(start, machine(), sep="\n", highlight=False)
    if json_file:
        document = {"machine": machine(), "startup": start, "results": [asdict(result) for result in results]}
        json_file.write_text(json.dumps(document, indent=1), encoding="utf-8")
    if plot:
        from benchmarks.plot import draw  # noqa: PLC0415 - only a plot needs matplotlib

        draw(results, machine(), plot)


def measure(case: tuple[int, float, int], runs: int) -> list[Measured]:
    """Run all operations of all contestants, in turn, `runs` times."""
    agents, latency, parallel = case
    seconds: dict[tuple[str, str], list[float]] = {}
    traffic: dict[tuple[str, str], Traffic] = {}
    taking_part = [who for who in contestants() if agents <= _MOST_FOR_PLAIN or _PLAIN not in who.name]
    for _ in range(runs):
        for who in taking_part:
            for operation, took, seen in one_run(who, Case(agents, parallel), latency):
                seconds.setdefault((who.name, operation), []).append(took)
                traffic[who.name, operation] = seen
    return [Measured(case, *key, seconds[key], traffic[key]) for key in seconds]


def one_run(who: Contestant, case: Case, latency: float) -> list[tuple[str, float, Traffic]]:
    """Run all operations once, on an empty API."""
    with emulator(latency) as api, who.begin(case, api) as work:
        return [(operation, timed(work, operation), api.traffic()) for operation in OPERATIONS]


def table(case: tuple[int, float, int], found: list[Measured]) -> Table:
    """Return a table of one case: median seconds, the range in brackets, and the factor against the limit's `up`."""
    agents, latency, parallel = case
    shown = Table(title=f"{agents} agents, {latency * 1000:.0f} ms, {parallel} at a time", title_justify="left")
    shown.add_column("who")
    for operation in OPERATIONS:
        shown.add_column(operation)
    limit = next(median(result.seconds) for result in found if result.operation == "up")
    for who in dict.fromkeys(result.who for result in found):
        shown.add_row(who, *(cell(result, limit) for result in found if result.who == who))
    return shown


def cell(result: Measured, limit: float) -> str:
    """Return one result as two lines."""
    middle = median(result.seconds)
    spread = f"({min(result.seconds):.2f}-{max(result.seconds):.2f})"
    traffic = f"{result.traffic.requests} requests, {result.traffic.in_flight} in flight"
    return f"{middle:.2f} s {spread} x{middle / limit:.1f}\n{traffic}"


def machine() -> str:
    """Return the machine and the versions."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("pulumi-assistai", "pulumi", "httpx"))
    return f"{os.cpu_count()} cores, Python {platform.python_version()}, {packages}, {_cli()}, {_tofu()}"


def _cli() -> str:
    if shutil.which("pulumi") is None:
        return "no Pulumi CLI"
    found = subprocess.run(["pulumi", "version"], capture_output=True, text=True, check=True)
    return f"Pulumi CLI {found.stdout.strip()}"


def _tofu() -> str:
    return f"OpenTofu {tofu.version()}" if tofu.is_there() else "no OpenTofu with restapi"


if __name__ == "__main__":
    sys.exit(typer.run(main))
