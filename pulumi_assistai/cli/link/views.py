"""Views of a QR code: the terminal, or a file to send on."""

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
    """A view that shows QR codes until it is closed."""

    def show(self, png: bytes) -> None:
        """Show the current QR code."""

    def trouble(self, message: str) -> None:
        """Show that the QR code could not be renewed; an empty text means that it was renewed."""

    def end(self, outcome: str, text: str) -> None:
        """Show the outcome: "linked", "wrong", "timeout", "stopped" or "failed", and the same for people."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None: ...


class TerminalView:
    """A view on a console: in place on a terminal, else one QR code after another.

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
        """Draw a QR code, unless it is already drawn.

        Raises:
            AssistAIError: the picture cannot be decoded.
        """
        if png != self._shown:
            content = read_qr(png)
            if content is None:
                raise AssistAIError("could not decode the QR code; use --web or --png FILE")
            self._shown, self._lines = png, draw_qr(content)
            self._print(self._drawing())
        self._update()

    def trouble(self, message: str) -> None:
        """Show that the QR code could not be renewed just now."""
        if message and message != self._trouble:
            self._print(Text(visible(message)))
        self._trouble = message
        self._update()

    def end(self, outcome: str, text: str) -> None:
        """Do nothing: the command's last line reports the outcome."""

    def screen(self) -> list[Text]:
        """Return the content for the terminal's current size."""
        words = [Text(visible(self._trouble), "yellow")] if self._trouble else [Text(_HOW, "dim", no_wrap=True)]
        width, height = self._console.size
        if not self._lines:
            return words
        if width < len(self._lines[0]) or height < len(self._lines):
            needed = f"{len(self._lines[0])} x {len(self._lines)}"
            return [Text(f"The QR code needs {needed} characters: enlarge the terminal, or use --web.", "yellow")]
        # The QR comes first: a line too many must not push it out of sight.
        return [self._drawing(), *(words if height > len(self._lines) else [])]

    def _drawing(self) -> Text:
        return Text("\n", no_wrap=True).join(Text(line, _STYLE) for line in self._lines)

    def _print(self, text: Text) -> None:
        if not self._console.is_terminal:
            self._console.print(text, soft_wrap=True)

    def _update(self) -> None:
        """Draw again: the terminal may have a new size."""
        if self._live.is_started:
            self._live.update(Group(*self.screen()), refresh=True)


class FileView:
    """A file with the QR code that only its owner can read. It is removed at the end.

    Args:
        file: the file.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def __enter__(self) -> Self:
        if self._file.is_dir():
            raise AssistAIError(f"{self._file} is a folder; name a file for the QR code, such as qr.png")
        return self

    def __exit__(self, *_: object) -> None:
        self._file.unlink(missing_ok=True)

    def show(self, png: bytes) -> None:
        """Replace the file atomically: a reader finds the old QR code or the new one.

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
        """Do nothing: the file keeps the old QR code."""

    def end(self, outcome: str, text: str) -> None:
        """Do nothing: the file is removed when the view closes."""
