"""What create, read, update, delete and diff mean for an agent, to the words and the calls."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import pytest

from pulumi_assistai import (
    AdoptionError,
    AgentGoneError,
    AssistAIError,
    DashboardEditError,
    EmptyListingError,
    NameTakenError,
    NotFoundError,
    UnauthorizedError,
    WrongOrganizationError,
)
from pulumi_assistai.lifecycle import agents, memory
from pulumi_assistai.lifecycle.fields import FIELDS
from pulumi_assistai.lifecycle.session import Session, declared_twice
from pulumi_assistai.lifecycle.values import UNKNOWN, Difference, Found, Made
from tests.conftest import Api
from tests.lifecycle.conftest import Connect, listings

NOW = datetime(2026, 5, 4, 3, 2, 1, 999_999, tzinfo=UTC)
SINCE = "2026-05-04T03:02:01+00:00"
OLD = "2020-01-01T00:00:00+00:00"
PLACE = {"tenant_domain": "sandbox", "organization_code": "SANDBOX"}
ELSEWHERE = {"name": "Ventas", "code": "A-1", "tenant_domain": "acme", "organization_code": "ACME"}
Said = Callable[[], str]
SAME = Difference()
EVERYTHING = {
    "name": "Ventas",
    "description": "Vende",
    "purpose": "Vender",
    "instructions": "Hola.",
    "tone": "amigable",
    "voice": "female",
}
HIDDEN = (
    "organization SANDBOX of tenant sandbox: "
    "AssistAI does not show purpose, instructions, tone, voice, so a refresh cannot see edits of them; "
    "ASSISTAI_REAPPLY=true sends the declared values again\n"
)


class Now(datetime):
    """A clock that stands still."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        assert tz is UTC
        return NOW


@pytest.fixture(autouse=True)
def _time_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(agents, "datetime", Now)


@pytest.fixture
def code(api: Api) -> str:
    """Return the code of an agent that is declared as in `EVERYTHING`."""
    return api.create(**EVERYTHING)


def recorded(code: str, **fields: Any) -> dict[str, Any]:
    return {**EVERYTHING, "code": code, "managed_since": OLD, **PLACE, **fields}


def changed(*names: str) -> Difference:
    return Difference(names)


def reasons(session: Session, inputs: dict[str, Any], before: dict[str, Any] | None = None) -> list[str]:
    return [problem.reason for problem in agents.check(session, before or {}, inputs)]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """Return the function that returns what was said on standard error since it was last asked."""
    return lambda: capsys.readouterr().err


@pytest.mark.parametrize(
    ("inputs", "problem"),
    [
        ({}, "name: Field required"),
        ({"name": ""}, "name: String should have at least 1 character"),
        ({"name": 7}, "name: Input should be a valid string"),
        ({"name": "Ventas "}, "name: must not begin or end with blanks"),
        ({"name": "V", "description": 7}, "description: Input should be a valid string"),
        ({"name": "V", "purpose": 7}, "purpose: Input should be a valid string"),
        ({"name": "V", "instructions": 7}, "instructions: Input should be a valid string"),
        ({"name": "V", "tone": 7}, "tone: Input should be a valid string"),
        ({"name": "V", "voice": 7}, "voice: Input should be a valid string"),
        ({"name": "V", "adopt": ""}, "adopt: String should have at least 1 character"),
        ({"name": "V", "adopt": " A-1"}, "adopt: must not begin or end with blanks"),
        ({"name": "V", "on_delete": "explode"}, "on_delete: Input should be 'retain' or 'archive'"),
        ({"name": "V", "allow_duplicate_name": "yes"}, "allow_duplicate_name: Input should be a valid boolean"),
        ({"name": "V", "prompt": "Hola."}, "prompt: Extra inputs are not permitted"),
    ],
)
def test_a_declaration_that_does_not_fit_is_refused_without_a_call(
    session: Session, api: Api, inputs: dict[str, Any], problem: str
) -> None:
    assert reasons(session, inputs) == [problem]
    assert api.requests() == []


def test_all_problems_of_a_declaration_are_told_at_once(session: Session) -> None:
    assert [reason.split(":")[0] for reason in reasons(session, {"tone": 7, "voice": 7})] == ["name", "tone", "voice"]


def test_a_new_declaration_is_compared_with_one_listing(session: Session, api: Api, said: Said) -> None:
    api.create("Ajeno")
    for name in ("Ventas", "Soporte"):
        inputs = EVERYTHING | {"name": name, "on_delete": "archive", "allow_duplicate_name": False}
        assert reasons(session, inputs) == []
    assert listings(api) == 1
    assert said() == ""


def test_a_new_declaration_of_a_name_that_exists_is_refused(session: Session, code: str) -> None:
    (reason,) = reasons(session, {"name": "Ventas"})
    assert reason.startswith(f'an agent named "Ventas" exists already: {code}; to manage it declare adopt="{code}" ')
    assert "; agents cannot be replaced: run `pulumi up` without --replace" in reason


def test_a_duplicate_that_is_meant_is_not_refused(session: Session, api: Api, code: str) -> None:
    assert code
    inputs = {"name": "Ventas", "allow_duplicate_name": True}
    assert reasons(session, inputs) == reasons(session, inputs) == []
    assert api.requests() == []


def test_a_name_that_is_declared_twice_is_refused(session: Session) -> None:
    assert reasons(session, {"name": "Ventas"}) == []
    assert reasons(session, {"name": "Ventas"}) == [f"{declared_twice('Ventas')} [AAI-151]"]
    assert reasons(session, {"name": "Soporte"}) == []


def test_a_name_that_is_not_known_yet_is_not_compared(session: Session, api: Api) -> None:
    inputs = {"name": UNKNOWN}
    assert reasons(session, inputs) == reasons(session, inputs) == []
    assert reasons(session, inputs, {"name": "Ventas"}) == []
    assert api.requests() == []


