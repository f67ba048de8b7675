"""What every client of the agency can rely on. Run `pytest` in this folder."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from pulumi_assistai.testing import ProgramStack, Secret

HERE = Path(__file__).parent
TOKENS = {f"{client}Token": Secret(f"{client}-token") for client in ("panaderia", "clinica", "taller")}


@pytest.fixture
def stack(assistai_stack: Callable[..., ProgramStack]) -> ProgramStack:
    return assistai_stack(HERE, config=TOKENS)


def test_every_client_has_its_agents_and_four_answer_on_whatsapp(stack: ProgramStack) -> None:
    created = stack.up()
    assert created.succeeded, created.diagnostics
    agents = stack.api.agents()
    assert Counter(agent["organization"] for agent in agents) == {"PANADERIA": 4, "CLINICA": 4, "TALLER": 4}
    assert sorted(agent["name"] for agent in agents if agent["whatsapp"] == "connecting") == [
        "Citas",
        "Pedidos",
        "Turnos",
        "Urgencias",
    ]
    assert not stack.preview().has_changes


def test_every_prompt_is_polite_and_names_its_own_company(stack: ProgramStack) -> None:
    assert stack.up().succeeded
    companies = {"PANADERIA": "Panadería La Espiga", "CLINICA": "Clínica Santa Clara", "TALLER": "Taller Rodríguez"}
    for agent in stack.api.agents():
        others = [company for owner, company in companies.items() if owner != agent["organization"]]
        assert "trata de usted" in agent["instructions"], agent["name"]
        assert companies[agent["organization"]] in agent["instructions"], agent["name"]
        assert not [company for company in others if company in agent["instructions"]], agent["name"]


def test_the_tokens_are_in_no_state(stack: ProgramStack) -> None:
    assert stack.up().succeeded
    assert not [token for token in TOKENS.values() if token.value in str(stack.state())]
