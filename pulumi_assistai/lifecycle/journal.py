"""The journal of creations on this machine: one name in one organization is one POST, whoever on it sends it.

The providers of one program, and programs side by side, are processes that know nothing of each other, and a new agent
may be missing from the listing for a while. Each creation is written down before it is sent, under a lock on its name.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pulumi_assistai.errors import NameTakenError
from pulumi_assistai.lifecycle.likeness import canonical
from pulumi_assistai.settings import Settings


@dataclass(frozen=True)
class Creation:
    """A creation that some process of this machine began.

    Attributes:
        at: when it was sent, in seconds since 1970.
        pid: the process that sent it.
        code: the code of the agent, empty while, or if, the answer is not known.
    """

    at: float
    pid: int
    code: str = ""

    @property
    def age(self) -> float:
        """Seconds since it was sent."""
        return time.time() - self.at

    @property
    def is_under_way(self) -> bool:
        """Whether the process that sent it is still there."""
        return is_running(self.pid)


class Page:
    """The journal's page of one name, while its lock is held.

    Args:
        file: where it is kept.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def read(self, since: float) -> Creation | None:
        """Return the last creation of the name that began after `since`, None where none did."""
        try:
            lines = self._file.read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError):
            return None
        for line in reversed(lines):
            # The last line is half a line where the machine stopped while it was written.
            with suppress(ValueError, TypeError):
                creation = Creation(**json.loads(line))
                return creation if creation.at > since else None
        return None

    def write(self, code: str = "") -> None:
        """Note that a creation of the name is about to be sent or, with its code, that it succeeded."""
        line = json.dumps({"at": time.time(), "pid": os.getpid(), "code": code})
        # One write at the end: what was noted before is there at every moment.
        with self._file.open("a", encoding="utf-8") as stream:
            stream.write(f"{line}\n")

    def erase(self) -> None:
        """Note that nothing was created."""
        self._file.unlink(missing_ok=True)


class NoPage(Page):
    """The page of a creation that nobody else waits for: nothing is kept."""

    def __init__(self) -> None:
        super().__init__(Path(os.devnull))

    def write(self, code: str = "") -> None:
        """Keep nothing."""

    def erase(self) -> None:
        """There is nothing to erase."""


class Journal:
    """The pages of one organization.

    Args:
        settings: its connection.
        folder: where the journal is kept; default: see `journal_folder`.
    """

    def __init__(self, settings: Settings, folder: Path | None = None) -> None:
        self._place = settings.key
        self._given = folder

    @cached_property
    def _folder(self) -> Path:
        return self._given or usable_folder(journal_folder(os.environ))

    @contextmanager
    def of(self, kind: str, thing: str, timeout: float) -> Iterator[Page]:
        """Give the page of a name, or of a code, and keep all others of this machine from it meanwhile.

        Args:
            kind: "name" or "adopt".
            thing: the name or the code.
            timeout: seconds to wait for whoever has it.

        Raises:
            NameTakenError: another process still has it when the time is over.
        """
        # Only who creates something needs it.
        from filelock import FileLock, Timeout  # noqa: PLC0415

        file = self._folder / f"{self._digest(kind, thing)}.json"
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(file.with_suffix(".lock"), timeout=timeout)
        try:
            lock.acquire()
        except Timeout:
            raise NameTakenError(
                f'another process on this machine has been working on {kind} "{thing}" for {timeout:g} s; '
                "wait for it to end, and run again"
            ) from None
        try:
            yield Page(file)
        finally:
            lock.release()

    def peek(self, kind: str, thing: str, since: float) -> Creation | None:
        """Return the last creation after `since` without waiting for anybody."""
        return Page(self._folder / f"{self._digest(kind, thing)}.json").read(since)

    def _digest(self, kind: str, thing: str) -> str:
        parts = (*self._place, kind, canonical(thing))
        return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()[:32]


def journal_folder(environment: dict[str, str] | os._Environ[str]) -> Path:
    """Return the user's own folder for what programs remember: XDG_STATE_HOME, or LOCALAPPDATA on Windows."""
    if sys.platform == "win32":
        base = Path(environment.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    else:
        base = Path(environment.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return base / "pulumi-assistai" / "creations"


def usable_folder(folder: Path) -> Path:
    """Return the folder, or one for temporary files where it cannot be written, as in a container without a home."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        usable = os.access(folder, os.W_OK)
    except OSError:
        usable = False
    own = hashlib.sha256(str(folder).encode()).hexdigest()[:8]
    return folder if usable else Path(tempfile.gettempdir()) / f"pulumi-assistai-{own}"


def is_running(pid: int) -> bool:
    """Return whether there is a process of that id. Windows is not asked: there the question could end the process."""
    if sys.platform == "win32":
        return True
    with suppress(ProcessLookupError):
        try:
            os.kill(pid, 0)
        except PermissionError:
            return True
        return True
    return False
