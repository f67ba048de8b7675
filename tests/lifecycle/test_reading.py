"""Nothing is forgotten: an agent is gone only where whole listings say so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pulumi_assistai import AssistAIError, IncompleteListingError
from pulumi_assistai.emulator import Emulator
from pulumi_assistai.lifecycle import agents
from pulumi_assistai.lifecycle.session import Session
from tests.conftest import Api, settings_for

OLD = "2020-01-01T00:00:00+00:00"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    # Of one's own: a listing that failed leaves requests under way, and the next test counts requests.
    with Emulator(qr_lifetime=0, faults=True) as running:
        yield running


@pytest.fixture
def session(emulator: Emulator, api: Api) -> Session:
    for number in range(60):
        api.create(f"Agente {number}")
    return Session(settings_for(emulator.url, timeout=1))


def recorded(code: str, **others: Any) -> dict[str, Any]:
    return {"name": "x", "code": code, "managed_since": OLD} | others


def read_all(session: Session, api: Api) -> list[bool]:
    """Return for each agent whether it is there."""
    codes = [agent["code"] for agent in api.agents()]
    return [agents.read(session, code, recorded(code)) is not None for code in codes]


@pytest.mark.parametrize("kind", ["cap", "stale"])
def test_a_capped_or_late_page_makes_nothing_gone(session: Session, api: Api, kind: str) -> None:
    rule = {"cap": {"rows": 7, "count": 0}, "stale": {"rows": 1}}[kind]
    api.faults.add(kind, method="GET", **rule)
    assert all(read_all(session, api))


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "repeat", "count": 0}, IncompleteListingError),
        ({"kind": "status-before", "count": 0, "skip": 1}, AssistAIError),
        ({"kind": "cut-before", "count": 0}, AssistAIError),
        ({"kind": "half", "count": 0, "skip": 1}, AssistAIError),
    ],
)
def test_a_page_that_fails_or_repeats_is_an_error(
    session: Session, api: Api, fault: dict[str, Any], error: type[Exception]
) -> None:
    codes = [agent["code"] for agent in api.agents()]
    api.faults.add(method="GET", **fault)
    for code in codes:
        with pytest.raises(error):
            agents.read(session, code, recorded(code))


def test_an_agent_that_every_listing_skips_is_not_gone(session: Session, api: Api) -> None:
    skipped, last = api.agents()[50]["code"], api.agents()[59]["code"]
    api.faults.add("shift", method="GET", count=0)
    assert agents.read(session, last, recorded(last)) is not None
    with pytest.raises(IncompleteListingError) as caught:
        agents.read(session, skipped, recorded(skipped))
    assert str(caught.value) == (
        f"agent {skipped} is not listed, but the API counts more items than its pages have: "
        "nothing was removed from the state, try again"
    )


def test_a_page_that_failed_once_is_asked_for_again(session: Session, api: Api) -> None:
    api.faults.add("status-before", method="GET", status=503, retry_after="0", skip=1)
    assert all(read_all(session, api))


def test_an_agent_that_was_skipped_once_is_found_in_the_second_listing(session: Session, api: Api) -> None:
    last = api.agents()[-1]["code"]
    api.faults.add("stale", method="GET", skip=1, rows=1)
    assert agents.read(session, last, recorded(last)) is not None


def test_gone_is_gone_after_two_listings(session: Session, api: Api) -> None:
    code = api.agents()[5]["code"]
    api.remove(code)
    assert agents.read(session, code, recorded(code)) is None
    assert agents.read(session, "NONE", recorded("NONE")) is None
    assert len(api.requests("GET")) == 6


def test_a_young_agent_is_kept(session: Session) -> None:
    young = recorded("NEW", managed_since="2999-01-01T00:00:00+00:00")
    found = agents.read(session, "NEW", young)
    assert found is not None
    assert found.outputs == young
