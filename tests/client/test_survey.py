"""Single pages, and what they tell of the API's ways."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from pulumi_assistai import BadRequestError, UnexpectedAnswerError
from pulumi_assistai.client import Client, Conversation, ListedAgent, Message, Sample
from tests.client.raw import saying, speaking
from tests.conftest import settings_for
from tests.scripted import Reply, as_json, replies, serve

WHOLE = {"code": "A-1", "name": "Ventas", "model": "m", "description": "d", "createdAt": "2026-01-01"}
QUERY = "page=1&take=7&orderBy=createdAt&order=ASC"


def sample(*items: dict[str, Any], meta: dict[str, Any] | None = None, date: str = "") -> Sample:
    return Sample("/agents", ListedAgent, list(items), meta, date)


def test_a_sample_is_one_page_as_it_arrives() -> None:
    page = {"data": [{"any": 1}], "meta": {"total": 3}}
    with serve(replies(as_json(page))) as server, Client(settings_for(server.url)) as client:
        found = [
            client.survey.agents(take=7),
            client.survey.conversations(take=7),
            client.survey.messages("u?1", take=7),
        ]
    paths = ["/agents", "/conversations", "/conversations/u%3F1/messages"]
    assert [request.path for request in server.requests] == [f"/api/v1{path}?{QUERY}" for path in paths]
    assert [one.path for one in found] == paths
    assert [one.model for one in found] == [ListedAgent, Conversation, Message]
    for one in found:
        assert (one.items, one.meta, one.total) == ([{"any": 1}], {"total": 3}, 3)
        assert one.date.endswith(" GMT")


def test_a_page_without_a_date_has_none() -> None:
    with speaking(saying(b'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{"data": []}')) as url:
        assert survey(url).date == ""
        assert survey(url).answered_at is None


def survey(url: str) -> Sample:
    with Client(settings_for(url)) as client:
        return client.survey.agents(take=7)


def test_a_page_of_another_shape_is_no_sample() -> None:
    with (
        serve(replies(as_json([]))) as server,
        Client(settings_for(server.url)) as client,
        pytest.raises(UnexpectedAnswerError, match="its body is not as documented"),
    ):
        client.survey.agents(take=7)


def test_a_size_that_is_refused_is_an_error_and_not_asked_for_anew() -> None:
    with (
        serve(replies(Reply(400))) as server,
        Client(settings_for(server.url)) as client,
        pytest.raises(BadRequestError),
    ):
        client.survey.agents(take=7)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("meta", "total"), [(None, None), ({}, None), ({"itemCount": 0}, 0), ({"total": 2}, 2), ({"totalItems": 3}, 3)]
)
def test_the_count_is_the_apis_own(meta: dict[str, Any] | None, total: int | None) -> None:
    assert sample(meta=meta).total == total


def test_what_is_new_and_what_is_missing_is_named_in_order() -> None:
    found = sample({"code": "A-1", "zone": 1}, {"name": "x", "area": 1})
    assert found.undocumented == ["area", "zone"]
    assert found.missing == ["createdAt", "description", "model"]


def test_a_page_as_documented_has_nothing_new_and_nothing_missing() -> None:
    assert (sample(WHOLE).undocumented, sample(WHOLE).missing, sample(WHOLE).misfit) == ([], [], "")


def test_an_empty_page_tells_nothing() -> None:
    assert (sample().undocumented, sample().missing, sample().misfit) == ([], [], "")


def test_the_first_item_that_does_not_fit_is_explained() -> None:
    assert sample(WHOLE, {"code": "A-1"}, {}).misfit == "name: Field required"


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("Wed, 21 Oct 2026 07:28:00 GMT", datetime(2026, 10, 21, 7, 28, tzinfo=UTC)),
        (
            "Wed, 21 Oct 2026 07:28:00 -0500",
            datetime(2026, 10, 21, 7, 28, tzinfo=timezone(timedelta(hours=-5))),
        ),
        ("Wed, 21 Oct 2026 07:28:00", datetime(2026, 10, 21, 7, 28, tzinfo=UTC)),
        ("", None),
        ("yesterday", None),
        ("Wed, 21 Oct 99999999999 07:28:00 GMT", None),
    ],
)
def test_the_apis_clock_is_read_where_it_shows_one(date: str, moment: datetime | None) -> None:
    assert sample(date=date).answered_at == moment
