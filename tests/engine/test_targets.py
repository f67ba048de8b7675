"""`--target`: what is touched of a program, and what is left alone."""

from __future__ import annotations

import pytest

from pulumi_assistai.engine import EngineError
from pulumi_assistai.engine.model.targets import Targets
from pulumi_assistai.engine.reporting.events import Severity
from tests.engine.conftest import Things

URN = "urn:pulumi:dev::trial::things:index:Box$pulumi-python:dynamic/things:Thing::one-0"
TWO = """
one = Box("one", size=1)
two = Box("two", size=1)
pulumi.export("one", [thing.out for thing in one.things])
pulumi.export("two", [thing.out for thing in two.things])
"""
GROWN = TWO.replace("size=1", "size=2")


@pytest.mark.parametrize(
    ("pattern", "included"),
    [
        (URN, True),
        ("**::one-0", True),
        ("**::one*", True),
        ("**one**", True),
        ("urn:pulumi:*::trial::*:*:*:*:*::one-0", True),
        ("*one-0", False),
        ("**::one", False),
        ("**::one-.", False),
        ("", False),
    ],
)
def test_a_pattern_is_a_urn_with_wildcards(pattern: str, included: bool) -> None:  # noqa: FBT001 - a case
    assert Targets((pattern,)).include(URN) is included


def test_the_stack_and_default_providers_always_belong() -> None:
    targets = Targets(("**::one",))
    assert targets.include("urn:pulumi:dev::trial::pulumi:pulumi:Stack::trial-dev")
    assert targets.include("urn:pulumi:dev::trial::pulumi:providers:pulumi-python::default")
    assert not targets.include("urn:pulumi:dev::trial::pulumi:providers:pulumi-python::acme")
    assert Targets().include(URN)


def test_only_targets_are_created_and_changed(things: Things) -> None:
    things.up(TWO)
    things.calls()
    result = things.up(GROWN, targets=["**::one*"])
    assert things.calls() == ["create one-1"]
    assert set(things.resources()) >= {"one-1", "two-0"}
    assert "two-1" not in things.resources()
    assert result.outputs["two"][0] == "none two-0"
    assert things.resources()["two"]["outputs"] == {"size": 1}
    assert things.resources()["one"]["outputs"] == {"size": 2}
    things.up()
    assert things.calls() == ["create two-1"]
    assert not things.run("preview").has_changes


def test_only_targets_are_deleted(things: Things) -> None:
    things.up(GROWN)
    things.calls()
    things.up(TWO, targets=["**::one*"])
    assert things.calls() == ["delete one-1-0"]
    assert "two-1" in things.resources()
    things.up()
    assert things.calls() == ["delete two-1-0"]


def test_what_others_need_is_not_deleted(things: Things) -> None:
    things.up('a = Thing("a")\nThing("b", near=a.out)')
    things.calls()
    things.up("", targets=["**::a"])
    assert things.calls() == []
    assert {"a", "b"} <= set(things.resources())


def test_a_target_that_needs_what_does_not_exist_is_refused(things: Things) -> None:
    things.program('a = Thing("a")\nThing("b", near=a.out)')
    result = things.run("up", targets=["**::b"])
    [error] = [message.message for message in result.diagnostics if message.severity is Severity.ERROR]
    assert error == (
        "urn:pulumi:dev::trial::pulumi-python:dynamic/things:Thing::b needs "
        "urn:pulumi:dev::trial::pulumi-python:dynamic/things:Thing::a, which does not exist yet and is not a target: "
        "add it with --target"
    )
    assert things.calls() == []


def test_a_renamed_resource_that_is_no_target_keeps_what_it_has(things: Things) -> None:
    things.up('Thing("a", size=1)')
    things.calls()
    things.up('Thing("b", Options(aliases=[Alias(name="a")]), size=2)', targets=["**::c"])
    assert things.calls() == []
    assert things.resources()["b"]["inputs"]["size"] == 1
    things.up()
    assert things.calls() == ["update a-0"]


def test_a_target_that_nothing_matches_is_told(things: Things) -> None:
    result = things.up(TWO, targets=["**::three"])
    assert "no resource matches --target **::three" in [message.message for message in result.diagnostics]
    assert things.calls() == []


def test_a_refresh_of_targets_is_refused_by_name(things: Things) -> None:
    things.program(TWO)
    with pytest.raises(EngineError, match="--refresh together with --target"):
        things.stack.up(things.events, refresh=True, targets=["**::one"])
