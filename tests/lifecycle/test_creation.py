"""An agent is created once, whatever becomes of the answer."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from pulumi_assistai import AssistAIError, NameTakenError, OutcomeUnknownError, ServerError
from pulumi_assistai.lifecycle import agents
from pulumi_assistai.lifecycle.session import Session
from tests.conftest import Api

VENTAS = {"name": "Ventas", "description": "Vende", "instructions": "Hola."}


@pytest.fixture(autouse=True)
def _one_agent_of_somebody_else(api: Api) -> Iterator[None]:
    code = api.create("Ajeno", description="Vende")
    before = api.agents()[0]
    yield
    assert [agent for agent in api.agents() if agent["code"] == code] == [before]


def posts(api: Api) -> int:
    return len([request for request in api.requests("POST") if request == "POST /api/v1/agents"])


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "cut-after"},
        {"kind": "status-after", "status": 502},
        {"kind": "status-after", "status": 504},
        {"kind": "half"},
    ],
)
def test_a_lost_answer_to_what_happened_is_one_agent(session: Session, api: Api, fault: dict[str, object]) -> None:
    api.faults.add(method="POST", **fault)  # type: ignore[arg-type]
    made = agents.create(session, VENTAS)
    assert made.id == api.agent("Ventas")["code"]
    assert posts(api) == 1
    assert api.bodies("PATCH") == [VENTAS]


@pytest.mark.parametrize("fault", [{"kind": "cut-before"}, {"kind": "status-before", "status": 500}])
def test_a_lost_answer_to_what_did_not_happen_is_an_error_and_the_next_run_creates_one(
    session: Session, api: Api, fault: dict[str, object]
) -> None:
    api.faults.add(method="POST", **fault)  # type: ignore[arg-type]
    with pytest.raises(OutcomeUnknownError) as caught:
        agents.create(session, VENTAS)
    assert 'whether "Ventas" was created is unknown (POST /api/v1/agents ' in str(caught.value)
    assert "no such agent was listed within 10 s; run `pulumi up` again" in str(caught.value)
    with pytest.raises(OutcomeUnknownError, match="the outcome of an earlier creation of"):
        agents.create(session, VENTAS)
    agents.create(Session(session.settings), VENTAS)
    assert [agent["name"] for agent in api.agents()] == ["Ajeno", "Ventas"]


def test_a_duplicate_of_unknown_outcome_is_to_be_looked_for_by_its_owner(session: Session, api: Api) -> None:
    api.faults.add("cut-before", method="POST")
    with pytest.raises(OutcomeUnknownError) as caught:
        agents.create(session, VENTAS | {"allow_duplicate_name": True})
    assert "look for it in AssistAI: if it is there declare adopt=CODE" in str(caught.value)


def test_a_listing_that_hides_an_agent_is_warned_about(
    session: Session, api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    api.faults.add("stale", method="GET", count=0, rows=1)
    agents.create(session, VENTAS)
    assert 'so that one named "Ventas" may be hidden' in capsys.readouterr().err


def test_an_agent_that_is_listed_late_is_found(session: Session, api: Api) -> None:
    api.faults.add("cut-after", method="POST")
    api.faults.add("stale", method="GET", skip=2, count=2, rows=1)
    assert agents.create(session, VENTAS).id == api.agent("Ventas")["code"]
    assert posts(api) == 1


def test_two_that_could_be_it_are_left_alone_and_named(session: Session, api: Api) -> None:
    session.inventory.agents()
    rival = api.create("Ventas", description="Vende")
    api.faults.add("cut-after", method="POST")
    with pytest.raises(OutcomeUnknownError) as caught:
        agents.create(session, VENTAS)
    codes = [agent["code"] for agent in api.agents() if agent["name"] == "Ventas"]
    assert rival in codes
    assert f"these new agents could be it: {', '.join(codes)}; none was touched" in str(caught.value)
    assert api.bodies("PATCH") == []


def test_two_of_one_name_with_unknown_outcomes_are_left_alone(session: Session, api: Api) -> None:
    session.inventory.agents()
    api.faults.add("cut-after", method="POST", count=0)
    twins = VENTAS | {"allow_duplicate_name": True}

    def create(_: int) -> str:
        try:
            return agents.create(session, twins).id
        except OutcomeUnknownError as error:
            return str(error)

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(create, range(2)))
    assert api.bodies("PATCH") == []
    assert all("unknown" in outcome for outcome in outcomes)


def test_many_threads_that_create_one_name_create_it_once(session: Session, api: Api) -> None:
    def create(_: int) -> bool:
        try:
            agents.create(session, VENTAS)
        except NameTakenError:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(create, range(32))) == 1
    assert posts(api) == 1


def test_many_threads_share_one_listing(session: Session, api: Api) -> None:
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda number: agents.create(session, {"name": f"Agente {number}"}), range(40)))
    assert len(api.requests("GET")) == 2
    assert posts(api) == 40


def test_a_refusal_is_no_unknown_outcome(session: Session, api: Api) -> None:
    api.faults.add("status-before", method="POST", status=429, retry_after="999")
    with pytest.raises(AssistAIError, match="answered 429"):
        agents.create(session, VENTAS)
    agents.create(session, VENTAS)
    assert posts(api) == 1


def test_a_failed_repair_of_a_found_agent_names_it(session: Session, api: Api) -> None:
    api.faults.add("cut-after", method="POST")
    api.faults.add("status-before", method="PATCH", status=400)
    with pytest.raises(OutcomeUnknownError) as caught:
        agents.create(session, VENTAS)
    code = api.agent("Ventas")["code"]
    assert f'"Ventas" was created as {code}, but could not be brought to what is declared' in str(caught.value)
    assert f'declare adopt="{code}" and run `pulumi up` again' in str(caught.value)


def test_a_listing_that_fails_creates_nothing(session: Session, api: Api) -> None:
    api.faults.add("status-before", method="GET", count=0)
    with pytest.raises(ServerError):
        agents.create(session, VENTAS)
    assert posts(api) == 0
