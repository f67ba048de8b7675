"""`up` against APIs that limit their rate: `python -m benchmarks.limits [--agents N]`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.api import Traffic, emulator
from benchmarks.contest import Case, Contestant, timed
from benchmarks.contestants import contestants
from benchmarks.tofu import OpenTofu, is_there

PARALLEL = 32
MOST_TIMES_THE_BOUND = 1.25
MOST_REFUSED = 0.15


@dataclass(frozen=True)
class Limit:
    """A rate limit of an API.

    Attributes:
        name: its name in the table.
        rate: requests a second that it allows in the long run.
        options: the options of `assistai emulator` for this limit.
    """

    name: str
    rate: float
    options: tuple[str, ...]


LIMITS = (
    Limit("10 a second", 10, ("--rate=10/s", "--windows=clock", "--headers=none")),
    Limit("10 a second, Retry-After: 1", 10, ("--rate=10/s", "--windows=clock", "--headers=retry-after")),
    Limit("5 a second, Retry-After: 1", 5, ("--rate=5/s", "--windows=clock", "--headers=retry-after")),
    Limit("20 a second", 20, ("--rate=20/s", "--windows=clock", "--headers=none")),
    Limit("10 in 3 seconds", 10 / 3, ("--rate=10/3s", "--windows=clock", "--headers=none")),
    Limit("10 in 3 seconds, with headers", 10 / 3, ("--rate=10/3s", "--windows=clock", "--headers=nest")),
)


@dataclass(frozen=True)
class Run:
    """One `up` against one limit.

    Attributes:
        who: the contestant.
        seconds: its duration, None if it failed.
        traffic: the requests.
    """

    who: str
    seconds: float | None
    traffic: Traffic


def main(agents: Annotated[int, typer.Option(min=1, help="Number of agents.")] = 100) -> None:
    """Create a fleet with every contestant, without a limit and against each limit."""
    case = Case(agents, PARALLEL)
    own = {who(1e6).name: run(who(1e6), case) for who in taking_part()}
    for limit in LIMITS:
        runs = [run(who(limit.rate), case, *limit.options) for who in taking_part()]
        Console().print(table(limit, agents, own, runs))


def taking_part() -> list[Callable[[float], Contestant]]:
    """Return the contestants as functions of the rate, which only some of them need."""
    ours = [who for who in contestants() if who.name in ("embedded engine", "Pulumi CLI, uv")]
    found: list[Callable[[float], Contestant]] = [lambda _, who=who: who for who in ours]  # type: ignore[misc]
    return [*found, OpenTofu] if is_there() else found


def run(who: Contestant, case: Case, *options: str) -> Run:
    """Create the fleet once."""
    with emulator(0.0, *options) as api, who.begin(case, api) as work:
        try:
            seconds = timed(work, "up")
        except RuntimeError:
            return Run(who.name, None, api.traffic())
        return Run(who.name, seconds, api.traffic())


def table(limit: Limit, agents: int, own: dict[str, Run], runs: list[Run]) -> Table:
    """Return a table of one limit."""
    bound = agents / limit.rate
    shown = Table(title=f"{limit.name}: {agents} requests take {bound:.0f} s", title_justify="left")
    for column in ("who", "without a limit", "up", "beyond its own time, of the bound", "refused"):
        shown.add_column(column)
    for done in runs:
        shown.add_row(done.who, *cells(done, own[done.who].seconds or 0.0, bound))
    return shown


def cells(done: Run, own: float, bound: float) -> tuple[str, ...]:
    """Return the cells of one run."""
    refused = f"{done.traffic.refused} of {done.traffic.requests}"
    if done.seconds is None:
        return f"{own:.1f} s", "failed", "", refused
    return f"{own:.1f} s", f"{done.seconds:.1f} s", f"{(done.seconds - own) / bound:.2f}", refused


if __name__ == "__main__":
    sys.exit(typer.run(main))
