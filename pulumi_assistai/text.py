"""Makes foreign text safe to show: what an API answers can hold line breaks and terminal escapes."""

from __future__ import annotations


def one_line(text: str) -> str:
    """Return `text` in one line of printable characters."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def shorten(text: str, longest: int = 300) -> str:
    """Return `text` in one line of at most `longest` characters."""
    line = one_line(text[: 4 * longest])
    return line if len(line) <= longest else line[: longest - 1] + "…"
