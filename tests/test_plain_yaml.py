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
