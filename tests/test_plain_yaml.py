"""YAML is read as Pulumi reads it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from pulumi_assistai.plain_yaml import PlainLoader


def load(text: str) -> Any:
    return yaml.load(text, PlainLoader)


@pytest.mark.parametrize("text", ["true", "True", "TRUE", "false", "False", "FALSE"])
def test_true_and_false_are_booleans(text: str) -> None:
    assert load(text) is (text.lower() == "true")


@pytest.mark.parametrize(
    "text", ["yes", "No", "on", "OFF", "y", "N", "tRue", "truely", "2026-01-02", "2026-01-02 03:04:05"]
)
def test_what_only_looks_like_a_boolean_or_a_date_is_a_text(text: str) -> None:
    assert load(text) == text


@pytest.mark.parametrize(
    ("text", "value"), [("7", 7), ("7.5", 7.5), ("~", None), ("null", None), ("'true'", "true"), ("[a, 1]", ["a", 1])]
)
def test_all_else_is_as_ever(text: str, value: Any) -> None:
    assert load(text) == value


def test_other_loaders_are_left_as_they_are() -> None:
    assert yaml.safe_load("yes") is True


def test_tags_build_nothing() -> None:
    with pytest.raises(yaml.YAMLError):
        load("!!python/object/apply:os.getcwd []")


LAUGHS = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 30))
MERGED = "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}\n" for n in range(1, 30))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (f"a0: &a0 [ha]\n{LAUGHS}", "aliases expand to more than 100000 values"),
        (f"a0: &a0 {{ha: 1}}\n{MERGED}", "aliases expand to more than 100000 values"),
        ("&a [*a]", "an alias contains itself"),
        ("a: &a {b: {c: *a}}", "an alias contains itself"),
        ("a: &a {<<: *a}", "an alias contains itself"),
        ("[" * 10_000, "more than 50 levels are nested"),
        ("- " * 10_000, "more than 50 levels are nested"),
        ("{a: " * 10_000, "more than 50 levels are nested"),
        ("a: 0b_", "this is not a usable int"),
        ("a: " + "9" * 5_000, "this is not a usable int"),
        ("a: 1" + ":1" * 2_000 + ".0", "this is not a usable float"),
        ("a: !!bool x", "this is not a usable bool"),
        ("a: !!timestamp x", "this is not a usable timestamp"),
    ],
)
def test_what_would_not_end_or_cannot_be_read_is_refused_with_its_place(text: str, problem: str) -> None:
    with pytest.raises(yaml.MarkedYAMLError) as caught:
        load(text)
    assert caught.value.problem == problem
    assert caught.value.problem_mark is not None


def test_aliases_and_merges_are_as_ever() -> None:
    assert load("a: &a {b: 1, c: 2}\nd: {<<: *a, b: 3}\ne: *a") == {
        "a": {"b": 1, "c": 2},
        "d": {"b": 3, "c": 2},
        "e": {"b": 1, "c": 2},
    }
