"""What is wrong with a declaration is told of all its arguments at once."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, ConfigDict

from pulumi_assistai.lifecycle.validation import trimmed, validate
from pulumi_assistai.lifecycle.values import UNKNOWN, Problem


class Address(BaseModel):
    street: str


class Inputs(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    tone: str = ""
    address: Address | None = None


def test_a_declaration_that_fits_has_no_problems() -> None:
    assert validate(Inputs, {"name": "Ventas"}) == []


def test_all_problems_are_told_at_once() -> None:
    assert validate(Inputs, {"tone": 7, "color": "red"}) == [
        Problem("Field required", "name"),
        Problem("Input should be a valid string", "tone"),
        Problem("Extra inputs are not permitted", "color"),
    ]


def test_a_problem_inside_an_argument_is_told_with_its_path() -> None:
    assert validate(Inputs, {"name": "Ventas", "address": {}}) == [Problem("Field required", "address.street")]


def test_a_required_argument_that_is_not_known_yet_is_not_missing() -> None:
    assert validate(Inputs, {"name": UNKNOWN, "tone": 7}) == [Problem("Input should be a valid string", "tone")]


@pytest.mark.parametrize("text", ["Ventas", "Atención al cliente", ""])
def test_a_text_without_blanks_around_it_is_kept(text: str) -> None:
    assert trimmed(text) == text


@pytest.mark.parametrize("text", [" Ventas", "Ventas ", "Ventas\n", "\tVentas", " "])
def test_blanks_around_a_text_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^must not begin or end with blanks$"):
        trimmed(text)
