"""What every agent must keep to. Run `.venv/bin/pytest`: no account, no Pulumi CLI and no network are needed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pulumi_assistai.testing import ProgramStack

HERE = Path(__file__).parent


@pytest.fixture
def stack(assistai_stack: Callable[..., ProgramStack]) -> ProgramStack:
    return assistai_stack(HERE)


def test_the_agents_are_created_and_stay_as_declared(stack: ProgramStack) -> None:
    created = stack.up()
    assert created.succeeded, created.diagnostics
    assert {agent["name"] for agent in stack.api.agents()} == {"Ventas", "Soporte"}
    assert not stack.preview().has_changes


def test_every_agent_says_when_people_answer(stack: ProgramStack) -> None:
    assert stack.up().succeeded
    assert not [agent["name"] for agent in stack.api.agents() if "hasta las 18:00" not in agent["instructions"]]
