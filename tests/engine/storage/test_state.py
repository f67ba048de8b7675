"""The state in its file: Pulumi's fields, safe against crashes."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from pulumi_assistai.engine import EngineError
from pulumi_assistai.engine.model.resource import Resource
from pulumi_assistai.engine.storage.secrets import Crypter
from pulumi_assistai.engine.storage.state import (
    State,
    check_document,
    load_state,
    normalized,
    read_document,
    write_atomically,
)
from pulumi_assistai.properties import (
    REFERENCE_SIGNATURE,
    SECRET_SIGNATURE,
    SIGNATURE,
    UNKNOWN,
    ResourceReference,
    Secret,
)

URN = "urn:pulumi:dev::trial::{}::{}"
RESOURCE = {
    "urn": URN.format("a:b:C", "c"),
    "custom": True,
    "id": "C-1",
    "type": "a:b:C",
    "inputs": {"a": 1, "none": None, "nested": {"l": [True]}},
    "outputs": {"ref": {SIGNATURE: REFERENCE_SIGNATURE, "urn": "urn:x", "id": "1", "packageVersion": ""}},
    "parent": URN.format("pulumi:pulumi:Stack", "trial-dev"),
    "protect": True,
    "dependencies": ["urn:x"],
    "propertyDependencies": {"a": []},
    "additionalSecretOutputs": ["out"],
    "customTimeouts": {"create": 300},
    "importID": "X",
    "retainOnDelete": True,
    "deletedWith": "urn:x",
    "created": "2026-01-01T00:00:00Z",
    "sourcePosition": "project:///__main__.py#1",
    "replacementTrigger": "t",
    "taint": True,
}


@pytest.fixture(scope="module")
def crypter() -> Crypter:
    return Crypter.new("test")


def exported(*resources: dict[str, Any], **others: Any) -> dict[str, Any]:
    return {"version": 3, "deployment": {"resources": list(resources)}} | others


def test_every_field_survives(crypter: Crypter) -> None:
    assert Resource.from_json(RESOURCE, crypter).to_json(crypter) == RESOURCE


def test_values_are_saved_as_pulumi_saves_them(crypter: Crypter) -> None:
    inputs = {"secret": Secret({"a": Secret(1)}), "unknown": UNKNOWN, "reference": ResourceReference("urn:x")}
    resource = Resource(urn="urn:x", inputs=inputs)
    saved = resource.to_json(crypter)
    assert crypter.decrypt(saved["inputs"]["secret"]["ciphertext"]).startswith('{"a":{"4dabf1')
    assert Resource.from_json(saved, crypter).inputs == inputs


def test_secrets_in_clear_are_read(crypter: Crypter) -> None:
    secret = {SIGNATURE: SECRET_SIGNATURE, "plaintext": '"hunter2"'}
    document = {"urn": "urn:x", "custom": True, "type": "t", "outputs": {"a": secret}}
    assert Resource.from_json(document, crypter).outputs == {"a": Secret("hunter2")}


def test_the_text_follows_the_resource(crypter: Crypter) -> None:
    resource = Resource(urn="urn:x")
    assert '"delete"' not in resource.to_text(crypter)
    resource.delete = True
    assert '"delete": true' in resource.to_text(crypter)


def test_a_deployment_is_saved_step_by_step(crypter: Crypter, tmp_path: Path) -> None:
    file = tmp_path / "sub" / "dev.json"
    old, stays = Resource(urn="urn:old", type="t"), Resource(urn="urn:stays", type="t")
    state = State(file, crypter, [old, stays])

    def names() -> list[str]:
        return [resource["urn"] for resource in json.loads(file.read_text())["deployment"]["resources"]]

    async def deploy() -> None:
        new = Resource(urn="urn:new", type="t")
        operation = state.begin("creating", new)
        await state.save()
        pending = json.loads(file.read_text())["deployment"]["pending_operations"]
        assert [(entry["type"], entry["resource"]["urn"]) for entry in pending] == [("creating", "urn:new")]
        assert names() == ["urn:old", "urn:stays"]
        state.end(operation)
        state.add(new)
        state.remove(old)
        await asyncio.gather(*(state.save() for _ in range(5)))

    asyncio.run(deploy())
    document = json.loads(file.read_text())
    assert names() == ["urn:new", "urn:stays"]
    assert list(document["deployment"]) == ["manifest", "secrets_providers", "resources", "metadata"]
    assert document["deployment"]["secrets_providers"] == {"type": "passphrase", "state": {"salt": crypter.salt}}
    assert [found.name for found in file.parent.iterdir()] == ["dev.json"]


def test_only_creations_stay_pending(crypter: Crypter) -> None:
    operations = [{"type": kind, "resource": RESOURCE} for kind in ("creating", "updating", "deleting")]
    document = exported(RESOURCE)
    document["deployment"]["pending_operations"] = operations
    state = load_state(document, crypter, crypter, None)
    assert [operation.type for operation in state.operations] == ["creating", "updating", "deleting"]
    saved = json.loads(state.to_text())["deployment"]["pending_operations"]
    assert [operation["type"] for operation in saved] == ["creating"]


def test_replace_with_needs_a_newer_format(crypter: Crypter) -> None:
    state = load_state(exported(RESOURCE | {"replaceWith": ["urn:x"]}), crypter, crypter, None)
    document = json.loads(state.to_text())
    assert (document["version"], document["features"]) == (4, ["replaceWith"])
    assert check_document(document) == document["deployment"]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({"version": 2, "deployment": {}}, "version 2"),
        ({"version": 4, "features": ["views"], "deployment": {}}, "a state with views; the Pulumi CLI does"),
        ({"version": 3}, "no deployment"),
    ],
)
def test_other_documents_are_refused(document: dict[str, Any], message: str) -> None:
    with pytest.raises(EngineError, match=message):
        check_document(document)


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "dev.json"
    assert read_document(file) == {}
    file.write_text("{")
    with pytest.raises(EngineError, match="is damaged"):
        read_document(file)


def test_a_failed_writing_leaves_the_old_text(tmp_path: Path) -> None:
    file = tmp_path / "dev.json"
    write_atomically(file, "old")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(file, "\ud800")
    assert [found.name for found in tmp_path.iterdir()] == ["dev.json"]
    assert file.read_text() == "old"


def test_references_follow_a_renamed_resource() -> None:
    new, old = URN.format("my:Comp", "new"), URN.format("my:Comp", "old")
    parent = Resource(urn=new, type="my:Comp", aliases=[old])
    child = Resource(urn=URN.format("my:Comp$a:b:C", "child"), type="a:b:C", parent=old, dependencies=[old])
    user = Resource(
        urn=URN.format("a:b:C", "user"),
        type="a:b:C",
        provider=f"{old}::id",
        deleted_with=old,
        replace_with=[old],
        property_dependencies={"a": [old, "urn:x"]},
    )
    renamed_parent, renamed_child, renamed_user = normalized([parent, child, user])
    assert renamed_parent.aliases == []
    assert (renamed_child.parent, renamed_child.dependencies) == (new, [new])
    assert renamed_user.provider == f"{new}::id"
    assert (renamed_user.deleted_with, renamed_user.replace_with) == (new, [new])
    assert renamed_user.property_dependencies == {"a": [new, "urn:x"]}
    assert child.parent == old