def test_an_agent_that_is_managed_is_not_compared(session: Session, api: Api, code: str) -> None:
    assert code
    for _ in range(2):
        assert reasons(session, {"name": "Ventas", "tone": "serio"}, {"name": "Ventas"}) == []
    assert api.requests() == []


def test_a_new_name_of_a_managed_agent_must_not_be_declared_by_another(session: Session) -> None:
    assert reasons(session, {"name": "Nuevo"}, {"name": "Ventas"}) == []
    assert reasons(session, {"name": "Nuevo"}) == [f"{declared_twice('Nuevo')} [AAI-151]"]
    assert reasons(session, {"name": "Nuevo"}, {"name": "Otro"}) == [f"{declared_twice('Nuevo')} [AAI-151]"]
    assert reasons(session, {"name": "Nuevo", "allow_duplicate_name": True}, {"name": "Otro"}) == []


def test_a_failed_listing_is_a_problem_of_the_declaration(session: Session, api: Api) -> None:
    api.faults.add("status-before", method="GET", status=401, body='{"message": "no"}')
    (reason,) = reasons(session, {"name": "Ventas"})
    assert reason.startswith("GET /api/v1/agents answered 401: no; check the API token")


def test_an_adoption_says_what_it_changes(session: Session, api: Api, said: Said) -> None:
    code = api.create("Viejo", description="antes")
    assert reasons(session, EVERYTHING | {"adopt": code}) == []
    assert said() == (
        f'adopts agent {code} ("Viejo"): name "Viejo" => "Ventas", description "antes" => "Vende", '
        "purpose (not readable, overwritten), instructions (not readable, overwritten), "
        "tone (not readable, overwritten), voice (not readable, overwritten)\n"
    )
    assert api.requests("POST", "PATCH") == []


def test_an_adoption_that_changes_nothing_says_so(session: Session, code: str, said: Said) -> None:
    assert reasons(session, {"name": "Ventas", "description": "Vende", "adopt": code}) == []
    assert said() == f'adopts agent {code} ("Ventas"): nothing changes\n'


def test_an_adoption_shows_a_description_that_is_not_there_as_empty(session: Session, api: Api, said: Said) -> None:
    code = api.create("Ventas")
    assert reasons(session, {"name": "Ventas", "description": "Vende", "adopt": code}) == []
    assert said() == f'adopts agent {code} ("Ventas"): description "" => "Vende"\n'
    assert reasons(Session(session.settings), {"name": "Ventas", "description": "", "adopt": code}) == []
    assert said() == f'adopts agent {code} ("Ventas"): nothing changes\n'


def test_an_adoption_under_a_name_that_is_not_known_yet_is_checked(session: Session, code: str, said: Said) -> None:
    assert reasons(session, {"name": UNKNOWN, "adopt": code}) == []
    assert said() == f'adopts agent {code} ("Ventas"): nothing changes\n'


def test_an_agent_to_adopt_that_is_not_known_yet_is_not_looked_for(session: Session) -> None:
    assert reasons(session, {"name": "Ventas", "adopt": UNKNOWN}) == []


def test_an_agent_to_adopt_must_be_there(session: Session) -> None:
    assert reasons(session, {"name": "Ventas", "adopt": "A-404"}) == [
        (
            'adopt="A-404": organization SANDBOX of tenant sandbox has no such agent; '
            "check the code, or remove adopt to create an agent [AAI-152]"
        )
    ]


def test_an_agent_is_adopted_by_one_resource(session: Session, code: str) -> None:
    assert reasons(session, {"name": "Uno", "adopt": code}) == []
    assert reasons(session, {"name": "Dos", "adopt": code}) == [
        f'two resources declare adopt="{code}"; remove one of them [AAI-152]'
    ]


def test_two_agents_are_adopted_by_two_resources(session: Session, api: Api, code: str) -> None:
    other = api.create("Soporte")
    assert reasons(session, {"name": "Ventas", "adopt": code}) == []
    assert reasons(session, {"name": "Soporte", "adopt": other}) == []


def test_an_adoption_that_corrects_a_name_is_not_asked_about(session: Session, api: Api, said: Said) -> None:
    code = api.create("Cafe")
    assert reasons(session, {"name": "Café", "adopt": code}) == []
    assert said() == f'adopts agent {code} ("Cafe"): name "Cafe" => "Café"\n'


def test_an_adoption_is_noted_in_the_journal(session: Session, code: str) -> None:
    agents.create(session, {"name": "Ventas", "adopt": code})
    creation = session.journal.peek("adopt", code, 0)
    assert creation is not None
    assert creation.code == code


def test_an_adopted_agent_may_not_take_the_name_of_a_third(session: Session, api: Api, code: str) -> None:
    third = api.create("Soporte")
    (reason,) = reasons(session, {"name": "Soporte", "adopt": code})
    assert reason.startswith(f'an agent named "Soporte" exists already: {third}; ')
    duplicate = {"name": "Soporte", "adopt": code, "allow_duplicate_name": True}
    assert reasons(Session(session.settings), duplicate) == []


@pytest.mark.parametrize(
    "change",
    [{}, {"tone": UNKNOWN}, {"tone": "serio"}, {"on_delete": "archive"}, {"allow_duplicate_name": True}],
)
def test_what_differs_is_a_change(session: Session, code: str, change: dict[str, Any]) -> None:
    difference = agents.diff(session, code, recorded(code), EVERYTHING | change)
    assert difference == Difference(tuple(change))


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_that_differs_is_a_change(session: Session, code: str, field: str) -> None:
    assert agents.diff(session, code, recorded(code), EVERYTHING | {field: "Otro"}) == Difference((field,))


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_that_is_declared_anew_is_a_change(session: Session, code: str, field: str) -> None:
    before = recorded(code)
    del before[field]
    assert agents.diff(session, code, before, EVERYTHING) == Difference((field,))


