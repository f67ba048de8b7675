"""Waiting for what other processes and threads do, never for ever."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

DEADLINE = 60.0
"""Seconds after which what is waited for counts as never coming; far more than it takes."""


def wait_for(condition: Callable[[], Any], pause: float = 0.01) -> None:
    """Wait until the condition holds."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, f"waited for {DEADLINE:.0f} s in vain"
        time.sleep(pause)


def wait_while_running(process: subprocess.Popen[Any], condition: Callable[[], Any]) -> None:
    """Wait until the condition holds, which it must before the process ends."""

    def holds() -> bool:
        found = bool(condition())
        assert found or process.poll() is None, f"the process ended before: {process.args}"
        return found

    wait_for(holds)


@contextmanager
def deadline_for(process: subprocess.Popen[Any]) -> Iterator[None]:
    """Kill a process that makes whoever reads its output wait for too long; its output ends then."""
    timer = Timer(DEADLINE, process.kill)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def started(
    command: list[str], environment: Mapping[str, str], directory: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command whose output nobody wants, and kill it at the end, however that comes about."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=directory, env=environment, stdout=quiet, stderr=quiet)
    try:
        yield process
    finally:
        process.kill()
        process.wait(DEADLINE)
