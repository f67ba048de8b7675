"""A damaged state is loaded or refused in one line, and stays as it is.

`make test` tries a few hundred states, always the same ones; `make soak` tries many more.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_assistai.engine import EngineError
from pulumi_assistai.engine.model.resource import Resource
from pulumi_assistai.engine.storage import secrets
from pulumi_assistai.engine.storage.project import Project
from pulumi_assistai.engine.storage.secrets import Crypter
from pulumi_assistai.engine.storage.state import PendingOperation, State
from pulumi_assistai.engine.storage.target import Target
from pulumi_assistai.properties import (
    REFERENCE_SIGNATURE,
    SECRET_SIGNATURE,
    SIGNATURE,
    UNKNOWN,
    ResourceReference,
    Secret,
)
from tests.fuzzing import fuzz_settings

PASSPHRASE = "test"
URN = "urn:pulumi:dev::trial::{}::{}"
STACK = URN.format("pulumi:pulumi:Stack", "trial-dev")
PROVIDER = URN.format("pulumi:providers:pulumi-python", "default")

fixed = fuzz_settings(150, shrink=True)

Path_ = tuple[str | int, ...]


@pytest.fixture(autouse=True)
def _quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Derive keys in no time: a damaged salt derives another one each time."""
    monkeypatch.setattr(secrets, "_ROUNDS", 1)
    secrets._derive.cache_clear()  # noqa: SLF001
    secrets._new.cache_clear()  # noqa: SLF001


def exported() -> str:
    """Return a state as the engine writes it, with all that a state can hold."""
    agent = Resource(
        urn=URN.format("assistai:index:Agent", "ventas"),
        custom=True,
        id="A-001",
        type="assistai:index:Agent",
        inputs={"name": "Ventas", "instructions": Secret({"a": ["Vende."]}), "n": 1.5, "none": None, "later": UNKNOWN},
        outputs={"code": "A-001", "stack": ResourceReference(STACK, None), "self": ResourceReference("urn:x", "1")},
        parent=STACK,
        provider=f"{PROVIDER}::id-1",
        dependencies=[STACK],
        property_dependencies={"name": [STACK], "n": []},
        additional_secret_outputs=["code"],
        custom_timeouts={"create": 300},
        init_errors=["no"],
        replace_with=[PROVIDER],
        created="2026-01-01T00:00:00Z",
        others={"taint": True},
    )
    resources = [
        Resource(urn=STACK, type="pulumi:pulumi:Stack", outputs={"code": Secret("A-001")}),
        Resource(urn=PROVIDER, custom=True, id="id-1", type="pulumi:providers:pulumi-python", inputs={}, parent=STACK),
        agent,
    ]
    return State(None, Crypter.new(PASSPHRASE), resources, [PendingOperation("creating", agent)]).to_text()


def paths(value: Any, here: Path_ = ()) -> list[Path_]:
    """Return where each value of a document is."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [here, *(path for key, inner in items for path in paths(inner, (*here, key)))]


DEEP = json.loads("[" * 400 + "]" * 400)
VALUES = st.sampled_from(
    [
        *(None, True, False, 0, -1, 3, 4, 1.5, 1e308, "", "x", "v1:", "v1:a:b", "v1:AAAA:AAAA", "\ud800"),
        *(STACK, "::", [], [[]], [None], {}, {"a": 1}, {"": None}, "x" * 5_000, [1] * 500, {SIGNATURE: 1}, DEEP),
        *({SIGNATURE: SECRET_SIGNATURE}, {SIGNATURE: SECRET_SIGNATURE, "plaintext": "{"}),
        *({SIGNATURE: REFERENCE_SIGNATURE}, "urn:pulumi:dev"),
    ]
)  # fmt: skip
KINDS = st.sampled_from(["drop", "replace", "replace", "nest", "list", "copy", "rename"])


def change(document: Any, place: int, kind: str, value: Any) -> Any:
    """Return a document with one value dropped, replaced, put into another one or copied elsewhere."""
    places = paths(document)
    path = places[place % len(places)]
    if not path:
        return value if kind == "replace" else {"a": document} if kind == "nest" else document
    holder = document
    for key in path[:-1]:
        holder = holder[key]
    last = path[-1]
    old = holder[last]
    new = {
        "replace": value,
        "nest": {"a": old},
        "list": [old],
        "copy": copy.deepcopy(document),
    }
    if kind in new:
        holder[last] = new[kind]
        return document
    del holder[last]
    if kind == "rename" and isinstance(holder, dict):
        holder[str(value)[:20]] = old
    return document


def load(directory: Path, content: bytes) -> None:
    """Load a state file, which ends in a state that holds every resource of the file or in an error of one line."""
    project = Project("trial", directory, directory)
    target = Target(project, "dev", {"PULUMI_CONFIG_PASSPHRASE": PASSPHRASE})
    target.directory.mkdir(exist_ok=True)
    target.state_file.write_bytes(content)
    said, loaded = "", None
    try:
        loaded = target.state(target.crypter(), saved=True)
    except EngineError as error:
        said = str(error)
    if loaded is None:
        assert said.isprintable(), repr(said)
        assert 0 < len(said) < 1_000
    else:
        document = json.loads(content)
        assert isinstance(document, dict), "it is taken for no state at all"
        recorded = document.get("deployment", {}).get("resources") or []
        assert [resource.urn for resource in loaded.resources] == [resource["urn"] for resource in recorded]
    assert target.state_file.read_bytes() == content
    assert [file.name for file in target.directory.iterdir()] == ["dev.json"]


@pytest.fixture
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


def test_an_undamaged_state_is_loaded(directory: Path) -> None:
    load(directory, exported().encode())


CHANGES = st.lists(st.tuples(st.integers(0, 999), KINDS, VALUES), min_size=1, max_size=3)


@given(changes=CHANGES)
@fixed
def test_changed_values_are_loaded_or_refused(directory: Path, changes: list[tuple[int, str, Any]]) -> None:
    document = json.loads(exported())
    for place, kind, value in changes:
        document = change(document, place, kind, copy.deepcopy(value))
    load(directory, json.dumps(document).encode())


DAMAGES = st.sampled_from(["flip", "cut", "insert", "drop"])
PIECES = st.binary(min_size=1, max_size=3)


@given(damages=st.lists(st.tuples(st.integers(0, 99_999), DAMAGES, PIECES), min_size=1, max_size=3))
@fixed
def test_damaged_bytes_are_loaded_or_refused(directory: Path, damages: list[tuple[int, str, bytes]]) -> None:
    content = exported().encode()
    for place, kind, piece in damages:
        at = place % (len(content) or 1)
        rest = {"flip": content[at + len(piece) :], "cut": b"", "insert": content[at:], "drop": content[at + 1 :]}[kind]
        content = content[:at] + (piece if kind in ("flip", "insert") else b"") + rest
    load(directory, content)


DOCUMENTS = st.recursive(VALUES, st.lists, max_leaves=3).map(json.dumps).map(str.encode)


@given(content=st.one_of(st.binary(max_size=30), DOCUMENTS))
@fixed
def test_what_is_no_state_is_refused(directory: Path, content: bytes) -> None:
    load(directory, content)
