"""Likeness of texts: forms that an API stores, and names that people confuse."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_assistai.lifecycle.likeness import (
    canonical,
    form_of,
    may_be_stored_as,
    name_may_be_stored_as,
    same_text,
    skeleton,
)

FORMS: dict[str, Callable[[str], str]] = {
    "trimmed": str.strip,
    "line ends": lambda text: text.replace("\n", "\r\n"),
    "composed": lambda text: unicodedata.normalize("NFC", text),
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "escaped": html.escape,
    "escaped twice": lambda text: html.escape(html.escape(text)),
    "escaped three times": lambda text: html.escape(html.escape(html.escape(text))),
    "blanks collapsed": lambda text: " ".join(text.split()),
    "hard blanks": lambda text: text.replace(" ", "\u00a0"),
    "marked": lambda text: "\ufeff" + text + "\u200b",
}
LOSSY: dict[str, Callable[[str], str]] = {
    "shortened": lambda text: text[: len(text) // 2],
    "without emoji": lambda text: "".join(character for character in text if ord(character) < 0x10000),
    "empty": lambda _text: "",
}
SAME = ["Café & Té", "  Ventas  Acme\n", "a\nb", "Preguntas & Respuestas", "Ñandú <1>"]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("text", SAME)
def test_a_form_of_a_text_is_the_same_text(form: Callable[[str], str], text: str) -> None:
    assert same_text(text, form(text))
    assert may_be_stored_as(text, form(text))


@pytest.mark.parametrize(
    "mark",
    ["\x07", "\u00ad", "\ufe00", "\ufe0f"],
    ids=["control", "soft hyphen", "first variation selector", "last variation selector"],
)
def test_an_invisible_character_makes_no_other_text(mark: str) -> None:
    assert same_text("Ventas", f"Ven{mark}tas")


@pytest.mark.parametrize("form", LOSSY.values(), ids=LOSSY)
def test_an_api_can_have_made_less_of_a_text(form: Callable[[str], str]) -> None:
    text = "Ventas 🚀 de la costa"
    assert may_be_stored_as(text, form(text))


@pytest.mark.parametrize(
    ("one", "other"), [("Ventas", "Ventas 2"), ("ventas", "Ventas"), ("Cafe", "Café"), ("1", "¹"), ("Q&A", "QA")]
)
def test_what_a_person_tells_apart_is_not_the_same(one: str, other: str) -> None:
    assert not same_text(one, other)


@pytest.mark.parametrize(
    ("one", "other"), [("ventas", "VENTAS"), ("Cafe", "Café"), ("Q&A", "qa"), ("Straße", "STRASSE")]
)
def test_case_accents_and_signs_make_names_similar(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)
    assert not same_text(one, other)


def test_a_skeleton_is_letters_and_digits() -> None:
    assert skeleton("Atención, 24/7") == "atencion247"


def test_another_text_was_not_made_of_it() -> None:
    assert not may_be_stored_as("Ventas", "Ventas y soporte")
    assert not may_be_stored_as("Ventas", "Soporte")


def test_a_name_of_which_little_is_left_is_another_name() -> None:
    assert name_may_be_stored_as("0123456789", "01234")
    assert not name_may_be_stored_as("0123456789", "0123")
    assert not name_may_be_stored_as("Ventas", "")


@pytest.mark.parametrize(
    "live", ["ventas del café 🚀", "VENTAS DEL CAFÉ 🚀", "Ventas del Cafe 🚀", "Ventas del Café ?"]
)
def test_a_name_can_be_stored_in_other_letters_and_signs(live: str) -> None:
    assert name_may_be_stored_as("Ventas del Café 🚀", live)
    assert not name_may_be_stored_as("¿?", "!")


@pytest.mark.parametrize(
    ("declared", "live", "words"),
    [
        ("hola", "", "empty"),
        ("cafe\u0301", "café", "with composed letters (NFC)"),
        ("café", "cafe\u0301", "with decomposed letters (NFD)"),
        (" hola \n", "hola", "without blanks at its ends"),
        ("a\nb", "a\r\nb", "with other line ends"),
        ("a\r\nb", "a\nb", "with other line ends"),
        ("Q&A", "Q&amp;A", "with HTML entities"),
        ("Q&amp;A", "Q&A", "without HTML entities"),
        ("0123456789", "01234", "shortened to 5 characters"),
        ("a  b", "a b", "with other blanks or without invisible characters"),
        ("a🚀b", "ab", "in another form, 2 characters for 3"),
    ],
)
def test_the_form_is_said_in_words(declared: str, live: str, words: str) -> None:
    assert form_of(declared, live) == words


@given(TEXTS)
def test_canonical_texts_are_their_own_form(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text) or "&" in canonical(text)


@given(TEXTS, TEXTS)
def test_likeness_does_not_depend_on_the_order(one: str, other: str) -> None:
    assert same_text(one, other) == same_text(other, one)
    assert same_text(one, one)
