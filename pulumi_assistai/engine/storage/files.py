"""The files of a sandbox: readable by their owner alone, replaced as a whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from pulumi_assistai.engine.errors import EngineError

_OWNER_FOLDER = 0o700
_OWNER_FILE = 0o600


def make_private(folder: Path) -> None:
    """Make a folder for its owner alone, with everything in it; one that exists becomes so.

    Raises:
        EngineError: it cannot be made.
    """
    make_folder(folder)
    tighten(folder)


def make_folder(folder: Path) -> None:
    """Make a folder for its owner alone; leave one that exists as it is.

    Raises:
        EngineError: it cannot be made.
    """
    if folder.exists() and not folder.is_dir():
        raise not_a_folder(folder)
    try:
        folder.mkdir(_OWNER_FOLDER, parents=True, exist_ok=True)
    except OSError as error:
        raise EngineError(f"cannot make the folder {folder}: {error.strerror}") from None


def tighten(folder: Path) -> None:
    """Let nobody but its owner read a folder and the files in it; other people's files stay as they are."""
    with suppress(OSError):
        _restrict(folder, _OWNER_FOLDER)
        with os.scandir(folder) as entries:
            for entry in entries:
                # A link would lead to a file outside.
                if entry.is_file(follow_symlinks=False):
                    _restrict(Path(entry.path), _OWNER_FILE)


def not_a_folder(path: Path) -> EngineError:
    """Return the error of a file that stands where a folder should be."""
    return EngineError(f"{path} is a file, but the sandbox needs a folder there; move the file away")


def write_atomically(file: Path, text: str) -> None:
    """Replace a file's text: whoever reads it, even after a crash, finds the old text or the new one.

    Raises:
        EngineError: it cannot be written; the old text stays.
    """
    make_folder(file.parent)
    try:
        with replacing(file) as stream:
            stream.write(text)
    except OSError as error:
        raise EngineError(
            f"cannot write {file}: {error.strerror}; it keeps its former text. Make room or get write permission, "
            "then run the command again"
        ) from None


@contextmanager
def replacing(file: Path) -> Iterator[TextIO]:
    """Give a stream whose text takes the place of a file's when the block ends, and is thrown away where it raises.

    The scratch file beside it is its owner's alone, and so is the file that it becomes.

    Raises:
        OSError: it cannot be written; the old text stays.
    """
    descriptor, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _restrict(path: Path, mode: int) -> None:
    if path.stat().st_mode & 0o777 & ~mode:
        with suppress(PermissionError):
            path.chmod(mode)
