"""Errors of the emulator: answers of the API, and failures to start."""

from __future__ import annotations


class EmulatorError(Exception):
    """The emulator cannot start. The message is one line that says why."""


class ApiProblem(Exception):  # noqa: N818 - it is an answer, not a defect
    """An error answer.

    Attributes:
        status: the HTTP status.
        message: what is wrong, for people; a list where a service's validation finds it.
    """

    def __init__(self, status: int, message: str | list[str]) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message
