"""Benchmark of growing fleets: `python -m benchmarks.growth` prints seconds and memory of their previews."""

from __future__ import annotations

import resource
import sys
import time
from multiprocessing import get_context

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.api import emulator
from benchmarks.contest import Case
from benchmarks.contestants import contestants
from benchmarks.engines import Program

SIZES = (1250, 2500, 5000)
_KIB = 1024


def main() -> None:
    """Preview fleets of each size on each engine."""
    shown = Table("engine", "agents", "seconds", "ms an agent", "MiB of the largest process", title="Previews")
    for who in contestants():
        if isinstance(who, Program) and "provider" not in who.name:
            for agents in SIZES:
                seconds, memory = _apart(who.name, agents)
                shown.add_row(who.name, str(agents), f"{seconds:.1f}", f"{seconds / agents * 1000:.2f}", str(memory))
    Console().print(shown)


def _apart(name: str, agents: int) -> tuple[float, int]:
    """Preview in a separate process: a process only knows the highest memory of all its children so far."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(_preview, (name, agents))


def _preview(name: str, agents: int) -> tuple[float, int]:
    [who] = [who for who in contestants() if who.name == name]
    with emulator(0.0) as api, who.begin(Case(agents, 32), api) as work:
        began = time.perf_counter()
        work.do("preview")
        seconds = time.perf_counter() - began
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // _KIB


if __name__ == "__main__":
    sys.exit(typer.run(main))
