"""The archive: an agent is disconnected, then renamed, whatever names the API takes."""

from __future__ import annotations

import pytest

from pulumi_assistai import AssistAIError
from pulumi_assistai.client import ListedAgent
from pulumi_assistai.lifecycle import agents, whatsapp
from pulumi_assistai.lifecycle.archive import archive, archived_names, is_archived_as
from pulumi_assistai.lifecycle.session import Session
from tests.conftest import Api
from tests.lifecycle.conftest import Connect, live

LONG = "Ventas de la sucursal de la costa, turno de la noche, con entregas"


@pytest.mark.parametrize("name", [*archived_names(LONG, "A-7")[:-1], f"[archived] {LONG[:11]}"])
def test_every_name_that_an_archived_agent_may_get_is_known(name: str) -> None:
    assert is_archived_as(ListedAgent(code="A-7", name=name), LONG)


@pytest.mark.parametrize("stored", ["archived Café 🚀", "[archived] café 🚀", "[archived] Cafe ?", "archived Café A-7"])
def test_an_archived_name_is_known_without_its_signs_and_in_other_letters(stored: str) -> None:
    agent = ListedAgent(code="A-7", name=stored)
    assert is_archived_as(agent, "Café 🚀")
    assert is_archived_as(agent, "[archived] Café 🚀")
    assert not is_archived_as(agent, "Té 🚀")


def test_a_name_without_letters_is_not_any_archived_one() -> None:
    assert not is_archived_as(ListedAgent(code="A-7", name="[archived] 🚀"), "🎉")


@pytest.mark.parametrize("name", ["archived A-7", f"[archived] {LONG[:10]}", LONG, "[archived] Soporte de la costa"])
def test_a_name_that_may_be_any_agents_is_no_archived_one(name: str) -> None:
    assert not is_archived_as(ListedAgent(code="A-7", name=name), LONG)


@pytest.mark.parametrize(("refused", "name"), list(enumerate(archived_names(LONG, "CODE"))))
@pytest.mark.parametrize("status", [400, 409, 413, 422])
def test_the_first_name_that_the_api_takes(session: Session, api: Api, refused: int, name: str, status: int) -> None:
    code = api.create(LONG)
    if refused:
        api.faults.add("status-before", method="PATCH", status=status, count=refused)
    archive(session, code, LONG)
    assert live(api, code)["name"] == name.replace("CODE", code)


def test_a_name_that_the_database_refuses_is_followed_by_the_next(session: Session, api: Api) -> None:
    code = api.create("Ventas")
    # The fixture lets a request be sent three times.
    api.faults.add("status-before", method="PATCH", status=500, count=3)
    archive(session, code, "Ventas")
    assert live(api, code)["name"] == f"[archived] Ventas {code}"


@pytest.mark.parametrize("gone", [False, True])
def test_an_agent_that_this_operation_disconnected_is_only_renamed(session: Session, api: Api, *, gone: bool) -> None:
    code = api.create("Ventas")
    if gone:
        api.call("DELETE", f"/agents/{code}/whatsapp")
    whatsapp.delete(session, {"agent_code": code, **session.place})
    archive(session, code, "Ventas")
    assert len(api.requests("DELETE")) == 1
    assert live(api, code)["name"] == "[archived] Ventas"


def test_an_agent_that_could_not_be_disconnected_is_disconnected_again(session: Session, api: Api) -> None:
    code = api.create("Ventas")
    api.faults.add("status-before", method="DELETE", status=403)
    with pytest.raises(AssistAIError, match="answered 403"):
        whatsapp.delete(session, {"agent_code": code, **session.place})
    archive(session, code, "Ventas")
    assert len(api.requests("DELETE")) == 1


def test_an_agent_without_a_phone_is_archived_although_it_cannot_be_disconnected(session: Session, api: Api) -> None:
    code = api.create("Ventas")
    api.faults.add("status-before", method="DELETE", status=400)
    archive(session, code, "Ventas")
    assert live(api, code)["name"] == "[archived] Ventas"


def test_no_name_at_all_is_an_error_and_the_phone_is_off(session: Session, api: Api) -> None:
    code = api.create("Ventas")
    session.client.whatsapp.connect(code)
    api.link(code)
    api.faults.add("status-before", method="PATCH", status=400, count=0)
    with pytest.raises(AssistAIError, match="answered 400"):
        archive(session, code, "Ventas")
    assert live(api, code)["phoneNumber"] is None


def test_another_failure_ends_it_and_the_next_time_completes_it(session: Session, api: Api) -> None:
    code = api.create("Ventas")
    api.faults.add("status-before", method="PATCH", status=403)
    with pytest.raises(AssistAIError, match="answered 403"):
        archive(session, code, "Ventas")
    archive(session, code, "Ventas")
    assert live(api, code)["name"] == "[archived] Ventas"


def test_a_failed_disconnection_renames_nothing(session: Session, api: Api) -> None:
    code = api.create("Ventas")
    api.faults.add("status-before", method="DELETE", status=403)
    with pytest.raises(AssistAIError, match="answered 403"):
        archive(session, code, "Ventas")
    assert live(api, code)["name"] == "Ventas"


def test_a_lost_answer_to_the_renaming_is_looked_up(session: Session, api: Api) -> None:
    code = api.create("Ventas")
    api.faults.add("cut-after", method="PATCH", count=10)
    archive(session, code, "Ventas")
    assert live(api, code)["name"] == "[archived] Ventas"


def test_a_renaming_that_cannot_be_looked_up_is_an_error(session: Session, api: Api) -> None:
    code = api.create("Ventas")
    api.faults.add("cut-after", method="PATCH", count=10)
    api.faults.add("status-before", method="GET", status=401, count=0)
    with pytest.raises(AssistAIError, match="PATCH"):
        archive(session, code, "Ventas")


def test_a_renaming_that_did_not_happen_is_an_error(session: Session, api: Api) -> None:
    code = api.create("Ventas")
    api.faults.add("cut-before", method="PATCH", count=10)
    with pytest.raises(AssistAIError, match="PATCH"):
        archive(session, code, "Ventas")


def test_an_archived_agent_that_is_declared_again_is_named_at_preview(connect: Connect, api: Api) -> None:
    code = api.create("Ventas")
    archive(connect(), code, "Ventas")
    (problem,) = agents.check(connect(), {}, {"name": "Ventas"})
    assert problem.reason == (
        f'an agent named "Ventas" was archived: {code}; to bring it back declare adopt="{code}"; '
        "to create a new agent declare allow_duplicate_name=True [AAI-151]"
    )
    assert agents.check(connect(), {}, {"name": "Ventas", "adopt": code}) == []
    assert agents.check(connect(), {}, {"name": "Ventas", "allow_duplicate_name": True}) == []
