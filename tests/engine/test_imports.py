"""Importing into a state: what exists is taken over as the file says, and nothing else is done."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from typing import Any

import pytest

from pulumi_assistai.engine import EngineError
from pulumi_assistai.engine.reporting.events import Severity
from pulumi_assistai.properties import SECRET_SIGNATURE, SIGNATURE
from tests.engine.conftest import Events, Things, counts

PROGRAM = """
    thing = Thing("lamp", color="red")
    box = Box("box", size=2)
"""
KEPT = ("urn", "custom", "id", "type", "inputs", "outputs", "parent")


def entries(things: Things) -> list[dict[str, Any]]:
    """Return what an import file has to say of the things in the state."""
    made = []
    for name, known in things.resources().items():
        if known["type"].startswith("pulumi:"):
            continue
        identity = {"id": known["id"]} if known["custom"] else {"component": True}
        parent = {"parent": "box"} if known["parent"].endswith("::box") else {}
        values = {key: known[key] for key in ("inputs", "outputs") if key in known}
        made.append({"type": known["type"], "name": name, **identity, **parent, **values})
    return made


@pytest.fixture
def known(things: Things) -> list[dict[str, Any]]:
    """Return an import file's entries for things that exist, while the state has forgotten them."""
    things.up(PROGRAM)
    made = entries(things)
    shutil.rmtree(things.directory / ".sandbox")
    things.calls()
    return made


def test_what_is_imported_is_as_if_it_had_been_created(things: Things) -> None:
    things.up(PROGRAM)
    before = things.resources()
    file = {"resources": list(reversed(entries(things)))}
    shutil.rmtree(things.directory / ".sandbox")
    things.calls()

    result = things.stack.import_resources(file, things.events)

    assert counts(result) == {"create": 1, "import": 4}
    assert sorted(things.calls()) == ["read box-0-0", "read box-1-0", "read lamp-0"]
    for name, resource in things.resources().items():
        if name != "default":
            assert {key: resource.get(key) for key in KEPT} == {key: before[name].get(key) for key in KEPT}
            assert resource["created"]
    assert not things.run("preview").has_changes
    assert not things.run("refresh").has_changes
    assert not things.up().has_changes
    assert [call for call in things.calls() if not call.startswith("read")] == []


def test_more_is_added_after_what_is_there(things: Things, known: list[dict[str, Any]]) -> None:
    lamp = [entry for entry in known if entry["name"] == "lamp"]
    others = [entry for entry in known if entry["name"] != "lamp"]
    things.stack.import_resources({"resources": lamp}, Events())
    provider = things.resources()["default"]["id"]
    result = things.stack.import_resources({"resources": others}, Events())
    assert counts(result) == {"import": 3}
    *before, one, other = things.resources()
    assert before == ["trial-dev", "default", "lamp", "box"]
    assert {one, other} == {"box-0", "box-1"}
    assert things.resources()["default"]["id"] == provider


def test_a_parent_may_be_in_the_state(things: Things, known: list[dict[str, Any]]) -> None:
    [box] = [entry for entry in known if entry["name"] == "box"]
    things.stack.import_resources({"resources": [box]}, Events())
    children = [entry for entry in known if entry.get("parent")]
    table = {"box": things.resources()["box"]["urn"]}
    assert things.stack.import_resources({"nameTable": table, "resources": children}, Events()).succeeded
    assert things.resources()["box-1"]["parent"] == table["box"]


def test_where_one_does_not_exist_none_is_imported(things: Things, known: list[dict[str, Any]]) -> None:
    (things.store / "lamp-0").unlink()
    result = things.stack.import_resources({"resources": known}, Events())
    errors = [message.message for message in result.diagnostics if message.severity is Severity.ERROR]
    assert (result.succeeded, errors) == (False, ["resource 'lamp-0' does not exist"])
    assert list(things.resources()) == ["trial-dev", "default"]


def test_what_the_state_has_is_refused(things: Things, known: list[dict[str, Any]]) -> None:
    assert things.stack.import_resources({"resources": known}, Events()).succeeded
    before = things.document()
    lamp = [entry for entry in known if entry["name"] == "lamp"]
    refuse(things, {"resources": lamp}, r"resource 'urn:\S+::lamp' already exists in the stack; nothing was imported")
    other = [{**entry, "name": "other"} for entry in lamp]
    refuse(things, {"resources": other}, r"'lamp-0' is already managed by urn:\S+::lamp; nothing was imported")
    assert things.document() == before


def refuse(things: Things, file: Mapping[str, Any], message: str) -> None:
    with pytest.raises(EngineError, match=f"^{message}$"):
        things.stack.import_resources(file, Events())


ENTRY = {"type": "t:m:T", "name": "a", "id": "1", "outputs": {"__provider": "p"}}


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ({}, "the import file has no resources"),
        ({"providerInputs": {}}, 'the embedded engine does not support "providerInputs" in an import file; .*'),
        ({"resources": [{**ENTRY, "version": "1"}]}, 'the embedded engine does not support "version" in an .*'),
        ({"resources": [{"name": "a"}]}, "an entry of the import file has no type or no name"),
        ({"resources": [{**ENTRY, "component": True}]}, "a: the entry .* must have an id or be a component"),
        (
            {"resources": [{**ENTRY, "type": "pulumi-python:m:T", "outputs": {}}]},
            "a: the entry .* needs inputs and outputs, with __provider",
        ),
        ({"resources": [ENTRY]}, "the embedded engine does not support the provider t; the Pulumi CLI does"),
        ({"resources": [{**ENTRY, "parent": "b"}]}, "the parent 'b' of a is not in the import file"),
        ({"resources": [ENTRY, {**ENTRY, "id": "2"}]}, "the import file has a twice"),
        ({"resources": [ENTRY, {**ENTRY, "name": "b"}]}, "'1' is already managed by .*"),
        (
            {"resources": [{**ENTRY, "inputs": {"s": {SIGNATURE: SECRET_SIGNATURE, "ciphertext": "x"}}}]},
            "the embedded engine does not support encrypted values in an import file; .*",
        ),
    ],
)
def test_a_file_that_makes_no_sense_is_refused(things: Things, file: dict[str, Any], message: str) -> None:
    refuse(things, file, message)
    assert "resources" not in things.stack.export_state()["deployment"]
