"""Child processes that run a Python module and die with the engine, even if the engine is killed."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

_LINE_LIMIT = 2**24
_GRACE_SECONDS = 5.0
# What is imported stays, so that no garbage is looked for in it.
# The child's end of its standard input closes when the engine is gone, however that came about.
_CHILD = """\
import gc, json, os, runpy, sys, threading
told, teller = os.pipe()
def watch():
    while heard := os.read(0, 4096): os.write(teller, heard)
    os._exit(1)
threading.Thread(target=watch, daemon=True).start()
gc.disable()
for name in sys.argv[1:]: __import__(name)
gc.freeze()
gc.enable()
with open(told, encoding="utf-8") as orders: sys.argv, environment = json.loads(orders.readline())
os.environ.update(environment)
sys.stdin = open(os.devnull, encoding="utf-8")
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""

OnLine = Callable[[str], None]


class ChildProcess:
    """A Python process that imports what it will need and waits to be told what to run.

    Both its output streams are read all the time, line by line.

    Args:
        process: the process, with pipes.
        on_line: called with each line of its standard error, and of its standard output once `drain` was called.
    """

    def __init__(self, process: asyncio.subprocess.Process, on_line: OnLine) -> None:
        self._process = process
        self._on_line = on_line
        self._readers = [asyncio.create_task(self._read(self._stream(process.stderr)))]

    @classmethod
    async def start(
        cls,
        *,
        directory: Path,
        environment: Mapping[str, str],
        on_line: OnLine,
        preload: Iterable[str],
    ) -> ChildProcess:
        """Start a process.

        Args:
            directory: its working directory, which it can import from.
            environment: all of its environment.
            on_line: called with each line that it writes.
            preload: modules that it imports while it waits.
        """
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-u",
            "-c",
            _CHILD,
            *preload,
            cwd=directory,
            env=dict(environment),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            limit=_LINE_LIMIT,
            # An interrupt from the terminal is for the engine; it ends its children when they have finished.
            start_new_session=True,
        )
        return cls(process, on_line)

    async def first_line(self) -> str:
        """Return the first line of standard output, empty if the process ended before."""
        return (await self._stream(self._process.stdout).readline()).decode(errors="replace").strip()

    async def run(self, module: str, *arguments: str, environment: Mapping[str, str]) -> None:
        """Let it run a module as `python -u -m MODULE ARGUMENTS` does.

        Args:
            module: the module.
            arguments: its arguments.
            environment: what is added to its environment.
        """
        stream = self._process.stdin
        assert stream is not None, "the process was started with pipes"
        # Who is gone already cannot be told; `wait` says how it ended.
        with suppress(ConnectionError):
            stream.write(json.dumps([[module, *arguments], dict(environment)]).encode() + b"\n")
            await stream.drain()

    def drain(self) -> None:
        """Pass what is left of standard output on as well."""
        self._readers.append(asyncio.create_task(self._read(self._stream(self._process.stdout))))

    async def wait(self) -> int:
        """Return the exit status, after all output has been passed on."""
        status = await self._process.wait()
        # A grandchild may hold the pipes open for longer.
        await asyncio.wait(self._readers, timeout=_GRACE_SECONDS)
        return status

    async def stop(self, grace: float = 0) -> None:
        """End the process and pass the rest of its output on.

        Args:
            grace: seconds in which it may end by itself.
        """
        if grace:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), grace)
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()
        await self.wait()

    async def _read(self, stream: asyncio.StreamReader) -> None:
        while line := await stream.readline():
            self._on_line(line.decode(errors="replace").rstrip("\r\n"))

    @staticmethod
    def _stream(stream: asyncio.StreamReader | None) -> asyncio.StreamReader:
        assert stream is not None, "the process was started with pipes"
        return stream
