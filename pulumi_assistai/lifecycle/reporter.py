"""The reporter: receives the messages of the lifecycle for the user."""

from __future__ import annotations

from typing import Protocol

from pulumi_assistai import redaction


class Reporter(Protocol):
    """Passes messages on, one line each; safe to share between threads."""

    def tell(self, message: str) -> None:
        """Tell the user something worth knowing."""

    def warn(self, message: str) -> None:
        """Warn the user of something that does not stop the operation."""


class StandardError:
    """Writes to standard error, which Pulumi shows as a diagnostic of the resource's provider."""

    def tell(self, message: str) -> None:
        """Write one line, without any API token."""
        redaction.tell(message)

    def warn(self, message: str) -> None:
        """Write one line that begins with "warning"."""
        self.tell(f"warning: {message}")
