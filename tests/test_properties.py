"""Property values on the wire, and what options say about parts of them."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf import json_format, struct_pb2

from pulumi_assistai.engine.model.paths import changed_paths, contains, differing, ignore_changes, masked, parse_path
from pulumi_assistai.properties import (
    OUTPUT_SIGNATURE,
    REFERENCE_SIGNATURE,
    SECRET_SIGNATURE,
    SIGNATURE,
    UNKNOWN,
    UNKNOWN_TEXT,
    ResourceReference,
    Secret,
    contains_secret,
    contains_unknown,
    equal,
    from_struct,
    output_dependencies,
    revealed,
    to_struct,
    with_secrets_of,
)

VALUES: dict[str, Any] = {
    "null": None,
    "true": True,
    "number": 1,
    "fraction": 1.5,
    "text": "ñ",
    "list": [1, [], {}],
    "secret": Secret({"a": UNKNOWN}),
    "reference": ResourceReference("urn:a", "id", "1.0"),
    "component": ResourceReference("urn:b"),
    "planned": ResourceReference("urn:c", UNKNOWN),
    "unknown": UNKNOWN,
}


def struct(document: dict[str, Any]) -> struct_pb2.Struct:
    return json_format.ParseDict(document, struct_pb2.Struct())


def test_values_survive_the_wire() -> None:
    assert equal(from_struct(to_struct(VALUES, secrets=True, references=True)), VALUES)


def test_a_provider_gets_plain_values() -> None:
    plain = {"secret": {"a": UNKNOWN_TEXT}, "reference": "id", "component": "urn:b", "planned": UNKNOWN_TEXT}
    sent = json_format.MessageToDict(to_struct({key: VALUES[key] for key in plain}))
    assert sent == plain


def test_outputs_become_what_they_hold() -> None:
    output = {SIGNATURE: OUTPUT_SIGNATURE, "dependencies": ["urn:x"]}
    document = {
        "known": {**output, "value": 1},
        "secret": {**output, "value": "a", "secret": True},
        "unknown": {"deep": [output]},
    }
    assert from_struct(struct(document)) == {"known": 1, "secret": Secret("a"), "unknown": {"deep": [UNKNOWN]}}
    assert output_dependencies(struct(document).fields["unknown"]) == {"urn:x"}


def test_marks_are_read() -> None:
    document = {
        "secret": {SIGNATURE: SECRET_SIGNATURE, "value": "a"},
        "reference": {SIGNATURE: REFERENCE_SIGNATURE, "urn": "urn:a", "id": ""},
        "asset": {SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", "text": "a"},
    }
    read = from_struct(struct(document))
    assert read["secret"] == Secret("a")
    assert read["reference"] == ResourceReference("urn:a", UNKNOWN)
    assert read["asset"] == document["asset"]


def test_a_secret_is_never_shown() -> None:
    assert repr({"a": Secret("hunter2")}) == "{'a': [secret]}"


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (1, True, False),
        ([0], [False], False),
        ({"a": Secret(1)}, {"a": Secret(1.0)}, True),
        (Secret(1), 1, False),
        (UNKNOWN, UNKNOWN, True),
        (UNKNOWN, UNKNOWN_TEXT, False),
        ({"a": None}, {}, False),
    ],
)
def test_equality_knows_kinds(left: Any, right: Any, same: bool) -> None:  # noqa: FBT001
    assert equal(left, right) is same


def test_parts_are_found_at_any_depth() -> None:
    value = {"a": [{"b": Secret([UNKNOWN])}]}
    assert contains_secret(value)
    assert contains_unknown(value)
    assert revealed(value) == {"a": [{"b": [UNKNOWN]}]}
    assert not contains_unknown({"a": [1, Secret("b")]})


def test_secrets_are_marked_again_by_name() -> None:
    sent = {"token": Secret("t"), "nested": {"a": Secret("x"), "b": 1}, "list": [Secret("l")], "plain": 1}
    answered = {"token": "t", "nested": {"a": "x", "b": 1}, "list": ["l"], "plain": 1, "new": 2}
    assert with_secrets_of(answered, sent) == {
        "token": Secret("t"),
        "nested": {"a": Secret("x"), "b": 1},
        "list": Secret(["l"]),
        "plain": 1,
        "new": 2,
    }


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("a", ("a",)),
        ("a.b[0]", ("a", "b", 0)),
        ('["a.b"].c', ("a.b", "c")),
        (r'a["say \"hi\""]', ("a", 'say "hi"')),
        ("a[*].b", ("a", "*", "b")),
        ("a[b", None),
        ("a[0", None),
    ],
)
def test_paths_are_parsed(text: str, path: tuple[str | int, ...] | None) -> None:
    assert parse_path(text) == path


def test_changes_are_told_by_path() -> None:
    old = {"same": 1, "gone": 1, "list": [1, 2], "deep": {"a": 1, "b": True}}
    new = {"same": 1, "made": 1, "list": [1, 3, 4], "deep": {"a": 2, "b": 1}}
    changed = [("deep", "a"), ("deep", "b"), ("gone",), ("list", 1), ("list", 2), ("made",)]
    assert list(changed_paths(old, new)) == changed
    assert contains(("list", "*"), ("list", 2))
    assert not contains(("list", 2, "x"), ("list", 2))


@pytest.mark.parametrize(
    ("paths", "kept", "refused"),
    [
        (["a"], {"a": 1, "m": {"x": 2, "y": [3, 4]}, "new": 1}, []),
        (["m.x", "m.y[0]"], {"a": 9, "m": {"x": 1, "y": [1, 4]}, "new": 1}, []),
        (["m.y[1]"], {"a": 9, "m": {"x": 2, "y": [3, 4]}, "new": 1}, ["m.y[1]"]),
        (["m.y[*]"], {"a": 9, "m": {"x": 2, "y": [1, 4]}, "new": 1}, ["m.y[*]"]),
        (["new", "nothing", "nothing.more"], {"a": 9, "m": {"x": 2, "y": [3, 4]}}, []),
        (["*"], {"a": 1, "m": {"x": 1, "y": [1]}}, []),
        (["a[b"], {"a": 9, "m": {"x": 2, "y": [3, 4]}, "new": 1}, []),
    ],
)
def test_ignored_changes_are_undone(paths: list[str], kept: dict[str, Any], refused: list[str]) -> None:
    old = {"a": 1, "m": {"x": 1, "y": [1]}}
    new = {"a": 9, "m": {"x": 2, "y": [3, 4]}, "new": 1}
    assert ignore_changes(new, old, paths) == (kept, refused)
    assert new == {"a": 9, "m": {"x": 2, "y": [3, 4]}, "new": 1}


def test_a_kept_value_stays_secret() -> None:
    assert ignore_changes({"a": {"b": 2}}, {"a": Secret({"b": 1})}, ["a.b"]) == ({"a": Secret({"b": 1})}, [])


@pytest.mark.parametrize(
    ("path", "left", "replaced"),
    [
        ("a", {"b": [1, {"c": 2}]}, {"a": "-", "b": [1, {"c": 2}]}),
        ("b[1].c", {"a": Secret({"d": 1}), "b": [1, {}]}, {"a": Secret({"d": 1}), "b": [1, {"c": "-"}]}),
        ("b[0]", {"a": Secret({"d": 1}), "b": [None, {"c": 2}]}, {"a": Secret({"d": 1}), "b": ["-", {"c": 2}]}),
        ("b[*]", {"a": Secret({"d": 1}), "b": [None, None]}, {"a": Secret({"d": 1}), "b": ["-", "-"]}),
        ("a.d", {"a": Secret({}), "b": [1, {"c": 2}]}, {"a": Secret({"d": "-"}), "b": [1, {"c": 2}]}),
        ("*", {}, None),
        ("a.d.e", None, None),
        ("b.c", None, None),
        ("none", None, None),
        ("", None, None),
        ("b[", None, None),
    ],
)
def test_what_a_path_means_can_be_masked(
    path: str, left: dict[str, Any] | None, replaced: dict[str, Any] | None
) -> None:
    values = {"a": Secret({"d": 1}), "b": [1, {"c": 2}]}
    assert masked(values, [path]) == (values if left is None else left)
    if replaced is not None:
        assert masked(values, [path], "-") == replaced
    assert values == {"a": Secret({"d": 1}), "b": [1, {"c": 2}]}


def test_paths_differ_where_the_values_at_them_do() -> None:
    old = {"a": Secret({"d": 1}), "b": [1, {"c": 2}], "same": UNKNOWN}
    new = {"a": Secret({"d": True}), "b": [1, {"c": 2}, {"c": 3}], "same": UNKNOWN, "more": None}
    paths = ["b[*].c", "a.d", "b[0]", "b[1]", "same", "more", "none", "", "[", "a.d"]
    assert differing(old, new, paths) == ["a.d", "b[*].c", "more"]