@pytest.mark.parametrize("adopt", [{}, {"adopt": None}, {"adopt": UNKNOWN}, {"adopt": "its own"}])
def test_no_change_is_found_without_a_call(
    session: Session, api: Api, code: str, adopt: dict[str, Any], said: Said
) -> None:
    adopt = {"adopt": code} if adopt == {"adopt": "its own"} else adopt
    assert agents.diff(session, code, recorded(code), EVERYTHING | adopt) == SAME
    assert agents.diff(session, code, recorded(code, adopt=code), EVERYTHING) == SAME
    assert api.requests() == []
    assert said() == ""


def test_policies_are_compared_without_a_call(session: Session, api: Api, code: str, said: Said) -> None:
    assert agents.diff(session, code, recorded(code), EVERYTHING | {"on_delete": "archive"}) == changed("on_delete")
    assert api.requests() == []
    assert said() == ""


@pytest.mark.parametrize("policy", [{"on_delete": "retain"}, {"allow_duplicate_name": False}, {"on_delete": None}])
def test_a_policy_that_is_not_declared_has_its_default(session: Session, code: str, policy: dict[str, Any]) -> None:
    assert agents.diff(session, code, recorded(code), EVERYTHING | policy) == SAME
    assert agents.diff(session, code, recorded(code) | policy, EVERYTHING) == SAME


def test_a_policy_that_stays_is_no_change_and_one_that_goes_is(session: Session, code: str) -> None:
    before = recorded(code, on_delete="archive", allow_duplicate_name=True)
    policies = {"on_delete": "archive", "allow_duplicate_name": True}
    assert agents.diff(session, code, before, EVERYTHING | policies) == SAME
    assert agents.diff(session, code, before, EVERYTHING).changes


def test_another_agent_to_adopt_is_refused(session: Session, api: Api) -> None:
    with pytest.raises(AdoptionError) as caught:
        agents.diff(session, "A-1", recorded("A-1"), EVERYTHING | {"adopt": "A-2"})
    assert str(caught.value) == (
        'adopt="A-2" on the resource of agent A-1: a resource cannot change its agent; '
        'remove adopt or declare adopt="A-1", and declare another resource for A-2'
    )
    assert api.requests() == []


def test_a_field_no_longer_declared_is_left_and_told(session: Session, api: Api, code: str, said: Said) -> None:
    inputs = {"name": "Ventas", "description": "Vende", "purpose": "Vender", "voice": "female"}
    assert agents.diff(session, code, recorded(code), inputs) == changed("instructions", "tone")
    assert said() == (
        f"warning: agent {code}: instructions, tone no longer declared; AssistAI keeps what it has, unmanaged\n"
    )
    assert api.requests() == []


