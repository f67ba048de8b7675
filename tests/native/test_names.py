"""Names at the border of the native provider."""

from __future__ import annotations

import pytest

from pulumi_assistai.native.names import inward, is_dynamic, outward, unknown_names


def test_names_go_in_and_come_out_and_what_is_pulumis_own_stays_outside() -> None:
    inside = {"agent_code": "A-1", "name": "Ventas", "__seen": {"name": ["x"]}}
    outside = {"agentCode": "A-1", "name": "Ventas", "__seen": {"name": ["x"]}}
    assert outward(inside) == outside
    assert inward(outside) == inward(inside) == inside
    assert inward(inside | {"__provider": "pickle"}) == inside


@pytest.mark.parametrize(
    ("names", "dynamic"),
    [(["name", "agentCode", "__seen"], False), (["name", "__provider"], True), (["agent_code"], True), ([], False)],
)
def test_what_a_dynamic_provider_recorded_is_known_by_its_names(names: list[str], *, dynamic: bool) -> None:
    assert is_dynamic(names) is dynamic


def test_names_that_are_not_known_come_in_order() -> None:
    assert unknown_names(["tone", "on_delete", "onDelete", "b", "a"], ["tone", "on_delete"]) == ["a", "b", "on_delete"]
