"""An agent is created once, whatever becomes of the answer."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from pulumi_assistai import (
    AssistAIError,
    NameTakenError,
    NotSentError,
    OutcomeUnknownError,
    ServerError,
    UnauthorizedError,
)
from pulumi_assistai.client import ListedAgent, Listing
from pulumi_assistai.emulator import Emulator
from pulumi_assistai.lifecycle import agents, creation
from pulumi_assistai.lifecycle.archive import is_archived_as
from pulumi_assistai.lifecycle.creation import create_once, refuse_taken_name
from pulumi_assistai.lifecycle.inventory import Inventory
from pulumi_assistai.lifecycle.session import Session
from tests.conftest import Api, settings_for
from tests.lifecycle.clock import Clock
from tests.lifecycle.conftest import Connect, listings
from tests.scripted import as_json, serve

VENTAS = {"name": "Ventas", "description": "Vende", "instructions": "Hola."}
DUPLICATE = VENTAS | {"allow_duplicate_name": True}
LOST: dict[str, Any] = {"kind": "status-before", "method": "POST", "status": 502, "body": '{"message": "Bad gateway"}'}
LOST_ERROR = ServerError("POST", "/api/v1/agents", 502, "Bad gateway")
UNAUTHORIZED: dict[str, Any] = {"kind": "status-before", "status": 401, "body": '{"message": "no"}'}
LOOKS_FIRST = "run `pulumi up` again: it looks for the agent first, and creates it only if it is not there"
LOOK_YOURSELF = (
    "look for the agent in AssistAI: if it is there, declare adopt=CODE; if not, run `pulumi up` again, "
    "which with allow_duplicate_name creates it without looking"
)


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
    assert 'it is unknown whether "Ventas" was created (POST /api/v1/agents ' in str(caught.value)
    assert "the listing had no such agent within 10 s; run `pulumi up` again" in str(caught.value)
    with pytest.raises(OutcomeUnknownError, match="an earlier creation of"):
        agents.create(session, VENTAS)
    agents.create(Session(session.settings), VENTAS)
    assert [agent["name"] for agent in api.agents()] == ["Ajeno", "Ventas"]


@pytest.mark.parametrize("listing", [200, 401])
def test_an_unknown_outcome_is_told_without_the_errors_before_it(session: Session, api: Api, listing: int) -> None:
    session.inventory.agents()
    api.faults.add("status-before", method="POST", status=503)
    if listing != 200:
        api.faults.add("status-before", method="GET", status=listing, count=0)
    with pytest.raises(OutcomeUnknownError) as caught:
        agents.create(session, VENTAS)
    printed = "".join(traceback.format_exception(caught.value))
    assert printed.count("Error: ") == 1
    assert printed.splitlines()[-1].startswith(
        'pulumi_assistai.OutcomeUnknownError: it is unknown whether "Ventas" was'
    )


def test_a_duplicate_of_unknown_outcome_is_to_be_looked_for_by_its_owner(session: Session, api: Api) -> None:
    api.faults.add("cut-before", method="POST")
    with pytest.raises(OutcomeUnknownError) as caught:
        agents.create(session, DUPLICATE)
    assert "look for the agent in AssistAI: if it is there, declare adopt=CODE" in str(caught.value)


def test_a_listing_that_hides_an_agent_is_warned_about(
    session: Session, api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    api.faults.add("stale", method="GET", count=0, rows=1)
    agents.create(session, VENTAS)
    assert 'an agent named "Ventas" may exist without being listed' in capsys.readouterr().err


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
    assert f"these new agents could be it: {', '.join(codes)}; none of them was changed" in str(caught.value)
    assert api.bodies("PATCH") == []


def test_two_of_one_name_with_unknown_outcomes_are_left_alone(session: Session, api: Api) -> None:
    session.inventory.agents()
    api.faults.add("cut-after", method="POST", count=0)

    def create(_: int) -> str:
        try:
            return agents.create(session, DUPLICATE).id
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
    assert listings(api) == 1
    assert posts(api) == 40


def test_a_refusal_is_no_unknown_outcome(connect: Connect, api: Api) -> None:
    session = connect(rate_limit_wait=0.1)
    api.faults.add("status-before", method="POST", status=429, retry_after="0.2")
    with pytest.raises(AssistAIError, match="answered 429"):
        agents.create(session, VENTAS)
    assert not session.creations.contested("Ventas")
    agents.create(connect(), VENTAS)
    assert posts(api) == 1


def unauthorized(method: str, path: str) -> UnauthorizedError:
    advice = f"{UnauthorizedError.advice}; the request was for organization SANDBOX of tenant sandbox"
    return UnauthorizedError(method, path, 401, "no", advice=advice)


def test_a_failed_repair_of_a_found_agent_names_it(session: Session, api: Api) -> None:
    api.faults.add("cut-after", method="POST")
    api.faults.add(**UNAUTHORIZED, method="PATCH")
    with pytest.raises(OutcomeUnknownError) as caught:
        agents.create(session, VENTAS)
    code = api.agent("Ventas")["code"]
    error = unauthorized("PATCH", f"/api/v1/agents/{code}")
    assert str(caught.value) == (
        f'"Ventas" was created as {code}, but the update to the declared fields failed ({error}); '
        f'declare adopt="{code}" and run `pulumi up` again'
    )


def test_a_listing_that_fails_creates_nothing(session: Session, api: Api) -> None:
    api.faults.add("status-before", method="GET", count=0)
    with pytest.raises(ServerError):
        agents.create(session, VENTAS)
    assert posts(api) == 0


def test_a_creation_sends_the_fields_once_and_returns_the_code(session: Session, api: Api) -> None:
    code = create_once(session, VENTAS, allow_duplicate_name=False)
    assert code == api.agent("Ventas")["code"]
    assert api.bodies("POST", "PATCH") == [VENTAS]


def test_an_agent_that_shows_no_name_is_warned_about(connect: Connect, capsys: pytest.CaptureFixture[str]) -> None:
    listed = as_json({"data": [{"code": "A-7", "name": None}, {"code": "A-8", "name": "Ajeno"}]})
    with serve(lambda _: listed) as server:
        refuse_taken_name(connect(base_url=server.url), "Ventas")
        with pytest.raises(NameTakenError, match="exists already: A-8"):
            refuse_taken_name(connect(base_url=server.url), "Ajeno")
    assert capsys.readouterr().err == 'warning: AssistAI does not show the name of A-7: it may be "Ventas"\n'


def test_all_agents_that_show_no_name_are_warned_about(connect: Connect, capsys: pytest.CaptureFixture[str]) -> None:
    listed = as_json({"data": [{"code": "A-7", "name": None}, {"code": "A-8", "name": None}]})
    with serve(lambda _: listed) as server:
        refuse_taken_name(connect(base_url=server.url), "Ventas")
    assert "does not show the name of A-7, A-8: " in capsys.readouterr().err


def test_all_archived_agents_of_a_name_are_told(session: Session, api: Api) -> None:
    first, second = api.create("[archived] Ventas"), api.create("[archived] Ventas")
    with pytest.raises(
        NameTakenError, match=f'was archived: {first}, {second}; to bring it back declare adopt="{first}"'
    ):
        refuse_taken_name(session, "Ventas")


def test_a_name_that_this_operation_is_creating_is_declared_twice(session: Session, api: Api) -> None:
    with session.creations.of("Ventas", duplicates=True), pytest.raises(NameTakenError, match=r"^two agents named"):
        create_once(session, VENTAS, allow_duplicate_name=False)
    assert posts(api) == 0


def test_a_created_agent_is_known_without_another_listing(session: Session, api: Api) -> None:
    code = create_once(session, VENTAS, allow_duplicate_name=False)
    listed = api.requests("GET")
    assert [agent.code for agent in session.inventory.named("Ventas")] == [code]
    with pytest.raises(NameTakenError, match=code):
        create_once(session, VENTAS, allow_duplicate_name=False)
    assert api.requests("GET") == listed


def test_a_name_that_exists_is_refused_with_codes_and_ways_on(session: Session, api: Api) -> None:
    first, second = api.create("Ventas"), api.create("Ventas")
    with pytest.raises(NameTakenError) as caught:
        create_once(session, VENTAS, allow_duplicate_name=False)
    assert str(caught.value) == (
        f'an agent named "Ventas" exists already: {first}, {second}; to manage it declare adopt="{first}" '
        "(`assistai status` lists all unmanaged agents); if you renamed this resource, declare "
        "aliases=[pulumi.Alias(name=OLD_NAME)], in a fleet's file `key: OLD_KEY` or `moved_from: OLD_FLEET`; "
        "for a second agent of that name declare allow_duplicate_name=True; "
        "agents cannot be replaced: run `pulumi up` without --replace, or first `pulumi state untaint URN`"
    )
    assert len(str(caught.value)) < 440
    assert posts(api) == 0


def test_a_name_that_exists_is_created_where_duplicates_are_meant(session: Session, api: Api) -> None:
    first = api.create("Ventas")
    second = create_once(session, VENTAS, allow_duplicate_name=True)
    assert [agent["code"] for agent in api.agents() if agent["name"] == "Ventas"] == [first, second]


def test_the_agent_to_adopt_does_not_take_its_own_name(session: Session, api: Api) -> None:
    ours = api.create("Ventas")
    refuse_taken_name(session, "Ventas", adopt=ours)
    other = Session(session.settings)
    theirs = api.create("Ventas")
    with pytest.raises(NameTakenError, match=f'exists already: {theirs}; to manage it declare adopt="{theirs}"'):
        refuse_taken_name(other, "Ventas", adopt=ours)


def test_a_declaration_looks_at_the_archived_agents_alone(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0

    def counted(agent: ListedAgent, name: str) -> bool:
        nonlocal looks
        looks += 1
        return is_archived_as(agent, name)

    live = [ListedAgent(code=f"L-{number}", name=f"Vivo {number}") for number in range(198)]
    archived = [ListedAgent(code=f"R-{number}", name=f"[archived] Antiguo {number}") for number in range(2)]
    monkeypatch.setattr(session, "inventory", Inventory(lambda: Listing([*live, *archived], complete=True)))
    monkeypatch.setattr(creation, "is_archived_as", counted)
    for number in range(30):
        refuse_taken_name(session, f"Nuevo {number}")
    assert looks <= 30 * len(archived)
    with pytest.raises(NameTakenError, match='"Antiguo 1" was archived: R-1'):
        refuse_taken_name(session, "Antiguo 1")


def test_a_whole_listing_is_not_warned_about(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    refuse_taken_name(session, "Ventas")
    assert capsys.readouterr().err == ""


def test_a_listing_that_may_hide_an_agent_is_warned_about_in_these_words(
    session: Session, api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    api.create("Ventas")
    api.faults.add("stale", method="GET", count=0, rows=1)
    refuse_taken_name(session, "Ventas")
    assert capsys.readouterr().err == (
        "warning: the API counts more items than its pages have: "
        'an agent named "Ventas" may exist without being listed\n'
    )
    with pytest.raises(NameTakenError):
        refuse_taken_name(session, "Ajeno")
    assert capsys.readouterr().err == ""


def test_a_lost_creation_that_the_listing_may_hide_is_not_repeated(connect: Connect, api: Api) -> None:
    api.create("Ajeno")
    api.faults.add("stale", method="GET", count=0, rows=1)
    api.faults.add("cut-after", method="POST")
    look = "AssistAI may not list it: look for the agent in AssistAI, and if it is not there, declare"
    with pytest.raises(OutcomeUnknownError, match=f"; {look} allow_duplicate_name=True to create it$"):
        create_once(connect(), VENTAS, allow_duplicate_name=False)
    with pytest.raises(NameTakenError) as caught:
        create_once(connect(), VENTAS, allow_duplicate_name=False)
    assert str(caught.value) == (
        "the API counts more items than its pages have, and this machine created an agent named "
        f'"Ventas" before, or may have: {look} allow_duplicate_name=True to create it'
    )
    assert len(api.requests("POST")) == 1
    create_once(connect(), VENTAS, allow_duplicate_name=True)


def test_an_agent_that_was_created_before_under_the_name_and_has_another_now_is_not_hidden(
    connect: Connect, api: Api
) -> None:
    code = create_once(connect(), VENTAS, allow_duplicate_name=False)
    api.edit(code, name="Soporte")
    other = api.create("Otro")
    api.faults.add("stale", method="GET", count=0, rows=1)
    refuse_taken_name(connect(), "Ventas")
    api.remove(code)
    api.create("Nuevo")
    refuse_taken_name(connect(), "Ventas", adopt=other)
    with pytest.raises(NameTakenError, match="this machine created"):
        refuse_taken_name(connect(), "Ventas")


def test_a_name_that_another_agent_than_the_adopted_one_has_is_refused_without_words_about_replacements(
    connect: Connect, api: Api
) -> None:
    api.create("Ventas")
    with pytest.raises(NameTakenError, match=r"allow_duplicate_name=True$"):
        refuse_taken_name(connect(), "Ventas", adopt="A-9")


def test_a_creation_that_was_not_sent_can_be_tried_again() -> None:
    with Emulator() as emulator:
        session = Session(settings_for(emulator.url))
        session.inventory.agents()
    for _ in range(2):
        with pytest.raises(NotSentError, match=r"^POST /api/v1/agents was not sent"):
            create_once(session, VENTAS, allow_duplicate_name=False)


@pytest.mark.parametrize(("duplicates", "next_step"), [(False, LOOKS_FIRST), (True, LOOK_YOURSELF)])
def test_an_agent_that_does_not_show_up_is_looked_for_as_long_as_that_is_set(
    connect: Connect, api: Api, clock: Clock, *, duplicates: bool, next_step: str
) -> None:
    api.faults.add(**LOST)
    with pytest.raises(OutcomeUnknownError) as caught:
        create_once(connect(settle_time=5, grace_period=5), VENTAS, allow_duplicate_name=duplicates)
    assert str(caught.value) == (
        f'it is unknown whether "Ventas" was created ({LOST_ERROR}), and the listing had no such agent within 5 s; '
        f"{next_step}"
    )
    assert clock.slept == [0.25] + [0.5] * 10
    assert listings(api) == 1 + 12


def test_an_agent_is_looked_for_once_where_nobody_wants_to_wait(connect: Connect, api: Api, clock: Clock) -> None:
    api.faults.add(**LOST)
    with pytest.raises(OutcomeUnknownError):
        create_once(connect(settle_time=0), VENTAS, allow_duplicate_name=False)
    assert clock.slept == []
    assert listings(api) == 1 + 1


@pytest.mark.parametrize(("failures", "looks"), [(2, 3), (3, 3)])
def test_a_last_look_that_fails_is_repeated(
    connect: Connect, api: Api, clock: Clock, failures: int, looks: int
) -> None:
    session = connect(settle_time=0)
    session.inventory.agents()
    api.faults.add("cut-after", method="POST")
    # Each look asks for the largest page first, and then for a smaller one.
    api.faults.add("status-before", method="GET", status=400, count=2 * failures)
    if failures < looks:
        assert create_once(session, VENTAS, allow_duplicate_name=False) == api.agent("Ventas")["code"]
    else:
        with pytest.raises(OutcomeUnknownError, match="could not be listed"):
            create_once(session, VENTAS, allow_duplicate_name=False)
    assert len(clock.slept) == looks - 1


def test_an_agent_that_shows_up_ends_the_search(session: Session, api: Api, clock: Clock) -> None:
    api.faults.add(**LOST)
    clock.during_sleep = [lambda: None, lambda: api.create("Ventas", description="Vende")]
    code = create_once(session, VENTAS, allow_duplicate_name=False)
    assert code == api.agent("Ventas")["code"]
    assert clock.slept == [0.25, 0.5]


def test_an_agent_that_was_found_is_known_as_made_by_this_operation(session: Session, api: Api) -> None:
    api.faults.add("cut-after", method="POST")
    code = create_once(session, VENTAS, allow_duplicate_name=False)
    assert session.inventory.made(code)


def test_an_agent_that_was_there_before_is_not_taken_for_ours(session: Session, api: Api) -> None:
    before = api.create("Ventas", description="Vende")
    api.faults.add(**LOST)
    with pytest.raises(OutcomeUnknownError, match="the listing had no such agent"):
        create_once(session, VENTAS, allow_duplicate_name=True)
    assert api.agent("Ventas")["code"] == before
    assert api.bodies("PATCH") == []


def test_an_agent_that_this_operation_made_before_is_not_taken_for_ours(session: Session, api: Api) -> None:
    first = create_once(session, VENTAS, allow_duplicate_name=True)
    api.faults.add("cut-after", method="POST")
    second = create_once(session, VENTAS, allow_duplicate_name=True)
    assert [agent["code"] for agent in api.agents() if agent["name"] == "Ventas"] == [first, second]
    api.faults.add("cut-before", method="POST")
    with pytest.raises(OutcomeUnknownError, match="the listing had no such agent"):
        create_once(session, VENTAS, allow_duplicate_name=True)


@pytest.mark.parametrize(
    ("declared", "live", "found"),
    [
        ({"description": "Vende"}, {"description": "Cobra"}, False),
        ({"description": "Vende"}, {}, False),
        ({"description": ""}, {}, True),
        ({"description": ""}, {"description": "Cobra"}, False),
        ({}, {"description": "Cobra"}, True),
        ({"description": "Vende de día"}, {"description": "Vende"}, True),
        ({}, {"name": "ventas"}, False),
        ({}, {"name": "Soporte"}, False),
    ],
)
def test_an_agent_of_the_same_name_and_declared_description_is_ours(
    session: Session, api: Api, clock: Clock, declared: dict[str, str], live: dict[str, str], *, found: bool
) -> None:
    api.faults.add(**LOST)
    clock.during_sleep = [lambda: api.create(**{"name": "Ventas"} | live)]
    try:
        create_once(session, {"name": "Ventas"} | declared, allow_duplicate_name=False)
    except OutcomeUnknownError as error:
        assert not found
        named = f"these new agents could be it: {api.agents()[-1]['code']}; none of them was changed" in str(error)
        assert named == (live.get("name") != "Soporte")
    else:
        assert found


def test_several_that_could_be_it_are_named_in_these_words(session: Session, api: Api, clock: Clock) -> None:
    def two_rivals() -> None:
        api.create("Ventas")
        api.create("Ventas")

    api.faults.add(**LOST)
    clock.during_sleep = [two_rivals]
    with pytest.raises(OutcomeUnknownError) as caught:
        create_once(session, {"name": "Ventas"}, allow_duplicate_name=False)
    codes = ", ".join(agent["code"] for agent in api.agents() if agent["name"] == "Ventas")
    assert str(caught.value) == (
        f'it is unknown whether "Ventas" was created ({LOST_ERROR}), and these new agents could be it: {codes}; '
        "none of them was changed: find out in AssistAI which one is yours and declare adopt=CODE"
    )


def test_the_only_one_that_could_be_it_is_left_alone_while_another_of_that_name_is_created(
    session: Session, api: Api
) -> None:
    api.faults.add("cut-after", method="POST")
    with session.creations.of("Ventas", duplicates=True), pytest.raises(OutcomeUnknownError) as caught:
        agents.create(session, DUPLICATE)
    code = api.agent("Ventas")["code"]
    assert f"these new agents could be it: {code}; none of them was changed" in str(caught.value)
    assert api.bodies("PATCH") == []


def test_a_look_that_fails_is_no_look(session: Session, api: Api, clock: Clock) -> None:
    session.inventory.agents()
    api.faults.add("cut-after", method="POST")
    api.faults.add("status-before", method="GET", status=400, body='{"message": "no"}', count=2)
    assert create_once(session, VENTAS, allow_duplicate_name=False) == api.agent("Ventas")["code"]
    assert clock.slept == [0.25]


@pytest.mark.parametrize(("duplicates", "next_step"), [(False, LOOKS_FIRST), (True, LOOK_YOURSELF)])
def test_agents_that_cannot_be_listed_in_the_end_are_an_error_that_says_so(
    session: Session, api: Api, clock: Clock, *, duplicates: bool, next_step: str
) -> None:
    session.inventory.agents()
    api.faults.add("cut-after", method="POST")
    api.faults.add(**UNAUTHORIZED, method="GET", count=0)
    with pytest.raises(OutcomeUnknownError) as caught:
        create_once(session, VENTAS, allow_duplicate_name=duplicates)
    error = unauthorized("GET", "/api/v1/agents")
    assert str(caught.value) == (
        f'it is unknown whether "Ventas" was created, and the agents could not be listed ({error}); {next_step}'
    )
    assert clock.slept == [0.25, 0.5] + [1] * 10


def test_a_duplicate_that_the_api_refuses_is_an_error(session: Session, api: Api) -> None:
    api.faults.add("status-before", method="POST", status=400)
    with pytest.raises(AssistAIError, match="POST /api/v1/agents answered 400"):
        create_once(session, VENTAS, allow_duplicate_name=True)
    assert [agent["name"] for agent in api.agents()] == ["Ajeno"]


def test_a_name_that_another_resource_of_the_state_has_is_declared_twice(session: Session, api: Api) -> None:
    api.create("Ventas")
    session.managed_names.claim("Ventas")
    with pytest.raises(NameTakenError, match=r'^two agents named "Ventas" are declared'):
        create_once(session, VENTAS, allow_duplicate_name=False)
