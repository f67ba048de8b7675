"""A listing is whole or an error."""

from __future__ import annotations

import re
from threading import Barrier, Event
from typing import Any

import pytest

from pulumi_assistai import BadRequestError, IncompleteListingError, ServerError, UnexpectedAnswerError
from pulumi_assistai.client import Client
from pulumi_assistai.client.paging import AT_A_TIME
from tests.conftest import settings_for
from tests.scripted import Reply, Request, as_json, serve


class Listing:
    """A listing of `count` agents; every attribute is one way in which an API can differ."""

    def __init__(self, count: int, *, largest_take: int = 50, cap: int = 1000, meta: Any = None) -> None:
        self.codes = [f"A-{number}" for number in range(count)]
        self.largest_take = largest_take
        self.cap = cap
        self.meta = meta
        self.pages: dict[int, Reply] = {}
        self.asked: list[tuple[int, int]] = []

    def __call__(self, request: Request) -> Reply:
        page, take = (int(re.search(rf"{name}=(\d+)", request.path)[1]) for name in ("page", "take"))  # type: ignore[index]
        assert "orderBy=createdAt&order=ASC" in request.path
        self.asked.append((page, take))
        if take > self.largest_take:
            return as_json({"message": "take must not be greater"}, 400)
        return self.pages.get(page) or self.page(page, take)

    def page(self, number: int, take: int) -> Reply:
        size = min(take, self.cap)
        codes = self.codes[(number - 1) * size : number * size]
        body = {"data": [{"code": code, "name": code} for code in codes]}
        return as_json(body | ({} if self.meta is None else {"meta": self.meta}))


def read(listing: Listing) -> list[str]:
    with serve(listing) as server, Client(settings_for(server.url, timeout=1)) as client:
        return [agent.code for agent in client.agents.list().items]


@pytest.mark.parametrize("count", [0, 1, 49, 50, 51, 120])
@pytest.mark.parametrize("meta", [None, {"...": "..."}, {"itemCount": -1}, {"total": "many"}])
def test_every_page_is_read_whatever_meta_says(count: int, meta: Any) -> None:
    listing = Listing(count, meta=meta)
    assert read(listing) == listing.codes
    assert len(listing.asked) == -(-count // 50) + 1


def test_ten_thousand_agents_take_a_page_for_every_fifty() -> None:
    listing = Listing(10_000)
    assert read(listing) == listing.codes
    assert len(listing.asked) == 201


def test_a_refused_page_size_falls_back_to_the_documented_one() -> None:
    listing = Listing(25, largest_take=10)
    assert read(listing) == listing.codes
    assert [take for _, take in listing.asked] == [50, 10, 10, 10, 10]


def test_a_silent_cap_is_not_the_end() -> None:
    listing = Listing(45, cap=20)
    assert read(listing) == listing.codes


def test_a_count_that_is_too_high_both_times_is_a_wrong_count() -> None:
    listing = Listing(3, meta={"itemCount": 7})
    assert read(listing) == listing.codes
    assert sorted(listing.asked) == sorted(2 * [(page, 50) for page in (1, 2, 3, 4)])


def test_a_count_beyond_all_reason_is_a_wrong_count() -> None:
    listing = Listing(3, meta={"itemCount": 10**400})
    assert read(listing) == listing.codes


def test_pages_that_are_known_to_come_are_asked_for_at_a_time() -> None:
    together = Barrier(AT_A_TIME, timeout=30)

    class Together(Listing):
        def page(self, number: int, take: int) -> Reply:
            if 1 < number <= AT_A_TIME + 1:
                together.wait()
            return super().page(number, take)

    listing = Together(50 * (AT_A_TIME + 4), meta={"itemCount": 50 * (AT_A_TIME + 4)})
    assert read(listing) == listing.codes
    assert sorted(listing.asked) == [(page, 50) for page in range(1, AT_A_TIME + 6)]


def test_a_page_that_fails_ahead_of_time_is_no_listing() -> None:
    listing = Listing(500, meta={"itemCount": 500})
    listing.pages[9] = as_json({"message": "no"}, 400)
    with pytest.raises(BadRequestError, match="no"):
        read(listing)
    assert max(listing.asked) <= (9 + AT_A_TIME, 50)


def test_an_error_does_not_wait_for_the_other_pages() -> None:
    released, answered = Event(), Event()

    class Slow(Listing):
        def __call__(self, request: Request) -> Reply:
            reply = super().__call__(request)
            if "page=3&" in request.path:
                released.wait(30)
                answered.set()
            return reply

    listing = Slow(500, meta={"itemCount": 500})
    listing.pages[2] = as_json({"message": "no"}, 400)
    with serve(listing) as server, Client(settings_for(server.url, timeout=60)) as client:
        with pytest.raises(BadRequestError, match="no"):
            client.agents.list()
        assert not answered.is_set()
        released.set()


def test_an_api_without_pages_is_read() -> None:
    listing = Listing(5)
    whole = listing.page(1, 50)
    listing.pages = {1: whole, 2: whole, 3: whole}
    assert read(listing) == listing.codes


def test_an_api_that_repeats_its_last_page_is_read() -> None:
    listing = Listing(5, meta={"itemCount": 5})
    listing.pages = {2: listing.page(1, 50)}
    assert read(listing) == listing.codes


def test_a_page_that_comes_twice_is_no_listing() -> None:
    listing = Listing(120)
    listing.pages = {2: listing.page(1, 50)}
    with pytest.raises(IncompleteListingError) as caught:
        read(listing)
    assert str(caught.value) == (
        "GET /agents gave no whole listing: page 2 repeats another page; nothing was concluded from it, try again"
    )


def test_pages_that_overlap_are_no_listing() -> None:
    listing = Listing(60)
    listing.pages = {2: as_json({"data": [{"code": f"A-{number}", "name": "x"} for number in range(49, 59)]})}
    with pytest.raises(IncompleteListingError, match="page 2 overlaps another page"):
        read(listing)


def test_a_failing_page_is_no_listing() -> None:
    listing = Listing(60)
    listing.pages = {2: Reply(500)}
    with pytest.raises(ServerError):
        read(listing)


@pytest.mark.parametrize(
    "body", [b"[]", b'{"data": {}}', b'{"data": [{"name": "no code"}]}', b'{"data": [', b"null", b'{"data": [null]}']
)
def test_a_page_of_another_shape_is_no_listing(body: bytes) -> None:
    listing = Listing(1)
    listing.pages = {1: Reply(200, body)}
    with pytest.raises(UnexpectedAnswerError):
        read(listing)


def test_unknown_fields_numbers_and_missing_fields_do_no_harm() -> None:
    listing = Listing(0)
    listing.pages = {
        1: as_json({"data": [{"code": 7, "name": "x", "createdAt": 1764_000_000, "new": {"a": 1}}], "x": 1})
    }
    assert read(listing) == ["7"]