def test_reapplying_changes_every_declared_field_and_says_why(
    connect: Connect, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    why = f"agent {code} will be updated: ASSISTAI_REAPPLY sends every declared field again\n"
    assert agents.diff(connect(reapply=True), code, recorded(code), EVERYTHING) == changed(*EVERYTHING)
    assert why in capsys.readouterr().err
    assert agents.diff(connect(reapply=True), code, recorded(code), EVERYTHING | {"tone": "seco"}) == changed(
        *EVERYTHING
    )
    assert why not in capsys.readouterr().err


def test_a_change_is_compared_with_one_listing(session: Session, api: Api, code: str, said: Said) -> None:
    for _ in range(3):
        assert agents.diff(session, code, recorded(code), EVERYTHING | {"description": "Otra"}) == changed(
            "description"
        )
    assert listings(api) == 1
    assert said() == ""


def edit(code: str, before: str = "Vende", live: str = "tocado", declared: str = "Otra") -> str:
    return f'description of {code} was edited in AssistAI: recorded "{before}", live "{live}", declared "{declared}"'


def sends_all(code: str) -> str:
    return f"agent {code} was edited in AssistAI: `pulumi up` sends every declared field, even hidden ones"


def test_a_dashboard_edit_is_told_before_it_is_overwritten(session: Session, api: Api, code: str, said: Said) -> None:
    api.edit(code, description="tocado")
    assert agents.diff(session, code, recorded(code), EVERYTHING | {"description": "Otra"}) == changed("description")
    assert said() == f"warning: {edit(code)}; `pulumi up` overwrites the edit\n{sends_all(code)}\n"
    assert api.requests("PATCH") == []


def test_dashboard_edits_of_name_and_description_are_both_told(
    session: Session, api: Api, code: str, said: Said
) -> None:
    api.edit(code, name="Ventes", description="")
    agents.diff(session, code, recorded(code), EVERYTHING | {"name": "Ventas 2", "description": "Otra"})
    name = f'name of {code} was edited in AssistAI: recorded "Ventas", live "Ventes", declared "Ventas 2"'
    assert said().splitlines() == [
        f"warning: {name}; `pulumi up` overwrites the edit",
        f"warning: {edit(code, live='')}; `pulumi up` overwrites the edit",
        sends_all(code),
    ]


def test_a_dashboard_edit_of_a_field_that_is_not_changed_lets_all_be_sent(
    session: Session, api: Api, code: str, said: Said
) -> None:
    api.edit(code, description="tocado")
    assert agents.diff(session, code, recorded(code), EVERYTHING | {"tone": "serio"}) == changed("tone")
    assert said() == f"{sends_all(code)}\n"
    agents.update(session, code, recorded(code), EVERYTHING | {"tone": "serio"})
    assert api.bodies("PATCH") == [EVERYTHING | {"tone": "serio"}]


def test_a_dashboard_edit_is_refused_where_that_is_set(connect: Connect, api: Api, code: str, said: Said) -> None:
    api.edit(code, description="tocado")
    with pytest.raises(DashboardEditError) as caught:
        agents.diff(connect(on_conflict="fail"), code, recorded(code), EVERYTHING | {"description": "Otra"})
    assert str(caught.value) == (
        f"{edit(code)}; nothing was changed: run `pulumi refresh` to see the edit, "
        "or set ASSISTAI_ON_CONFLICT=overwrite to overwrite it"
    )
    assert said() == ""


def test_an_edit_is_told_beside_a_name_that_nobody_edited(session: Session, api: Api, code: str, said: Said) -> None:
    api.edit(code, description="tocado")
    agents.diff(session, code, recorded(code), EVERYTHING | {"name": "Ventas 2", "description": "Otra"})
    assert said() == f"warning: {edit(code)}; `pulumi up` overwrites the edit\n{sends_all(code)}\n"


def test_where_edits_are_refused_one_of_another_field_lets_nothing_else_be_sent(
    connect: Connect, api: Api, code: str, said: Said
) -> None:
    api.edit(code, description="tocado")
    session = connect(on_conflict="fail")
    assert agents.diff(session, code, recorded(code), EVERYTHING | {"tone": "serio"}).changes
    assert said() == ""


@pytest.mark.parametrize("change", [{"description": "Otra"}, {"tone": "serio"}])
def test_a_form_that_was_seen_before_is_no_edit(
    session: Session, api: Api, code: str, change: dict[str, str], said: Said
) -> None:
    api.edit(code, description="tocado")
    seen = memory.look({"description": "Vende"}, "description", "tocado").seen
    before = memory.remember(recorded(code), "description", memory.View("Vende", seen))
    assert agents.diff(session, code, before, EVERYTHING | change).changes
    assert said() == ""


@pytest.mark.parametrize(
    ("live", "before", "declared"),
    [
        ("Otra", {"description": "Vende"}, {"description": "Otra"}),
        ("Vende", {"description": "Vende"}, {"description": "Otra"}),
        ("tocado", {"description": "Vende"}, {"description": UNKNOWN}),
        ("tocado", {"description": "Vende"}, {}),
        ("tocado", {}, {"description": "Otra"}),
    ],
)
def test_what_nobody_else_changed_is_no_dashboard_edit(
    connect: Connect, api: Api, live: str, before: dict[str, str], declared: dict[str, Any]
) -> None:
    code = api.create("Ventas", description=live)
    olds = {"name": "Ventas", "code": code, **PLACE, **before}
    assert agents.diff(connect(on_conflict="fail"), code, olds, {"name": "Ventas", "tone": "t", **declared}).changes


def test_a_description_that_is_not_there_is_an_empty_one(connect: Connect, api: Api) -> None:
    code = api.create("Ventas")
    olds = {"name": "Ventas", "description": "", "code": code}
    assert agents.diff(connect(on_conflict="fail"), code, olds, {"name": "Ventas", "description": "Otra"}).changes


def test_an_agent_that_is_not_listed_has_no_dashboard_edits(session: Session, said: Said) -> None:
    assert agents.diff(session, "A-404", recorded("A-404"), EVERYTHING | {"tone": "serio"}) == changed("tone")
    assert said() == ""


def test_creating_sends_what_is_declared_and_records_where_and_since_when(session: Session, api: Api) -> None:
    inputs = EVERYTHING | {"on_delete": "archive", "allow_duplicate_name": False}
    made = agents.create(session, inputs)
    code = api.agent("Ventas")["code"]
    assert made == Made(code, inputs | {"code": code, "managed_since": SINCE} | PLACE)
    assert api.bodies("POST") == [EVERYTHING]
    assert api.requests("PATCH") == []


def test_creating_sends_declared_fields_alone(session: Session, api: Api) -> None:
    agents.create(session, {"name": "Ventas", "description": ""})
    assert api.bodies("POST") == [{"name": "Ventas", "description": ""}]


def test_creating_a_name_that_exists_is_refused_unless_it_is_meant(session: Session, api: Api, code: str) -> None:
    with pytest.raises(NameTakenError, match=code):
        agents.create(session, {"name": "Ventas"})
    made = agents.create(session, {"name": "Ventas", "allow_duplicate_name": True})
    assert [agent["code"] for agent in api.agents()] == [code, made.id]


def test_adopting_sends_what_is_not_there_as_declared(session: Session, api: Api) -> None:
    code = api.create("Ventas", description="antes", tone="amigable")
    inputs = EVERYTHING | {"adopt": code}
    assert agents.create(session, inputs) == Made(code, inputs | {"code": code, "managed_since": SINCE} | PLACE)
    assert api.requests("POST") == []
    assert api.bodies("PATCH") == [{name: value for name, value in EVERYTHING.items() if name != "name"}]


def test_adopting_sends_a_name_that_differs_and_enters_it(session: Session, api: Api, code: str) -> None:
    agents.create(session, {"name": "Nuevo", "adopt": code})
    assert api.bodies("PATCH") == [{"name": "Nuevo"}]
    assert [agent.code for agent in session.inventory.named("Nuevo")] == [code]
    assert listings(api) == 1


@pytest.mark.parametrize("description", [{}, {"description": ""}])
def test_adopting_what_is_as_declared_sends_nothing(session: Session, api: Api, description: dict[str, str]) -> None:
    code = api.create("Ventas")
    assert agents.create(session, {"name": "Ventas", "adopt": code, **description}).id == code
    assert api.requests("POST", "PATCH") == []


def test_adopting_what_is_not_there_is_refused(session: Session, api: Api) -> None:
    with pytest.raises(
        AdoptionError, match=r'^adopt="A-404": organization SANDBOX of tenant sandbox has no such agent; '
    ):
        agents.create(session, {"name": "Ventas", "adopt": "A-404"})
    assert api.requests("POST", "PATCH") == []


def test_reading_finds_what_is_recorded(session: Session, api: Api, code: str, said: Said) -> None:
    before = recorded(code, on_delete="archive", adopt=code)
    inputs = EVERYTHING | {"on_delete": "archive", "adopt": code}
    assert agents.read(session, code, before) == Found(before, inputs)
    assert listings(api) == 1
    assert said() == HIDDEN


def test_what_cannot_be_seen_is_told_once_and_only_where_it_is_declared(
    session: Session, code: str, said: Said
) -> None:
    visible = {"name": "Ventas", "description": "Vende", "managed_since": OLD}
    agents.read(session, code, visible)
    assert said() == ""
    for field in ("purpose", "instructions", "tone", "voice"):
        agents.read(Session(session.settings), code, visible | {field: ""})
        assert said() == HIDDEN
    agents.read(session, code, recorded(code))
    agents.read(session, code, recorded(code))
    assert said() == HIDDEN


@pytest.mark.parametrize(
    ("edits", "drift"),
    [
        ({"name": "Otro"}, {"name": "Otro"}),
        ({"description": "tocado"}, {"description": "tocado"}),
        ({"description": ""}, {"description": ""}),
        ({"name": "Otro", "description": "tocado"}, {"name": "Otro", "description": "tocado"}),
        ({"tone": "serio", "instructions": "cambiadas"}, {}),
    ],
)
def test_drift_is_found_in_what_the_listing_shows(
    session: Session, api: Api, code: str, edits: dict[str, str], drift: dict[str, str]
) -> None:
    api.edit(code, **edits)
    found = agents.read(session, code, recorded(code))
    assert found is not None
    assert {name: value for name, value in found.outputs.items() if name not in memory.OUTPUTS} == recorded(
        code
    ) | drift
    assert found.inputs == EVERYTHING | drift
    assert found.outputs.get(memory.EDITED, []) == sorted(drift, reverse=True)[::-1]


def test_a_description_drifts_without_a_declared_name(session: Session, api: Api, code: str) -> None:
    api.edit(code, description="tocado")
    found = agents.read(session, code, {"description": "Vende", "managed_since": OLD})
    assert found is not None
    assert found.inputs == {"description": "tocado"}


def test_a_field_that_is_not_declared_does_not_drift(session: Session, api: Api, code: str) -> None:
    api.edit(code, description="del panel")
    before = {"name": "Ventas", "code": code, "managed_since": OLD}
    assert agents.read(session, code, before) == Found(before, {"name": "Ventas"})


def test_a_description_that_is_not_there_is_as_declared_empty(session: Session, api: Api) -> None:
    code = api.create("Ventas")
    before = {"name": "Ventas", "description": "", "code": code, "managed_since": OLD}
    assert agents.read(session, code, before) == Found(before, {"name": "Ventas", "description": ""})


def test_an_agent_that_nobody_declared_is_read_as_it_is_listed(session: Session, api: Api, code: str) -> None:
    listed = api.agent("Ventas")
    shown = {"code": code, "name": "Ventas", "description": "Vende", "model": listed["model"]}
    assert agents.read(session, code, {}) == Found(shown | {"created_at": listed["createdAt"]} | PLACE, None)
    assert agents.read(session, code, {"name": "antes", **PLACE}) == agents.read(session, code, {})
    assert listings(api) == 1


def test_what_the_listing_does_not_say_of_an_agent_is_no_output(session: Session, api: Api) -> None:
    found = agents.read(session, api.create("Ventas"), {})
    assert found is not None
    assert "description" not in found.outputs


def test_declared_arguments_survive_where_no_output_says_that_it_is_managed(
    session: Session, api: Api, code: str
) -> None:
    listed = agents.read(session, code, {}, {})
    assert listed is not None
    declared = {"name": "Ventas", "tone": "serio", "on_delete": "archive"}
    assert agents.read(session, code, listed.outputs, declared) == Found(listed.outputs, declared)
    later = Session(session.settings)
    api.edit(code, name="Otro", description="no declarada")
    found = agents.read(later, code, listed.outputs, declared)
    assert found is not None
    assert found.inputs == declared | {"name": "Otro"}
    assert (found.outputs["name"], found.outputs["description"]) == ("Otro", "Vende")


def test_without_declared_arguments_an_agent_is_read_as_listed(session: Session, code: str) -> None:
    found = agents.read(session, code, recorded(code), {})
    assert found is not None
    assert found == agents.read(session, code, {})
    assert "tone" not in found.outputs


def test_an_agent_that_was_imported_is_managed_since_its_first_update(session: Session, code: str) -> None:
    listed = agents.read(session, code, {}, {})
    assert listed is not None
    declared = {"name": "Ventas", "description": "Vende", "tone": "serio"}
    outputs = agents.update(session, code, listed.outputs, declared)
    assert outputs == declared | {"code": code, "managed_since": SINCE} | PLACE


def test_what_is_known_before_it_is_done(session: Session, api: Api) -> None:
    unknown = {"code": UNKNOWN, "managed_since": UNKNOWN}
    assert agents.expect(session, {}, {"name": "Ventas"}) == {"name": "Ventas"} | unknown | PLACE
    adopted = {"name": "Ventas", "adopt": "A-1"}
    assert agents.expect(session, {}, adopted) == adopted | unknown | PLACE | {"code": "A-1"}
    after = agents.expect(session, recorded("A-1"), {"name": "Ventas", "tone": UNKNOWN})
    assert after == {"name": "Ventas", "tone": UNKNOWN, "code": "A-1", "managed_since": OLD} | PLACE
    assert agents.expect(session, {"name": "Soporte"}, {"name": "Ventas"})["code"] is UNKNOWN
    assert api.requests() == []


def test_an_agent_that_is_read_for_the_first_time_must_be_there(session: Session, api: Api) -> None:
    api.create("Ajeno")
    with pytest.raises(AgentGoneError) as caught:
        agents.read(session, "A-404", {})
    assert str(caught.value) == "organization SANDBOX of tenant sandbox has no agent A-404; check the code"
    assert listings(api) == 2


@pytest.mark.parametrize("first_time", [False, True])
def test_an_agent_that_only_a_second_listing_has_is_there(session: Session, api: Api, *, first_time: bool) -> None:
    session.inventory.agents()
    code = api.create(**EVERYTHING)
    before = {} if first_time else recorded(code)
    found = agents.read(session, code, before)
    assert found is not None
    assert found.outputs["name"] == "Ventas"
    assert listings(api) == 2


@pytest.mark.parametrize("before", [recorded("A-404"), {"name": "Ajeno", **PLACE}])
def test_an_agent_that_two_listings_do_not_have_is_gone(
    session: Session, api: Api, before: dict[str, Any], said: Said
) -> None:
    api.create("Ajeno")
    assert agents.read(session, "A-404", before) is None
    assert listings(api) == 2
    assert said() == ""


@pytest.mark.parametrize("before", [recorded("A-404"), {"name": "Ajeno", **PLACE}, {}])
def test_an_empty_listing_proves_no_agent_to_be_gone(session: Session, api: Api, before: dict[str, Any]) -> None:
    for _ in range(2):
        with pytest.raises(EmptyListingError) as caught:
            agents.read(session, "A-404", before)
    assert str(caught.value) == (
        "agent A-404 is not listed, and no other agent is: a token that lost its permissions sees the same, so nothing "
        "was removed from the state; check the token's permissions in AssistAI; if all agents are really gone, create "
        "one in AssistAI's dashboard, under any name, and refresh again"
    )
    assert listings(api) == 2


def test_an_agent_of_any_name_confirms_that_the_others_are_gone(connect: Connect, api: Api) -> None:
    with pytest.raises(EmptyListingError):
        agents.read(connect(), "A-404", recorded("A-404"))
    api.create("Cualquiera")
    assert agents.read(connect(), "A-404", recorded("A-404")) is None


def test_an_agent_that_this_operation_created_does_not_make_a_listing_less_empty(session: Session, api: Api) -> None:
    session.inventory.agents()
    code = agents.create(session, {"name": "Nuevo"}).id
    api.remove(code)
    with pytest.raises(EmptyListingError):
        agents.read(session, "A-404", recorded("A-404"))


@pytest.mark.parametrize(("age", "kept"), [(0, True), (59.9, True), (60, False), (61, False)])
def test_an_agent_that_is_not_listed_is_kept_within_the_grace_period(
    connect: Connect, api: Api, age: float, *, kept: bool
) -> None:
    api.create("Ajeno")
    before = recorded("A-404", managed_since=(NOW - timedelta(seconds=age)).isoformat())
    found = agents.read(connect(grace_period=60), "A-404", before)
    assert found == (Found(before, EVERYTHING) if kept else None)
    assert listings(api) == (1 if kept else 2)


@pytest.mark.parametrize("field", FIELDS)
def test_an_update_sends_the_field_that_changed(session: Session, api: Api, code: str, field: str) -> None:
    inputs = EVERYTHING | {field: "Otro"}
    before = recorded(code, adopt=code, on_delete="archive")
    assert agents.update(session, code, before, inputs) == {**inputs, "code": code, "managed_since": OLD, **PLACE}
    assert api.bodies("PATCH") == [{field: "Otro"}]
    assert api.requests() == [f"PATCH /api/v1/agents/{code}"]


def test_an_update_of_policies_sends_nothing(session: Session, api: Api, code: str) -> None:
    inputs = {"name": "Ventas", "on_delete": "archive", "allow_duplicate_name": True}
    outputs = agents.update(session, code, recorded(code), inputs)
    assert outputs == {**inputs, "code": code, "managed_since": OLD, **PLACE}
    assert api.requests() == []


def test_an_update_where_all_is_reapplied_sends_every_declared_field(connect: Connect, api: Api, code: str) -> None:
    agents.update(connect(reapply=True), code, recorded(code), EVERYTHING)
    assert api.bodies("PATCH") == [EVERYTHING]


def test_an_update_is_entered_into_the_listing(session: Session, api: Api, code: str) -> None:
    session.inventory.agents()
    agents.update(session, code, recorded(code), EVERYTHING | {"name": "Nuevo", "description": "Otra"})
    assert [agent.description for agent in session.inventory.named("Nuevo")] == ["Otra"]
    assert session.inventory.named("Ventas") == []
    assert listings(api) == 1


@pytest.mark.parametrize(("body", "words"), [('{"message": "no está"}', ": no está"), ('""', "")])
def test_an_update_of_an_agent_that_is_gone_says_to_refresh(
    session: Session, api: Api, code: str, body: str, words: str
) -> None:
    api.faults.add("status-before", method="PATCH", status=404, body=body)
    with pytest.raises(AgentGoneError) as caught:
        agents.update(session, code, recorded(code), EVERYTHING | {"tone": "serio"})
    assert str(caught.value) == (
        f"agent {code} is gone (PATCH /api/v1/agents/{code} answered 404{words}); "
        "run `pulumi refresh`, then `pulumi up` to create it again"
    )


def test_an_update_that_fails_is_not_entered_into_the_listing(session: Session, api: Api, code: str) -> None:
    session.inventory.agents()
    api.faults.add("status-before", method="PATCH", status=401)
    with pytest.raises(UnauthorizedError):
        agents.update(session, code, recorded(code), EVERYTHING | {"name": "Nuevo"})
    assert session.inventory.named("Nuevo") == []


@pytest.mark.parametrize("policy", [{}, {"on_delete": "retain"}])
def test_deleting_leaves_the_agent_and_names_it(
    session: Session, api: Api, code: str, policy: dict[str, str], said: Said
) -> None:
    agents.delete(session, code, recorded(code, **policy))
    assert api.requests() == []
    assert said() == (
        f"warning: agent {code} is no longer managed, but keeps answering: AssistAI cannot delete agents\n"
    )


def test_archiving_renames_and_disconnects(session: Session, api: Api, code: str, said: Said) -> None:
    session.client.whatsapp.connect(code)
    api.link(code)
    api.forget_requests()
    agents.delete(session, code, recorded(code, on_delete="archive"))
    agent = api.agent("[archived] Ventas")
    assert (agent["code"], agent["description"], agent["phoneNumber"]) == (code, "Vende", None)
    assert api.bodies("PATCH") == [{"name": "[archived] Ventas"}]
    assert api.requests() == [
        f"DELETE /api/v1/agents/{code}/integrations/whatsappweb",
        f"PATCH /api/v1/agents/{code}",
    ]
    assert said() == ""


def test_archiving_is_entered_into_the_listing(session: Session, code: str) -> None:
    session.inventory.agents()
    agents.delete(session, code, recorded(code, on_delete="archive"))
    assert session.inventory.named("Ventas") == []
    assert [agent.code for agent in session.inventory.named("[archived] Ventas")] == [code]


def test_archiving_what_is_archived_does_not_mark_it_twice(session: Session, api: Api, code: str) -> None:
    agents.delete(session, code, recorded(code, name="[archived] Ventas", on_delete="archive"))
    assert api.bodies("PATCH") == [{"name": "[archived] Ventas"}]


def test_archiving_an_agent_without_an_integration_renames_it(
    session: Session, api: Api, code: str, said: Said
) -> None:
    api.call("DELETE", f"/agents/{code}/whatsapp")
    agents.delete(session, code, recorded(code, on_delete="archive"))
    assert api.agent("[archived] Ventas")["code"] == code
    assert said() == (
        f"agent {code} had no WhatsApp to disconnect: "
        f"DELETE /api/v1/agents/{code}/integrations/whatsappweb answered 404\n"
    )


def test_archiving_an_agent_that_is_gone_is_success(session: Session, said: Said) -> None:
    agents.delete(session, "A-404", recorded("A-404", on_delete="archive"))
    assert said().splitlines() == [
        "agent A-404 had no WhatsApp to disconnect: DELETE /api/v1/agents/A-404/integrations/whatsappweb answered 404",
        "agent A-404 was gone, so nothing was renamed: PATCH /api/v1/agents/A-404 answered 404",
    ]


def test_a_404_of_a_wrong_address_archives_nothing(connect: Connect, api: Api, code: str, said: Said) -> None:
    with pytest.raises(NotFoundError, match=r"^GET /nowhere/api/v1/agents answered 404"):
        agents.delete(connect(base_url=f"{api.url}/nowhere"), code, recorded(code, on_delete="archive"))
    assert said() == ""


@pytest.mark.parametrize("adopt", [False, True])
def test_deleting_what_this_operation_made_or_adopted_makes_no_call(
    session: Session, api: Api, said: Said, *, adopt: bool
) -> None:
    """A renamed resource is created, or adopts its agent, before its old self is deleted."""
    adopted = {"adopt": api.create("Ventas")} if adopt else {}
    made = agents.create(session, {"name": "Ventas", **adopted})
    api.forget_requests()
    agents.delete(session, made.id, recorded(made.id, on_delete="archive"))
    assert api.requests() == []
    assert said() == (f"agent {made.id} was left as it is: another resource of this program manages it now\n")


def _leave(session: Session, code: str) -> None:
    assert agents.diff(session, code, recorded(code), EVERYTHING) == SAME


def _update(session: Session, code: str) -> None:
    agents.update(session, code, recorded(code), EVERYTHING | {"tone": "serio"})


def _declare(session: Session, code: str) -> None:
    assert agents.check(session, {}, EVERYTHING | {"adopt": code}) == []


@pytest.mark.parametrize("keep", [_leave, _update, _declare])
@pytest.mark.parametrize("failures", [0, 1])
def test_deleting_what_another_resource_keeps_leaves_it(
    session: Session, api: Api, code: str, keep: Callable[[Session, str], None], failures: int
) -> None:
    """An earlier run may have failed after it created the renamed resource, and this one may go on after errors."""
    for _ in range(failures):
        api.faults.add("status-before", method="PATCH", status=401)
    with suppress(UnauthorizedError):
        keep(session, code)
    agents.delete(session, code, recorded(code, on_delete="archive"))
    assert api.requests("DELETE") == []
    assert api.agent("Ventas")["code"] == code


def test_a_resource_that_is_replaced_does_not_keep_its_old_agent(session: Session, api: Api, code: str) -> None:
    assert agents.diff(session, code, recorded(code), EVERYTHING | {"name": "Soporte"}).changes
    agents.create(session, {"name": "Soporte"})
    agents.delete(session, code, recorded(code, on_delete="archive"))
    assert api.agent("[archived] Ventas")["code"] == code


def test_a_creation_that_failed_does_not_stand_for_its_agent(session: Session, api: Api, code: str) -> None:
    api.faults.add("status-before", method="PATCH", status=401)
    with pytest.raises(AssistAIError):
        agents.create(session, EVERYTHING | {"adopt": code})
    agents.delete(session, code, recorded(code, on_delete="archive"))
    assert api.agent("[archived] Ventas")["code"] == code


@pytest.mark.parametrize(
    "call",
    [
        lambda session: agents.diff(session, "A-1", ELSEWHERE, {"name": "Nuevo"}),
        lambda session: agents.read(session, "A-1", ELSEWHERE),
        lambda session: agents.update(session, "A-1", ELSEWHERE, {"name": "Nuevo"}),
        lambda session: agents.delete(session, "A-1", ELSEWHERE | {"on_delete": "archive"}),
        lambda session: agents.delete(session, "A-1", ELSEWHERE),
    ],
)
def test_an_agent_of_another_organization_is_not_touched(session: Session, api: Api, call: Any) -> None:
    with pytest.raises(WrongOrganizationError, match=r"^A-1 belongs to tenant acme, organization ACME"):
        call(session)
    assert api.requests() == []


@pytest.mark.parametrize("fault", ["cut-after", "status-after"])
def test_an_update_without_an_answer_is_sent_again_though_its_declaration_was_taken_back(
    connect: Connect, api: Api, code: str, said: Said, fault: str
) -> None:
    api.faults.add(fault, method="PATCH", status=500, count=3)
    with pytest.raises(AssistAIError):
        agents.update(connect(), code, recorded(code), EVERYTHING | {"instructions": "No."})
    assert api.agent("Ventas")["instructions"] == "No."
    # Another agent has nothing to do with it.
    assert agents.diff(connect(), "A-9", recorded("A-9"), EVERYTHING) == SAME
    said()
    assert agents.diff(connect(), code, recorded(code), EVERYTHING).changes
    assert said() == (
        f"agent {code} will be updated: an earlier update of instructions got no answer, "
        "so `pulumi up` sends them again\n"
    )
    agents.update(connect(), code, recorded(code), EVERYTHING)
    assert api.agent("Ventas")["instructions"] == "Hola."
    assert agents.diff(connect(), code, recorded(code), EVERYTHING) == SAME


def test_all_fields_of_updates_without_an_answer_are_sent_again_and_no_others(
    connect: Connect, api: Api, code: str, said: Said
) -> None:
    api.faults.add("cut-after", method="PATCH", count=6)
    for changed in ({"tone": "serio"}, {"instructions": "No."}):
        with pytest.raises(AssistAIError):
            agents.update(connect(), code, recorded(code), EVERYTHING | changed)
    api.edit(code, purpose="de otra mano")
    said()
    assert agents.diff(connect(), code, recorded(code), EVERYTHING).changes
    assert "an earlier update of instructions, tone got no answer" in said()
    agents.update(connect(), code, recorded(code), EVERYTHING)
    assert {**api.agent("Ventas"), "purpose": ""}.items() >= {**EVERYTHING, "purpose": ""}.items()
    assert api.agent("Ventas")["purpose"] == "de otra mano"


@pytest.mark.parametrize("has_folder", [False, True])
def test_an_update_needs_no_home(
    session: Session, api: Api, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, has_folder: bool
) -> None:
    file = tmp_path / "file"
    file.touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(file))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp" if has_folder else file))
    agents.update(session, code, recorded(code), EVERYTHING | {"instructions": "Si."})
    assert api.agent("Ventas")["instructions"] == "Si."
    api.faults.add("cut-after", method="PATCH", count=3)
    with pytest.raises(AssistAIError):
        agents.update(session, code, recorded(code), EVERYTHING | {"instructions": "No."})
    assert agents.diff(session, code, recorded(code), EVERYTHING).changes == has_folder


