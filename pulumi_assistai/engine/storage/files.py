"""The files of a sandbox: only the owner can read them, and each write replaces the whole file or nothing."""

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
    """Create a folder that only its owner can read. Restrict an existing one and its files.

    Raises:
        EngineError: the folder cannot be created.
    """
    make_folder(folder)
    tighten(folder)


def make_folder(folder: Path) -> None:
    """Create a folder that only its owner can read. Leave an existing one as it is.

    Raises:
        EngineError: the folder cannot be created.
    """
    if folder.exists() and not folder.is_dir():
        raise not_a_folder(folder)
    try:
        folder.mkdir(_OWNER_FOLDER, parents=True, exist_ok=True)
    except OSError as error:
        raise EngineError(f"cannot create the folder {folder}: {error.strerror}") from None


def tighten(folder: Path) -> None:
    """Let only the owner read a folder and its files. Files of other users stay as they are."""
    with suppress(OSError):
        _restrict(folder, _OWNER_FOLDER)
        with os.scandir(folder) as entries:
            for entry in entries:
                # A link would lead to a file outside of the folder.
                if entry.is_file(follow_symlinks=False):
                    _restrict(Path(entry.path), _OWNER_FILE)


def not_a_folder(path: Path) -> EngineError:
    """Return the error for a file in the place of a folder."""
    return EngineError(f"{path} is a file, but the sandbox needs a folder there; move the file away")


def write_atomically(file: Path, text: str) -> None:
    """Replace a file's text. A reader finds the old text or the new one, even after a crash.

    Raises:
        EngineError: the file cannot be written. The old text stays.
    """
    make_folder(file.parent)
    try:
        with replacing(file) as stream:
            stream.write(text)
    except OSError as error:
        raise EngineError(
            f"cannot write {file}: {error.strerror}; it keeps its former text. Free disk space or get write "
            "permission, then run the command again"
        ) from None


@contextmanager
def replacing(file: Path) -> Iterator[TextIO]:
    """Yield a stream whose text replaces that of a file when the block ends. If the block raises, the text is dropped.

    Only the owner can read the temporary file beside it and the resulting file.

    Raises:
        OSError: the file cannot be written. The old text stays.
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
