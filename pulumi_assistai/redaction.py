"""Redaction: takes the API tokens of this process out of every text that leaves the package."""

from __future__ import annotations

import re
import sys
from base64 import b64encode
from collections.abc import Iterator

from pulumi_assistai.text import one_line

MARK = "[token]"

_SHORTEST_TOKEN = 8
"""Characters: a shorter token may be a part of any word, and is not taken out."""

_SHORTEST_PART = 12
"""Characters: a shorter part of a token says little, and may be an ordinary word of a message."""

_LONGEST_PART = 64
"""Characters: so much of a long token is always taken out, even if it is less than half of it."""

_ESCAPES = re.compile(
    r"\\+u([0-9a-f]{4})|\\+x([0-9a-f]{2})|%(?:25)*([0-9a-f]{2})|&#x0*([0-9a-f]{1,4});|&#0*([0-9]{1,5});"
    r"|\\+[abfnrtv0]|&(?:amp;)*(amp|lt|gt|quot|apos);|\\+([^a-z0-9])|(.)",
    re.IGNORECASE | re.DOTALL,
)
"""One character as JSON, Python, URLs and HTML write it, also several times over."""

_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_DECIMAL, _NAME = 5, 6

_parts: dict[int, set[str]] = {}
"""What gives a token away, by its length: each part of the token, or of an encoding of it, that is long enough."""


def register(token: str) -> None:
    """Take this token out of every text from now on, if it has eight characters or more."""
    if len(token) < _SHORTEST_TOKEN:
        return
    for needle in {written.lower() for written in _written(token)}:
        length = min(len(needle), _LONGEST_PART, max(_SHORTEST_PART, (len(needle) + 1) // 2))
        parts = {needle[start : start + length] for start in range(len(needle) - length + 1)}
        _parts[length] = _parts.get(length, set()) | parts


def redact(text: str) -> str:
    """Return `text` without any registered token.

    A token is found in any case, in base64, hexadecimal and the escapes of JSON, URLs and HTML, with blanks and
    invisible characters in between, and where half of it or more is there.
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
"""A character, and from where to where it is written in a text."""


def _written(token: str) -> Iterator[str]:
    yield token
    yield token.encode().hex()
    for before in range(3):
        # The characters at both ends depend on what is encoded with the token.
        encoded = b64encode(b"\0" * before + token.encode()).decode().rstrip("=")
        inner = encoded[-(-before * 8 // 6) : (before + len(token.encode())) * 8 // 6]
        # A needle as short as that would be found everywhere.
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


def _found(characters: list[_Character]) -> Iterator[tuple[int, int]]:
    """Yield from where to where a text gives a token away."""
    # A token has printable ASCII characters alone: whatever else is between them is there by accident or to hide it.
    visible = [character for character in characters if "!" <= character[0] <= "~"]
    letters = "".join(character for character, _, _ in visible).lower()
    # Another thread may register a token meanwhile.
    for length, parts in list(_parts.items()):
        for first in range(len(letters) - length + 1):
            if letters[first : first + length] in parts:
                yield visible[first][1], visible[first + length - 1][2]
