"""Views of a QR code that waits to be scanned: the terminal, or a file to send on."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from pulumi_assistai.cli.link.qr import draw_qr, read_qr
from pulumi_assistai.errors import AssistAIError
from pulumi_assistai.text import visible

_STYLE = "#ffffff on #000000"
_HOW = "WhatsApp > Linked devices > Link a device. The QR renews itself; Ctrl-C ends."


class View(Protocol):
    """Something that shows QR codes until it is closed."""

    def show(self, png: bytes) -> None:
        """Show the QR as it is now."""

    def trouble(self, message: str) -> None:
        """Say that the QR could not be renewed just now; an empty text says that it could again."""

    def end(self, outcome: str, text: str) -> None:
        """Say how it ended: "linked", "wrong", "timeout", "stopped" or "failed", and the same in words."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...


class TerminalView:
    """Draws in place on a terminal, and one QR after the other into anything else.

    Args:
        console: where to draw.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, auto_refresh=False, transient=True)
        self._shown = b""
        self._lines: list[str] = []
        self._trouble = ""

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def show(self, png: bytes) -> None:
        """Draw a QR; one that is drawn already is left alone.

        Raises:
            AssistAIError: the picture cannot be read.
        """
        if png != self._shown:
            content = read_qr(png)
            if content is None:
                raise AssistAIError("could not decode the QR code; use --web or --png FILE")
            self._shown, self._lines = png, draw_qr(content)
            self._print(self._drawing())
        self._update()

    def trouble(self, message: str) -> None:
        """Say that the QR could not be renewed just now."""
        if message and message != self._trouble:
            self._print(Text(visible(message)))
        self._trouble = message
        self._update()

    def end(self, outcome: str, text: str) -> None:
        """Do nothing: the command's last line says it."""

    def screen(self) -> list[Text]:
        """Return what a terminal of the present size shows."""
        words = [Text(visible(self._trouble), "yellow")] if self._trouble else [Text(_HOW, "dim", no_wrap=True)]
        width, height = self._console.size
        if not self._lines:
            return words
        if width < len(self._lines[0]) or height < len(self._lines):
            needed = f"{len(self._lines[0])} x {len(self._lines)}"
            return [Text(f"The QR needs {needed} characters: enlarge the terminal, or use --web.", "yellow")]
        # The QR comes first: a line too many must not push it out of sight.
        return [self._drawing(), *(words if height > len(self._lines) else [])]

    def _drawing(self) -> Text:
        return Text("\n", no_wrap=True).join(Text(line, _STYLE) for line in self._lines)

    def _print(self, text: Text) -> None:
        if not self._console.is_terminal:
            self._console.print(text, soft_wrap=True)

    def _update(self) -> None:
        """Draw again; the terminal may have another size by now."""
        if self._live.is_started:
            self._live.update(Group(*self.screen()), refresh=True)


class FileView:
    """Writes the QR to a file that only its owner can read, and removes it at the end.

    Args:
        file: the file.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.unlink(missing_ok=True)

    def show(self, png: bytes) -> None:
        """Replace the file: whoever reads it finds the old QR or the new one.

        Raises:
            AssistAIError: the file cannot be written.
        """
        try:
            descriptor, name = tempfile.mkstemp(prefix=f".{self._file.name}.", dir=self._file.parent)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(png)
            os.replace(name, self._file)  # noqa: PTH105 - a path that is a text
        except OSError as error:
            raise AssistAIError(f"cannot write {self._file}: {error.strerror}") from None

    def trouble(self, message: str) -> None:
        """Do nothing: the QR in the file is old then."""

    def end(self, outcome: str, text: str) -> None:
        """Do nothing: the file goes."""
