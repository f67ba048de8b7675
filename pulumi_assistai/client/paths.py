"""Paths of the API that hold a code."""

from __future__ import annotations

from urllib.parse import quote

from pulumi_assistai.errors import AssistAIError
from pulumi_assistai.text import quoted


def segment(code: str) -> str:
    """Return a code as one segment of a path.

    Raises:
        AssistAIError: it would lead to another path, as `..` does. Servers decode %2F before they look, some of them.
    """
    if code in {"", ".", ".."} or "/" in code or "\\" in code or not code.isprintable():
        raise AssistAIError(f"{quoted(code)} cannot be a code of AssistAI, so nothing was sent: check the code")
    return quote(code)
