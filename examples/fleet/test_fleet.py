"""Tests of this fleet: run `pytest` in this folder, or from anywhere."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pulumi_assistai.testing import ProgramStack

HERE = Path(__file__).parent


@pytest.fixture
def stack(assistai_stack: Callable[..., ProgramStack]) -> ProgramStack:
    return assistai_stack(HERE)


def test_every_agent_gets_its_own_instructions(stack: ProgramStack) -> None:
    assert stack.up().succeeded
    for file in (HERE / "instructions").iterdir():
        agents = [agent for agent in stack.api.agents() if agent["instructions"] == file.read_text(encoding="utf-8")]
        assert len(agents) == 1, file.name


def test_only_sales_may_speak_of_discounts(stack: ProgramStack) -> None:
    assert stack.up().succeeded
    speakers = [agent["name"] for agent in stack.api.agents() if "descuento" in agent["instructions"].lower()]
    assert speakers == ["Ventas"]


def test_what_somebody_edits_in_the_dashboard_is_found_and_repaired(stack: ProgramStack) -> None:
    assert stack.up().succeeded
    soporte = stack.api.agent("Soporte")
    stack.api.edit(soporte["code"], description="Pruebas, no tocar")
    assert stack.refresh().has_changes
    assert stack.up().counts["update"] == 1
    assert stack.api.agent("Soporte")["description"] == soporte["description"]
