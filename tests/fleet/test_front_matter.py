"""The front matter of an agent takes what it documents, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from pulumi_assistai.fleet import FrontMatter, WhatsApp, json_schema

BLANKS = "Value error, must not begin or end with blanks"
KEY = "Value error, must not contain :: or /, because it becomes part of a resource's name"
SPELLED_OUT = "Value error, must be true, false, or expected_phone_number and wait_for_connection"


def read(**values: Any) -> FrontMatter:
    return FrontMatter.model_validate({"name": "A"} | values)


def test_what_is_not_declared_is_none() -> None:
    assert read().model_dump() == {
        "name": "A",
        "key": None,
        "moved_from": None,
        "description": None,
        "purpose": None,
        "tone": None,
        "voice": None,
        "whatsapp": None,
        "on_delete": None,
        "adopt": None,
        "allow_duplicate_name": False,
        "ignore": [],
    }
    assert WhatsApp().model_dump() == {"expected_phone_number": None, "wait_for_connection": None}


@pytest.mark.parametrize(
    ("value", "whatsapp"),
    [
        (True, WhatsApp()),
        (False, None),
        ({}, WhatsApp()),
        ({"expected_phone_number": ""}, WhatsApp(expected_phone_number="")),
        ({"wait_for_connection": 0}, WhatsApp(wait_for_connection=0)),
        ({"wait_for_connection": 3600}, WhatsApp(wait_for_connection=3600)),
    ],
)
def test_whatsapp_is_yes_no_or_how(value: Any, whatsapp: WhatsApp | None) -> None:
    assert read(whatsapp=value).whatsapp == whatsapp


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"name": ""}, "String should have at least 1 character"),
        ({"name": " A"}, BLANKS),
        ({"name": "A\n"}, BLANKS),
        ({"name": None}, "Input should be a valid string"),
        ({"key": "a/b"}, KEY),
        ({"key": "a::b"}, KEY),
        ({"key": "a "}, BLANKS),
        ({"key": ""}, "String should have at least 1 character"),
        ({"moved_from": ""}, "String should have at least 1 character"),
        ({"description": 1}, "Input should be a valid string"),
        ({"purpose": True}, "Input should be a valid string"),
        ({"tone": []}, "Input should be a valid string"),
        ({"voice": {}}, "Input should be a valid string"),
        ({"adopt": ""}, "String should have at least 1 character"),
        ({"adopt": "A-1 "}, BLANKS),
        ({"on_delete": "delete"}, "Input should be 'retain' or 'archive'"),
        ({"allow_duplicate_name": "true"}, "Input should be a valid boolean"),
        ({"allow_duplicate_name": 1}, "Input should be a valid boolean"),
        ({"instructions": "x"}, "Extra inputs are not permitted"),
        ({"whatsapp": "yes"}, SPELLED_OUT),
        ({"whatsapp": None}, SPELLED_OUT),
        ({"whatsapp": []}, SPELLED_OUT),
        ({"whatsapp": {"phone": "1"}}, "Extra inputs are not permitted"),
        ({"whatsapp": {"expected_phone_number": 584221234567}}, "Input should be a valid string"),
        ({"whatsapp": {"wait_for_connection": "30"}}, "Input should be a valid number"),
        ({"whatsapp": {"wait_for_connection": -1}}, "Input should be greater than or equal to 0"),
        ({"whatsapp": {"wait_for_connection": 3600.5}}, "Input should be less than or equal to 3600"),
    ],
)
def test_anything_else_is_refused_without_being_shown(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        read(**values)
    [detail] = caught.value.errors()
    assert detail["msg"] == message
    assert "input_value" not in str(caught.value)


@pytest.mark.parametrize("key", ["a:b", "ventas.norte", "ñandú 2"])
def test_a_key_may_be_any_other_text(key: str) -> None:
    assert read(key=key).key == key


def test_the_schema_says_the_same_to_editors() -> None:
    schema = json_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == "An agent of an AssistAI fleet"
    assert schema["required"] == ["name"]
    assert all("description" in field and "default" not in field for field in schema["properties"].values())
    boolean, mapping = schema["properties"]["whatsapp"]["anyOf"]
    assert boolean == {"type": "boolean"}
    assert set(mapping["properties"]) == set(WhatsApp.model_fields)
