"""Likeness of texts: an API may store a text in another form than the one that it received.

The forms that AssistAI stores are unknown. This module answers three questions about two texts: would a person call
them the same, could a person mistake one for the other, and can an API have stored one as the other.
"""

from __future__ import annotations

import html
import unicodedata

_ENTITY_LAYERS = 3
"""Highest number of times that a text is unescaped: `&amp;amp;lt;` was escaped three times."""

_LEAST_KEPT = 0.5
"""Share of a name's characters that a shortened form must have to count as a form of the name."""


def same_text(one: str, other: str) -> bool:
    """Return whether a person would call both the same text.

    Composed or decomposed letters, kinds and numbers of blanks, invisible characters and HTML entities do not matter.
    """
    return one == other or canonical(one) == canonical(other)


def canonical(text: str) -> str:
    """Return the form that all texts share which a person would call the same."""
    if text.isascii() and text.isprintable() and "&" not in text:
        return " ".join(text.split())
    visible = "".join(_shown(character) for character in unicodedata.normalize("NFC", _unescaped(text)))
    return unicodedata.normalize("NFC", " ".join(visible.split()))


def skeleton(text: str) -> str:
    """Return the letters and digits of a text without case and accents, the same for similar names."""
    letters = unicodedata.normalize("NFKD", canonical(text)).casefold()
    return "".join(character for character in letters if character.isalnum())


def is_marked_as_archived(name: str) -> bool:
    """Return whether a name marks its agent as archived."""
    return "archived" in name.lower()


def may_be_stored_as(declared: str, live: str) -> bool:
    """Return whether an API can have stored `declared` as `live`: the same text, shortened, or without some characters.

    An empty text is a form of every text.
    """
    return same_text(declared, live) or _is_subsequence(canonical(live), canonical(declared))


def name_may_be_stored_as(declared: str, live: str) -> bool:
    """Return the same for a name, of which at least half the characters must be left.

    Its letters may also be stored in another case or without accents, and its signs as others.
    """
    if skeleton(live) and skeleton(live) == skeleton(declared):
        return True
    if len(canonical(live)) < _LEAST_KEPT * len(canonical(declared)):
        return same_text(declared, live)
    return may_be_stored_as(declared, live)


def form_of(declared: str, live: str) -> str:
    """Describe how `live` differs from `declared`, so that a person can declare the stored form."""
    size = f"{len(live)} characters"
    forms = {
        "empty": not live,
        "with composed letters (NFC)": live == unicodedata.normalize("NFC", declared),
        "with decomposed letters (NFD)": live == unicodedata.normalize("NFD", declared),
        "without blanks at its ends": live == declared.strip(),
        "with other line ends": live.replace("\r\n", "\n") == declared.replace("\r\n", "\n"),
        "with HTML entities": _unescaped(live) == declared,
        "without HTML entities": live == _unescaped(declared),
        f"shortened to {size}": declared.startswith(live),
        "with other blanks or without invisible characters": same_text(declared, live),
        f"in another form, {size} for {len(declared)}": True,
    }
    return next(words for words, holds in forms.items() if holds)


def _unescaped(text: str) -> str:
    for _ in range(_ENTITY_LAYERS):
        plain = html.unescape(text)
        if plain == text:
            break
        text = plain
    return text


def _shown(character: str) -> str:
    if character.isspace():
        return " "
    # Invisible characters: zero-width and direction marks, soft hyphens, variation selectors.
    return "" if unicodedata.category(character) in {"Cf", "Cc"} or "\ufe00" <= character <= "\ufe0f" else character


def _is_subsequence(short: str, long: str) -> bool:
    characters = iter(long)
    return all(character in characters for character in short)
