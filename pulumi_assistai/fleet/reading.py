"""Reading of a fleet's files."""

from __future__ import annotations

import stat
from pathlib import Path

MOST_BYTES = 1_000_000


class UnreadableError(Exception):
    """A file cannot be read as text. The message says why, without the file's name."""


def read_text(path: Path) -> str:
    r"""Return the text of a file, with `\n` as line ends and without byte order marks.

    Raises:
        UnreadableError: the file is not regular, too large, or not UTF-8.
    """
    try:
        found = path.stat()
        # Opening a FIFO would wait for the other side.
        if not stat.S_ISREG(found.st_mode):
            raise UnreadableError("is not a regular file")
        if found.st_size > MOST_BYTES:
            raise UnreadableError(f"is larger than {MOST_BYTES // 1_000} kB")
        with path.open("rb") as file:
            text = file.read(MOST_BYTES).decode()
    except OSError as error:
        raise UnreadableError(f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise UnreadableError(f"is not UTF-8 (line {line})") from None
    # Concatenated files have them in the middle, too.
    return text.replace("\ufeff", "").replace("\r\n", "\n").replace("\r", "\n")
