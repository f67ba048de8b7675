"""Redaction of this process's API tokens from every text that leaves the package."""

from __future__ import annotations

import re
import sys
from base64 import b64encode
from collections.abc import Iterator
from html.entities import html5

from pulumi_assistai.text import one_line

MARK = "[token]"

_SHORTEST_TOKEN = 8
"""Characters: a shorter token may be part of any word and is not redacted."""

_SHORTEST_PART = 12
"""Characters: a shorter part of a token reveals little, and may be an ordinary word."""

_LONGEST_PART = 64
"""Characters: a part of this length is always redacted, even if it is less than half of a long token."""

_NAMED = {
    name.lower(): character
    for name, character in html5.items()
    if name.endswith(";") and len(character) == 1 and "!" <= character <= "~"
}
"""Printable ASCII characters by their names in HTML."""

_ESCAPES = re.compile(
    r"\\+u([0-9a-f]{4})|\\+x([0-9a-f]{2})|%(?:25)*([0-9a-f]{2})|&(?:amp;)*#x0*([0-9a-f]{1,4});"
    rf"|&(?:amp;)*#0*([0-9]{{1,5}});|\\+[abfnrtv0]|&(?:amp;)*({'|'.join(_NAMED)})|\\+([^a-z0-9])|(.)",
    re.IGNORECASE | re.DOTALL,
)
"""One character as JSON, Python, URLs and HTML escape it, also repeatedly."""

_DECIMAL, _NAME = 5, 6

_parts: dict[int, set[str]] = {}
"""Parts that reveal a token, by length: each long enough part of the token or of an encoding of it."""


def register(token: str) -> None:
    """Redact this token from every text from now on, if it has eight characters or more."""
    if len(token) < _SHORTEST_TOKEN:
        return
    for needle in {written.lower() for written in _written(token)}:
        length = min(len(needle), _LONGEST_PART, max(_SHORTEST_PART, (len(needle) + 1) // 2))
        parts = {needle[start : start + length] for start in range(len(needle) - length + 1)}
        _parts[length] = _parts.get(length, set()) | parts


def redact(text: str) -> str:
    """Return `text` without any registered token.

    A token is found in any case, in base64, in hexadecimal, in escapes of JSON, URLs and HTML, with spaces and
    invisible characters in between, and if at least half of it is present.
    """
    hidden = sorted({*_found([*_plain(text)]), *_found([*_unescaped(text)])})
    pieces: list[str] = []
    end = 0
    for start, stop in hidden:
        if start > end or not pieces:
            pieces += [text[end:start], MARK]
        end = max(end, stop)
    return "".join([*pieces, text[end:]])


def tell(message: str) -> None:
    """Write one line to standard error, which Pulumi shows as a diagnostic."""
    sys.stderr.write(f"{redact(one_line(message))}\n")
    sys.stderr.flush()


_Character = tuple[str, int, int]
"""A character and its start and end in a text."""


def _written(token: str) -> Iterator[str]:
    yield token
    yield token.encode().hex()
    # A part of the token itself may look like an escape.
    unescaped = "".join(character for character, _, _ in _unescaped(token) if _is_visible(character))
    if len(unescaped) >= _SHORTEST_PART:
        yield unescaped
    for before in range(3):
        # The characters at both ends depend on the text encoded together with the token.
        encoded = b64encode(b"\0" * before + token.encode()).decode().rstrip("=")
        inner = encoded[-(-before * 8 // 6) : (before + len(token.encode())) * 8 // 6]
        # Such a short needle would be found everywhere.
        if len(inner) >= _SHORTEST_PART:
            yield inner
            yield inner.replace("+", "-").replace("/", "_")


def _plain(text: str) -> Iterator[_Character]:
    for index, character in enumerate(text):
        yield character, index, index + 1


def _unescaped(text: str) -> Iterator[_Character]:
    for match in _ESCAPES.finditer(text):
        kind, value = match.lastindex, match[match.lastindex or 0]
        if kind is None:
            character = " "
        elif kind < _DECIMAL:
            character = chr(int(value, 16))
        elif kind == _DECIMAL:
            character = chr(int(value))
        else:
            character = _NAMED[value.lower()] if kind == _NAME else value
        yield character, match.start(), match.end()


def _is_visible(character: str) -> bool:
    """Return whether a token may have a character: others between its characters hide it, or are an accident."""
    return "!" <= character <= "~"


def _found(characters: list[_Character]) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each part of a text that reveals a token."""
    visible = [character for character in characters if _is_visible(character[0])]
    letters = "".join(character for character, _, _ in visible).lower()
    # Another thread may register a token meanwhile.
    for length, parts in list(_parts.items()):
        for first in range(len(letters) - length + 1):
            if letters[first : first + length] in parts:
                yield visible[first][1], visible[first + length - 1][2]
