"""Interpreters that are forks of one process, which has imported the SDK once for all tests.

A new interpreter takes a quarter of a second of CPU time to import it, and the tests take thousands of them. The
programs `assistai` and `pulumi` start new ones in tests too.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import subprocess
import sys
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from threading import Lock
from typing import IO, cast

import pytest

from pulumi_assistai.engine.processes.interpreters import CHILD, Interpreters, Role
from pulumi_assistai.providers import NEEDED

PRELOADED = ["asyncio", "concurrent.futures", "pulumi.dynamic", *NEEDED]
EXAMPLES = str(Path(__file__).parents[1] / "examples")

_lock = Lock()


def use_forks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the engine take forks, where a fork of a process that has imported gRPC is known to work."""
    if sys.platform == "linux":
        monkeypatch.setattr(Interpreters, "start_ahead", lambda *_: None)
        monkeypatch.setattr(Interpreters, "take", take)


def take(_: Interpreters, role: Role) -> subprocess.Popen[bytes]:  # noqa: ARG001 - all roles need the same
    """Return a process of one's own."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    (stdin, orders), (out, stdout), (err, stderr) = (context.Pipe(duplex=False) for _ in range(3))
    process = context.Process(target=_run, args=(stdin, stdout, stderr), daemon=True)
    # The start of a process looks for those that have ended, and only one thread can be told how one ended.
    with _lock:
        process.start()
    for end in (stdin, stdout, stderr):
        end.close()
    return cast("subprocess.Popen[bytes]", Fork(process, _file(orders, "wb"), _file(out, "rb"), _file(err, "rb")))


class Fork:
    """What the engine uses of a `Popen`."""

    def __init__(self, process: ForkServerProcess, stdin: IO[bytes], stdout: IO[bytes], stderr: IO[bytes]) -> None:
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr
        self._process = process

    def wait(self) -> int:
        """Return the exit status when the process has ended."""
        wait([self._process.sentinel])
        with _lock:
            self._process.join()
        return cast("int", self._process.exitcode)

    def kill(self) -> None:
        """End the process."""
        self._process.kill()


def _file(connection: Connection, mode: str) -> IO[bytes]:
    with connection:
        return cast("IO[bytes]", os.fdopen(os.dup(connection.fileno()), mode))


def _run(*pipes: Connection) -> None:
    """Be the interpreter that waits, with these as standard input, output and error."""
    os.setsid()
    for number, pipe in enumerate(pipes):
        os.dup2(pipe.fileno(), number)
        pipe.close()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(write_through=True)
    sys.argv = ["-c"]
    sys.path[:] = ["", *(entry for entry in sys.path if not entry.startswith(EXAMPLES))]
    try:
        exec(CHILD, {"__name__": "__main__"})
    finally:
        atexit._run_exitfuncs()  # noqa: SLF001 - otherwise a fork ends without them
