"""Foreign text is safe to show."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_assistai.text import json_text, one_line, shorten, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("Ventas ñandú ✋", "Ventas ñandú ✋"),
        ("  a \t b\r\n\nc  ", "a b c"),
        ("\x1b[31mred\x1b[0m\x07", "[31mred [0m"),
        ("a\u202eb\u00a0c\u2028d", "a b c d"),
    ],
)
def test_one_line_has_printable_characters_alone(text: str, shown: str) -> None:
    assert one_line(text) == shown


@given(st.text())
def test_one_line_is_one_line_of_any_text(text: str) -> None:
    line = one_line(text)
    assert line.isprintable()
    assert one_line(line) == line


@pytest.mark.parametrize(
    ("text", "longest", "shown"),
    [
        ("abcde", 5, "abcde"),
        ("abcdef", 5, "abcd…"),
        ("a\n\n\nb", 5, "a b"),
        ("x" + " " * 18 + "y", 5, "x y"),
        ("x" + " " * 19 + "y", 5, "x"),
    ],
)
def test_a_text_is_shortened_to_its_first_characters(text: str, longest: int, shown: str) -> None:
    assert shorten(text, longest) == shown


def test_a_text_has_three_hundred_characters_at_most() -> None:
    assert shorten("x" * 300) == "x" * 300
    assert shorten("x" * 301) == "x" * 299 + "…"


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_json_is_the_same_value_without_what_cannot_be_seen(value: object) -> None:
    text = json_text(value, indent=4)
    assert json.loads(text) == value
    assert visible(text, keep="\n") == text


def test_letters_stay_as_they_are_in_json() -> None:
    assert json_text({"año": "ñ\u202e\x9b\x1b\n\U000e0001👩\u200d🔧"}) == (
        '{"año": "ñ\\u202e\\u009b\\u001b\\n\\udb40\\udc01👩\u200d🔧"}'
    )
