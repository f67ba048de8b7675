"""Codes in paths of the API."""

from __future__ import annotations

from urllib.parse import quote

from pulumi_assistai.errors import AssistAIError
from pulumi_assistai.text import quoted


def segment(code: str) -> str:
    """Return a code as one segment of a path.

    Raises:
        AssistAIError: the code would lead to another path, as `..` does. Some servers decode %2F before they route.
    """
    if code in {"", ".", ".."} or "/" in code or "\\" in code or not code.isprintable():
        raise AssistAIError(f"{quoted(code)} is not a valid code, so nothing was sent: check the code")
    return quote(code)
