"""Foreign text is safe to show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_assistai.text import one_line, shorten


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
