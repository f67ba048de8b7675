"""Child processes: run Python modules for the engine, and end with it, even if it is killed."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import IO, TypeVar

T = TypeVar("T")

_GRACE_SECONDS = 5.0

OnLine = Callable[[str], None]


class ChildProcess:
    """A process that started as a waiting interpreter. Its output is read all the time, line by line.

    Args:
        process: the process, with pipes.
        on_line: called with each line of its standard error, and of its standard output once `drain` was called.
    """

    def __init__(self, process: subprocess.Popen[bytes], on_line: OnLine) -> None:
        self._process = process
        self._on_line = on_line
        self._loop = asyncio.get_running_loop()
        self._ended = _in_thread(process.wait)
        self._readers = [_in_thread(lambda: self._read(_pipe(process.stderr)))]

    async def run(self, module: str, *arguments: str, directory: Path, environment: Mapping[str, str]) -> None:
        """Run a module in it, as `python -u -m MODULE ARGUMENTS` does.

        Args:
            module: the module.
            arguments: its arguments.
            directory: its working directory, which it can import from.
            environment: its whole environment.
        """
        orders = json.dumps([[module, *arguments], str(directory), dict(environment)]).encode() + b"\n"
        await _in_thread(lambda: self._tell(orders))

    async def first_line(self) -> str:
        """Return the first line of standard output, empty if the process ended before it."""
        line = await _in_thread(_pipe(self._process.stdout).readline)
        return line.decode(errors="replace").strip()

    def drain(self) -> None:
        """Pass on the rest of standard output as well."""
        self._readers.append(_in_thread(lambda: self._read(_pipe(self._process.stdout))))

    async def wait(self) -> int:
        """Return the exit status, after all output has been passed on."""
        status = await asyncio.shield(self._ended)
        # A grandchild may hold the pipes open for longer.
        _, reading = await asyncio.wait(self._readers, timeout=_GRACE_SECONDS)
        if not reading:
            for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
                with suppress(OSError):
                    _pipe(stream).close()
        return status

    async def stop(self, grace: float = 0) -> None:
        """End the process, and pass on the rest of its output.

        Args:
            grace: seconds in which it may end itself.
        """
        await asyncio.wait([self._ended], timeout=grace)
        self._process.kill()
        await self.wait()

    def _tell(self, orders: bytes) -> None:
        # The process may be gone already; `wait` returns how it ended.
        with suppress(OSError):
            stream = _pipe(self._process.stdin)
            stream.write(orders)
            stream.flush()

    def _read(self, stream: IO[bytes]) -> None:
        for line in stream:
            text = line.decode(errors="replace").rstrip("\r\n")
            # After the operation nothing reads the pipe any more, but a grandchild may still write.
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._on_line, text)


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None, "the process was started with pipes"
    return stream


def _in_thread(call: Callable[[], T]) -> asyncio.Future[T]:
    """Run a call that waits for a process in a thread of its own: it could block the loop's threads for ever."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        result = call()
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle, future, result)

    Thread(target=run, daemon=True).start()
    return future


def _settle(future: asyncio.Future[T], result: T) -> None:
    if not future.done():
        future.set_result(result)