def test_a_refused_update_is_not_sent_again(connect: Connect, api: Api, code: str) -> None:
    api.faults.add("status-before", method="PATCH", status=400)
    with pytest.raises(AssistAIError):
        agents.update(connect(), code, recorded(code), EVERYTHING | {"instructions": "No."})
    assert agents.diff(connect(), code, recorded(code), EVERYTHING) == SAME


def test_a_refused_update_proves_nothing_about_an_earlier_one(connect: Connect, api: Api, code: str) -> None:
    api.faults.add("cut-after", method="PATCH", count=3)
    api.faults.add("status-before", method="PATCH", status=400)
    for _ in range(2):
        with pytest.raises(AssistAIError):
            agents.update(connect(), code, recorded(code), EVERYTHING | {"instructions": "No."})
    assert agents.diff(connect(), code, recorded(code), EVERYTHING).changes


def test_one_agent_for_two_resources_is_refused_in_these_words(connect: Connect, code: str) -> None:
    problem = (
        f"another resource of this program manages agent {code} already, and would overwrite it; "
        f'remove that resource, or adopt="{code}"'
    )
    adopting = {"name": "Soporte", "adopt": code}
    first, second = connect(), connect()
    agents.diff(first, code, recorded(code), EVERYTHING)
    assert reasons(first, adopting) == [f"{problem} [AAI-152]"]
    assert reasons(second, adopting) == []
    with pytest.raises(AdoptionError) as caught:
        agents.diff(second, code, recorded(code), EVERYTHING)
    assert str(caught.value) == problem


