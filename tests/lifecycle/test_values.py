"""Properties that are known, and properties of some names."""

from __future__ import annotations

from pulumi_assistai.lifecycle.values import UNKNOWN, Difference, Found, Problem, known, pick


def test_what_is_unknown_is_left_out_of_what_is_known() -> None:
    assert known({"name": "Ventas", "tone": UNKNOWN, "voice": "", "adopt": None}) == {
        "name": "Ventas",
        "voice": "",
        "adopt": None,
    }


def test_picked_properties_are_those_that_are_there_in_the_order_of_the_names() -> None:
    assert list(pick({"a": 1, "b": 2, "c": 3}, ("c", "x", "a")).items()) == [("c", 3), ("a", 1)]


def test_a_difference_replaces_nothing_unless_it_says_so() -> None:
    assert Difference(("name",)).replaces == ()


def test_a_difference_changes_something_where_it_names_it() -> None:
    assert Difference(("name",)).changes
    assert not Difference().changes


def test_a_problem_names_its_argument_where_it_has_one() -> None:
    assert Problem("is missing", "name").reason == "name: is missing"
    assert Problem("is missing").reason == "is missing"


def test_what_was_found_has_no_inputs_unless_they_are_given() -> None:
    assert Found({"name": "Ventas"}).inputs is None
