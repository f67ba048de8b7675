"""What the resources of one organization share during one operation."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from pulumi_assistai import (
    ConfigurationError,
    NameTakenError,
    NotFoundError,
    OutcomeUnknownError,
    WrongOrganizationError,
)
from pulumi_assistai.keys import variable
from pulumi_assistai.lifecycle.session import Claims, Creations, Names, Session, declared_twice, session_of
from pulumi_assistai.settings import Settings
from tests.conftest import Api
from tests.lifecycle.conftest import Connect

TWICE = (
    'two agents named "Ventas" are declared; give them different names, '
    "or declare allow_duplicate_name=True if you mean it"
)
UNKNOWN_EARLIER = (
    'an earlier creation of "Ventas" in this run has an unknown outcome, so there is no second one; '
    "do what the earlier error says"
)


EXPLICIT = {"api_token": "t", "tenant_domain": "sandbox", "organization_code": "SANDBOX"}
STACK = {
    "assistai:apiToken": "t",
    "assistai:tenantDomain": "sandbox",
    "assistai:organizationCode": "SANDBOX",
}


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Settings.model_fields:
        monkeypatch.delenv(variable(field), raising=False)


def test_the_client_is_one_for_all_threads(session: Session) -> None:
    together = Barrier(8)

    def client(_: int) -> int:
        together.wait(timeout=5)
        return id(session.client)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(client, range(8))) == {id(session.client)}


def test_the_client_says_what_it_tries_again(session: Session, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    api.faults.add("status-before", method="GET", status=503, body='{"message": "cerrado"}')
    session.inventory.agents()
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1
    assert said[0].startswith("GET /api/v1/agents answered 503: cerrado; ")
    assert said[0].endswith("; trying again in 0.0 s")


def test_its_place_is_tenant_and_organization(session: Session) -> None:
    assert session.place == {"tenant_domain": "sandbox", "organization_code": "SANDBOX"}


@pytest.mark.parametrize(
    "recorded",
    [
        {},
        {"tenant_domain": None, "organization_code": None},
        {"organization_code": "SANDBOX"},
        {"tenant_domain": "sandbox", "organization_code": "SANDBOX", "code": "A-1"},
    ],
)
def test_a_resource_of_this_place_or_of_none_is_its_own(session: Session, recorded: Mapping[str, Any]) -> None:
    session.require_own(recorded)


@pytest.mark.parametrize(
    ("recorded", "owner"),
    [
        (
            {"tenant_domain": "sandbox", "organization_code": "ACME"},
            "A-1 belongs to tenant sandbox, organization ACME",
        ),
        (
            {"tenant_domain": "acme", "organization_code": "SANDBOX"},
            "A-1 belongs to tenant acme, organization SANDBOX",
        ),
    ],
)
@pytest.mark.parametrize("code", [{"code": "A-1"}, {"agent_code": "A-1"}])
def test_a_resource_of_another_place_is_refused(
    session: Session, api: Api, recorded: dict[str, str], owner: str, code: dict[str, str]
) -> None:
    with pytest.raises(WrongOrganizationError) as caught:
        session.require_own(recorded | code)
    assert str(caught.value) == (
        f"{owner}, but the connection is to tenant sandbox, organization SANDBOX; "
        "nothing was read or changed, and an agent cannot move to another organization: connect to its own "
        "(ASSISTAI_TENANT_DOMAIN, ASSISTAI_ORGANIZATION_CODE, or its provider), "
        "or remove it from this stack with `pulumi state delete URN`"
    )
    assert api.requests() == []


def test_the_api_is_there_where_agents_are_listed(session: Session, api: Api) -> None:
    session.require_api()
    assert api.requests() == ["GET /api/v1/agents"]


def test_no_api_is_there_at_a_wrong_address(connect: Connect, api: Api) -> None:
    with pytest.raises(NotFoundError, match=r"^GET /nowhere/api/v1/agents answered 404"):
        connect(base_url=f"{api.url}/nowhere").require_api()


def test_what_is_told_is_a_line_on_standard_error(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    session.tell("one\ntwo \x1b[31mthree")
    session.tell("four")
    assert capsys.readouterr() == ("", "one two [31mthree\nfour\n")


def test_a_warning_says_that_it_is_one(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    session.warn("look out")
    assert capsys.readouterr().err == "warning: look out\n"


def test_what_holds_for_many_is_told_once(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    for message in ("one", "two", "one", "two"):
        session.tell_once(message)
    assert capsys.readouterr().err == "one\ntwo\n"


def test_what_was_told_once_can_be_told_by_another_session(
    connect: Connect, capsys: pytest.CaptureFixture[str]
) -> None:
    connect().tell_once("one")
    connect().tell_once("one")
    assert capsys.readouterr().err == "one\none\n"


def test_the_first_to_claim_has_it() -> None:
    claims = Claims()
    assert "x" not in claims
    assert claims.claim("x")
    assert not claims.claim("x")
    assert claims.claim("y")
    assert "x" in claims
    assert "z" not in claims


def test_claims_of_names_codes_agents_and_integrations_are_apart(session: Session) -> None:
    claims = (
        session.declared_names,
        session.declared_adoptions,
        session.handled_agents,
        session.handled_integrations,
    )
    assert [each.claim("x") for each in claims] == [True] * 4


def test_a_name_under_way_is_refused() -> None:
    creations = Creations()
    with creations.of("Ventas", duplicates=False), pytest.raises(NameTakenError) as caught:  # noqa: SIM117
        with creations.of("Ventas", duplicates=False):
            pytest.fail("it was let in")
    assert str(caught.value) == TWICE


def test_a_creation_of_another_name_is_let_in() -> None:
    creations = Creations()
    with creations.of("Ventas", duplicates=False), creations.of("Soporte", duplicates=False):
        assert not creations.contested("Ventas")


def test_a_name_is_free_again_afterwards() -> None:
    creations = Creations()
    for _ in range(2):
        with creations.of("Ventas", duplicates=False):
            assert not creations.contested("Ventas")


def test_a_refused_creation_leaves_the_other_alone() -> None:
    creations = Creations()
    with creations.of("Ventas", duplicates=False):
        with pytest.raises(NameTakenError), creations.of("Ventas", duplicates=False):
            pass
        with pytest.raises(NameTakenError), creations.of("Ventas", duplicates=False):
            pass
        assert not creations.contested("Ventas")


def test_a_name_is_free_again_after_a_failure() -> None:
    creations = Creations()
    with pytest.raises(ConfigurationError), creations.of("Ventas", duplicates=False):
        raise ConfigurationError("no")
    with creations.of("Ventas", duplicates=False):
        assert not creations.contested("Ventas")


def test_duplicates_under_way_contest_each_other_until_one_is_done() -> None:
    creations = Creations()
    with creations.of("Ventas", duplicates=True):
        assert not creations.contested("Ventas")
        with creations.of("Ventas", duplicates=True):
            assert creations.contested("Ventas")
            assert not creations.contested("Soporte")
        assert not creations.contested("Ventas")


def test_an_unknown_outcome_contests_the_duplicates_that_are_under_way() -> None:
    creations = Creations()
    with creations.of("Ventas", duplicates=True):
        with pytest.raises(OutcomeUnknownError), creations.of("Ventas", duplicates=True):
            raise OutcomeUnknownError("lost")
        assert creations.contested("Ventas")
        assert not creations.contested("Soporte")


@pytest.mark.parametrize("duplicates", [False, True])
def test_a_name_of_unknown_outcome_is_not_tried_again(duplicates: bool) -> None:  # noqa: FBT001
    creations = Creations()
    with pytest.raises(OutcomeUnknownError, match=r"^lost$"), creations.of("Ventas", duplicates=duplicates):
        raise OutcomeUnknownError("lost")
    with pytest.raises(OutcomeUnknownError) as caught, creations.of("Ventas", duplicates=duplicates):
        pytest.fail("it was let in")
    assert str(caught.value) == UNKNOWN_EARLIER
    with creations.of("Soporte", duplicates=False):
        pass


def test_words_for_a_name_that_is_declared_twice() -> None:
    assert declared_twice("Ventas") == TWICE


def test_equal_configurations_share_a_session() -> None:
    session = session_of(EXPLICIT)
    assert session_of(dict(EXPLICIT)) is session
    assert session_of(STACK | {"other:key": "value"}) is session


def test_other_configurations_have_a_session_of_their_own() -> None:
    session = session_of(EXPLICIT)
    for other in ({"api_token": "u"}, {"organization_code": "ACME"}, {"settle_time": 7}):
        assert session_of(EXPLICIT | other) is not session


def test_explicit_arguments_win_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTAI_TENANT_DOMAIN", "environment")
    assert session_of(EXPLICIT).settings.tenant_domain == "sandbox"


def test_the_environment_wins_over_the_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTAI_TENANT_DOMAIN", "environment")
    assert session_of(STACK).settings.tenant_domain == "environment"


def test_keys_that_are_no_settings_are_passed_over() -> None:
    assert session_of(EXPLICIT | {"version": "1", "__internal": {}}).settings.timeout == 30


def test_a_session_without_all_settings_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match="missing organization code"):
        session_of({"api_token": "t", "tenant_domain": "sandbox"})


def test_threads_that_ask_at_a_time_get_one_session() -> None:
    together = Barrier(8)

    def ask(_: int) -> Session:
        together.wait(timeout=5)
        return session_of(EXPLICIT | {"timeout": 5})

    with ThreadPoolExecutor(8) as pool:
        sessions = list(pool.map(ask, range(8)))
    assert len({id(session) for session in sessions}) == 1


def test_a_session_ends_with_the_last_who_has_it() -> None:
    session = session_of(EXPLICIT)
    session.declared_names.claim("Ventas")
    del session
    gc.collect()
    assert "Ventas" not in session_of(EXPLICIT).declared_names


def test_names_without_letters_are_not_similar() -> None:
    names = Names()
    assert names.similar("!!!") is None
    assert names.similar("???") is None


def test_a_name_is_claimed_in_every_form() -> None:
    names = Names()
    assert names.claim("Ventas ")
    assert not names.claim("Ventas\u00a0")
    assert "Ventas" in names
