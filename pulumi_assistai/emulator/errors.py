"""Errors of the emulator: error responses and failures to start."""

from __future__ import annotations


class EmulatorError(Exception):
    """The emulator cannot start. The message is one line that says why."""


class ApiProblem(Exception):  # noqa: N818 - it is an answer, not a defect
    """An error response.

    Attributes:
        status: the HTTP status.
        message: the problem for people; a list if validation found it.
    """

    def __init__(self, status: int, message: str | list[str]) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message
