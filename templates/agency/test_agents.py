"""What every client can rely on. Run `.venv/bin/pytest`: no account, no Pulumi CLI and no network are needed."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from pulumi_assistai.testing import ProgramStack, Secret

HERE = Path(__file__).parent
COMPANIES = {"PANADERIA": "Panadería La Espiga", "CLINICA": "Clínica Santa Clara"}
TOKENS = {f"{client.lower()}Token": Secret(f"{client.lower()}-token") for client in COMPANIES}


@pytest.fixture
def stack(assistai_stack: Callable[..., ProgramStack]) -> ProgramStack:
    return assistai_stack(HERE, config=TOKENS)


def test_every_client_has_its_agents(stack: ProgramStack) -> None:
    created = stack.up()
    assert created.succeeded, created.diagnostics
    assert Counter(agent["organization"] for agent in stack.api.agents()) == {"PANADERIA": 2, "CLINICA": 2}
    assert not stack.preview().has_changes


def test_every_prompt_names_its_own_company_alone(stack: ProgramStack) -> None:
    assert stack.up().succeeded
    for agent in stack.api.agents():
        named = {owner for owner, company in COMPANIES.items() if company in agent["instructions"]}
        assert named == {agent["organization"]}, agent["name"]


def test_the_tokens_are_in_no_state(stack: ProgramStack) -> None:
    assert stack.up().succeeded
    assert not [token for token in TOKENS.values() if token.value in str(stack.state())]
