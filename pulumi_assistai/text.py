"""Escaping of foreign text: answers, prompts and names can hold line breaks and terminal escapes."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

_SHORT_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SUSPECT = re.compile(r"[^\n -~]")
"""A character that may be invisible, except line feeds: JSON has its own between values."""

_JOINERS = "\u200c\u200d"  # emoji and several scripts are written with them


def one_line(text: str) -> str:
    """Return `text` as one line of printable characters."""
    return " ".join("".join(character if character.isprintable() else " " for character in text).split())


def problem_found(message: str) -> str:
    """Return a validator's own words: pydantic puts the kind of the exception before them."""
    return message.removeprefix("Value error, ")


def shorten(text: str, longest: int = 300) -> str:
    """Return `text` as one line of at most `longest` characters."""
    line = one_line(text[: 4 * longest])
    return line if len(line) <= longest else line[: longest - 1] + "…"


def visible(text: str, *, keep: str = "") -> str:
    r"""Return `text` with control characters, ANSI escapes and direction marks escaped, such as `\x1b`.

    Args:
        text: any text.
        keep: control characters to leave as they are.
    """
    return "".join(character if character in keep else _spelled(character) for character in text)


def quoted(text: str) -> str:
    """Return `text` as a quoted string on one line."""
    return '"' + visible(text.replace("\\", "\\\\").replace('"', '\\"')) + '"'


def json_text(value: Any, *, indent: int | None = None) -> str:
    r"""Return a value as JSON that is safe for a terminal: the characters of `visible` become JSON escapes.

    Args:
        value: a JSON value.
        indent: spaces of indentation; None writes one line.
    """
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    return _SUSPECT.sub(lambda found: json.dumps(found[0])[1:-1] if _is_invisible(found[0]) else found[0], text)


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and character not in _JOINERS


def _spelled(character: str) -> str:
    if not _is_invisible(character):
        return character
    return _SHORT_ESCAPES.get(character) or _escape_sequence(ord(character))


def _escape_sequence(code: int) -> str:
    if code > 0xFFFF:  # noqa: PLR2004 - where Python's own escapes get longer
        return f"\\U{code:08x}"
    return f"\\u{code:04x}" if code > 0xFF else f"\\x{code:02x}"  # noqa: PLR2004 - the same
