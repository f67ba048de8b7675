"""The journal of this machine: one name in one organization gets one POST, whichever process sends it.

The providers of one program, and programs that run at the same time, are separate processes, and the listing may not
show a new agent for a while. So each creation is written down before it is sent, under a lock on its name.
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
    """A creation that a process on this machine began.

    Attributes:
        at: when it was sent, in seconds since 1970.
        pid: the process that sent it.
        code: the code of the agent, empty as long as there is no answer.
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
        """Whether the process that sent it is still running."""
        return is_running(self.pid)


class Page:
    """The journal's page of one name, while this process has its lock.

    Args:
        file: the file of the page.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def read(self, since: float) -> Creation | None:
        """Return the last creation of the name that began after `since`, None if there is none."""
        try:
            lines = self._file.read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError):
            return None
        for line in reversed(lines):
            # The last line may be incomplete if the machine stopped during the write.
            with suppress(ValueError, TypeError):
                creation = Creation(**json.loads(line))
                return creation if creation.at > since else None
        return None

    def write(self, code: str = "") -> None:
        """Note that a creation of the name is about to be sent. With a code: that it succeeded."""
        line = json.dumps({"at": time.time(), "pid": os.getpid(), "code": code})
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # One appended line: earlier notes are never lost, not even for a moment.
        with self._file.open("a", encoding="utf-8") as stream:
            stream.write(f"{line}\n")

    def erase(self) -> None:
        """Note that nothing was created."""
        with suppress(FileNotFoundError, NotADirectoryError):
            self._file.unlink()


class NoPage(Page):
    """A page that keeps nothing, for a creation that no other process waits for."""

    def __init__(self) -> None:
        super().__init__(Path(os.devnull))

    def write(self, code: str = "") -> None:
        """Keep nothing."""

    def erase(self) -> None:
        """Do nothing: there is nothing to erase."""


class Journal:
    """The pages of one organization.

    Args:
        settings: its connection.
        folder: the folder of the journal; default: see `journal_folder`.
    """

    def __init__(self, settings: Settings, folder: Path | None = None) -> None:
        self._place = settings.key
        self._given = folder

    @cached_property
    def _folder(self) -> Path:
        return self._given or usable_folder(journal_folder(os.environ))

    @contextmanager
    def of(self, kind: str, thing: str, timeout: float) -> Iterator[Page]:
        """Lock and return the page of a name or a code. Other processes on this machine wait meanwhile.

        Args:
            kind: "name" or "adopt".
            thing: the name or the code.
            timeout: seconds to wait for the lock.

        Raises:
            NameTakenError: another process still has the lock after that time.
        """
        # Only a creation needs it.
        from filelock import FileLock, Timeout  # noqa: PLC0415

        file = self._folder / f"{self._digest(kind, thing)}.json"
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = FileLock(file.with_suffix(".lock"), timeout=timeout)
        try:
            lock.acquire()
        except Timeout:
            raise NameTakenError(
                f'another process on this machine has been working on {kind} "{thing}" for {timeout:g} s; '
                "wait until it ends, then run again"
            ) from None
        try:
            yield Page(file)
        finally:
            lock.release()

    def peek(self, kind: str, thing: str, since: float) -> Creation | None:
        """Return the last creation after `since`, without the lock."""
        return self.page(kind, thing).read(since)

    def page(self, kind: str, thing: str) -> Page:
        """Return the page of a name or a code, without the lock."""
        return Page(self._folder / f"{self._digest(kind, thing)}.json")

    def _digest(self, kind: str, thing: str) -> str:
        parts = (*self._place, kind, canonical(thing))
        return hashlib.sha256("\0".join(parts).encode(errors="surrogatepass")).hexdigest()[:32]


def journal_folder(environment: dict[str, str] | os._Environ[str]) -> Path:
    """Return the folder of the journal, below XDG_STATE_HOME, or below LOCALAPPDATA on Windows."""
    if sys.platform == "win32":
        base = Path(environment.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    else:
        base = Path(environment.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return base / "pulumi-assistai" / "creations"


def usable_folder(folder: Path) -> Path:
    """Return the folder, or a temporary one if it is not writable, as in a container without a home."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        usable = os.access(folder, os.W_OK)
    except OSError:
        usable = False
    own = hashlib.sha256(str(folder).encode()).hexdigest()[:8]
    return folder if usable else Path(tempfile.gettempdir()) / f"pulumi-assistai-{own}"


def is_running(pid: int) -> bool:
    """Return whether a process of that id is running. On Windows always True: there `os.kill` could end the process."""
    if sys.platform == "win32":
        return True
    with suppress(ProcessLookupError):
        try:
            os.kill(pid, 0)
        except PermissionError:
            return True
        return True
    return False