def test_names_that_differ_in_case_or_accents_alone_are_warned_about(session: Session, api: Api, said: Said) -> None:
    code = api.create("Café")
    assert agents.check(session, {}, {"name": "cafe"}) == []
    assert agents.check(session, {}, {"name": "CAFE"}) == []
    alone = "only in case, accents or signs: do you mean both?"
    assert said().splitlines() == [
        f'warning: "cafe" differs from "Café" ({code}) {alone}',
        f'warning: "CAFE" differs from "Café" ({code}), "cafe" of this program {alone}',
    ]


def test_a_name_that_stays_is_compared_with_nobody(session: Session, api: Api, code: str) -> None:
    api.create("Ventas")
    assert agents.diff(session, code, recorded(code), EVERYTHING | {"tone": "serio"}).changes
    assert agents.diff(session, code, recorded(code), {"description": "Otra"}).changes


def test_a_rename_onto_a_live_agent_is_refused_unless_it_is_meant(session: Session, api: Api, code: str) -> None:
    other = api.create("Soporte")
    inputs = EVERYTHING | {"name": "Soporte"}
    with pytest.raises(NameTakenError, match=f'^an agent named "Soporte" exists already: {other}; '):
        agents.diff(session, code, recorded(code), inputs)
    assert agents.diff(session, code, recorded(code), inputs | {"allow_duplicate_name": True}).changes
    assert agents.diff(session, other, recorded(other), inputs).changes
