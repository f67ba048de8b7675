"""Processes of the engine that are forks of one process, which has imported the SDK once for all tests.

A new interpreter takes a quarter of a second of CPU time to import it, and the tests take thousands of them. The
programs `assistai` and `pulumi` start new ones in tests too.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import runpy
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from threading import Lock
from typing import IO, TYPE_CHECKING, cast

from pulumi_assistai.engine.processes import scripts
from pulumi_assistai.engine.processes.interpreters import CHILD, Interpreters, Role
from pulumi_assistai.keys import PLUGIN
from pulumi_assistai.providers import NEEDED

if TYPE_CHECKING:
    # Each fork imports this module, and needs no more than is above.
    import pytest

PRELOADED = ["asyncio", "concurrent.futures", "pulumi.dynamic", "pulumi_assistai.native.server", *NEEDED]
EXAMPLES = str(Path(__file__).parents[1] / "examples")

_lock = Lock()


def use_forks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the engine take forks, where a fork of a process that has imported gRPC is known to work."""
    if sys.platform == "linux":
        monkeypatch.setattr(Interpreters, "start_ahead", lambda *_: None)
        monkeypatch.setattr(Interpreters, "take", take)
        monkeypatch.setattr("pulumi_assistai.engine.operation.start_script", start_script)


def take(_: Interpreters, role: Role) -> subprocess.Popen[bytes]:  # noqa: ARG001 - all roles need the same
    """Return a Python process that waits for its orders."""
    return _fork(_wait_for_orders)


def start_script(
    script: Path, *arguments: str, directory: Path, environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Return a process that runs a script, a new one unless the script is the native provider's."""
    if script.name != PLUGIN:
        return scripts.start_script(script, *arguments, directory=directory, environment=environment)
    return _fork(_run_script, str(script), arguments, str(directory), dict(environment))


def _fork(work: Callable[..., None], *arguments: object) -> subprocess.Popen[bytes]:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    (stdin, orders), (out, stdout), (err, stderr) = (context.Pipe(duplex=False) for _ in range(3))
    process = context.Process(target=_run, args=((stdin, stdout, stderr), work, *arguments), daemon=True)
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


def _run(pipes: Sequence[Connection], work: Callable[..., None], *arguments: object) -> None:
    """Work with these as standard input, output and error."""
    os.setsid()
    for number, pipe in enumerate(pipes):
        os.dup2(pipe.fileno(), number)
        pipe.close()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(write_through=True)
    sys.path[:] = ["", *(entry for entry in sys.path if not entry.startswith(EXAMPLES))]
    try:
        work(*arguments)
    finally:
        atexit._run_exitfuncs()  # noqa: SLF001 - otherwise a fork ends without them


def _wait_for_orders() -> None:
    sys.argv = ["-c"]
    exec(CHILD, {"__name__": "__main__"})


def _run_script(script: str, arguments: Sequence[str], directory: str, environment: Mapping[str, str]) -> None:
    sys.argv = [script, *arguments]
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(directory)
    runpy.run_path(script, run_name="__main__")
