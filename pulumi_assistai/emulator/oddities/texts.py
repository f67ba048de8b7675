"""Forms in which an API may store texts, by name."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

Form = Callable[[str], str | None]

FIELDS = ("name", "description", "purpose", "instructions", "tone", "voice")

_BLANKS = re.compile(r"[^\S\r\n]+")
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d]")


def cut(length: int, text: str) -> str:
    """Shorten a text to its first `length` characters."""
    return text[:length]


def drop(characters: str, text: str) -> str:
    """Drop characters: "emoji", "invisible" ones, or the given ones."""
    match characters:
        case "emoji":
            return _EMOJI.sub("", text)
        case "invisible":
            return "".join(character for character in text if unicodedata.category(character) != "Cf")
        case _:
            return "".join(character for character in text if character not in characters)


def crlf(text: str) -> str:
    """End lines with CR LF, as forms of browsers do."""
    return lf(text).replace("\n", "\r\n")


def lf(text: str) -> str:
    """End lines with LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def blanks(text: str) -> str:
    """Replace runs of spaces, tabs and no-break spaces with one space. Lines stay."""
    return _BLANKS.sub(" ", text)


def question_marks(text: str) -> str:
    """Replace characters of more than three bytes of UTF-8 with "?", like MySQL's `utf8`."""
    return re.sub("[\U00010000-\U0010ffff]", "?", text)


def empty_null(text: str) -> str | None:
    """Replace an empty text with null."""
    return text or None


FORMS: Mapping[str, Form] = {
    "trim": str.strip,
    "crlf": crlf,
    "lf": lf,
    "nfc": partial(unicodedata.normalize, "NFC"),
    "nfd": partial(unicodedata.normalize, "NFD"),
    "html": html.escape,
    "blanks": blanks,
    "lower": str.lower,
    "question-marks": question_marks,
    "empty-null": empty_null,
}
"""Forms without a value."""


def _cut_to(value: str) -> Form:
    return partial(cut, int(value))


def _drop_all(value: str) -> Form:
    if not value:
        raise ValueError("no characters to drop")
    return partial(drop, value)


FORMS_OF: Mapping[str, Callable[[str], Form]] = {"cut": _cut_to, "drop": _drop_all}
"""Forms with a value: functions that return the form."""


@dataclass(frozen=True)
class Rewriting:
    """A form and its field; an empty `field` means every field."""

    form: Form
    field: str = ""


def rewrite(rewritings: Iterable[Rewriting], fields: Mapping[str, str]) -> dict[str, str | None]:
    """Return the stored fields. Each form gets the result of the form before it."""
    stored: dict[str, str | None] = dict(fields)
    for rewriting in rewritings:
        for field, text in stored.items():
            if text is not None and rewriting.field in ("", field):
                stored[field] = rewriting.form(text)
    return stored
