"""The lock of a stack, for one run at a time. The operating system frees it when its process ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pulumi_assistai.engine.errors import EngineError

if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> None:
        # The locked byte is after the pid, which other processes must be able to read.
        os.lseek(descriptor, 1024, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)

else:
    import fcntl

    def _try_lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def locked(file: Path, stack: str) -> Iterator[None]:
    """Hold the lock of a stack.

    Args:
        file: the lock's file, in an existing folder. It is not removed, and has the pid of the last holder.
        stack: the stack's name, for the error.

    Raises:
        EngineError: another process, or this one, has the lock, or the file cannot be opened.
    """
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise EngineError(f"cannot lock stack {stack} with {file}: {error.strerror}") from None
    try:
        try:
            _try_lock(descriptor)
        except OSError:
            raise EngineError(f"stack {stack} is in use by process {_holder(descriptor)}; wait until it ends") from None
        # On a full disk the lock works anyway. The later write of the state reports the full disk.
        with suppress(OSError):
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(descriptor)


def _holder(descriptor: int) -> str:
    return os.read(descriptor, 32).decode(errors="replace").strip() or "that has just started"
