"""Resources that move from one stack's state to another's, without a call to their provider."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_assistai.engine import EngineError, Stack
from tests.engine.conftest import Things

PROGRAM = """
only = pulumi.Config().get("only")
painter = Painter("painter", color=Output.secret("hunter2"))
for name in ("one", "two"):
    if only in (None, name):
        Box(name, Options(provider=painter), size=2)
"""
ONE = "urn:pulumi:dev::trial::things:index:Box::one"


def named(things: Things, name: str) -> Stack:
    return Stack(things.directory, name, environment=things.environment)


def resources(stack: Stack) -> dict[str, dict[str, Any]]:
    found = stack.export_state()["deployment"].get("resources", [])
    return {resource["urn"]: resource for resource in found}


def configure(things: Things, stack: str, only: str) -> None:
    things.write(f"Pulumi.{stack}.yaml", f"config:\n  trial:only: {only}\n")


def test_a_component_moves_with_its_children_and_comes_back(things: Things) -> None:
    things.up(PROGRAM)
    before = resources(things.stack)
    things.calls()
    moved = things.stack.move_resources([ONE], "prod")
    assert {urn.rpartition("::")[2] for urn in moved} == {"one", "one-0", "one-1"}
    configure(things, "dev", "two")
    configure(things, "prod", "one")
    for name in ("dev", "prod"):
        preview = named(things, name).preview(things.events)
        assert preview.succeeded
        assert not preview.has_changes, preview.changes
    assert '"hunter2"' not in "".join(file.read_text() for file in things.directory.glob(".sandbox/*.json"))
    named(things, "prod").move_resources([ONE.replace(":dev:", ":prod:")], "dev")
    assert resources(things.stack).keys() == before.keys()
    (things.directory / "Pulumi.dev.yaml").unlink()
    assert not things.run("preview").has_changes
    assert things.calls() == []


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        (["**::three"], r"^the state has no resource \*\*::three$"),
        (["**"], "^the stack itself cannot be moved: name its resources$"),
        (["**::a"], "^moved and remaining resources depend on each other: urn.*::b needs urn.*::a$"),
        (["**::b"], "^moved and remaining resources depend on each other: urn.*::b needs urn.*::a$"),
        (["**::box-0"], "^moved and remaining resources depend on each other: urn.*::box-0 needs urn.*::box$"),
    ],
)
def test_what_cannot_be_moved_is_left_where_it_is(things: Things, names: list[str], problem: str) -> None:
    things.up('a = Thing("a")\nThing("b", near=a.out)\nBox("box")')
    before = things.document()
    with pytest.raises(EngineError, match=problem):
        things.stack.move_resources(names, "prod")
    assert things.document() == before
    assert not (things.directory / ".sandbox" / "prod.json").exists()


def test_nothing_is_moved_twice_or_to_itself(things: Things) -> None:
    things.up('Thing("a")')
    with pytest.raises(EngineError, match=r"^dev is this stack: choose another one$"):
        things.stack.move_resources(["**::a"], "dev")
    assert named(things, "prod").up(things.events).succeeded
    with pytest.raises(EngineError, match=r"^the other stack already has urn:pulumi:prod::trial::.*::a$"):
        things.stack.move_resources(["**::a"], "prod")
