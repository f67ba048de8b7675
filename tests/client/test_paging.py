"""A listing is whole or an error."""

from __future__ import annotations

import re
from threading import Barrier, Event
from types import SimpleNamespace
from typing import Any

import pytest
import stamina

from pulumi_assistai import ApiError, BadRequestError, IncompleteListingError, ServerError, UnexpectedAnswerError
from pulumi_assistai.client import Client, ListedAgent, paging
from pulumi_assistai.client import Listing as Found
from pulumi_assistai.client.paging import AT_A_TIME
from pulumi_assistai.client.transport import Transport
from tests.conftest import settings_for
from tests.scripted import Reply, Request, as_json, asked, serve


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


class Readings:
    """A listing that is another one each time that it is read."""

    def __init__(self, *listings: Listing) -> None:
        self.left = list(listings)
        self.listing = listings[0]

    def __call__(self, request: Request) -> Reply:
        if "page=1&" in request.path:
            self.listing = self.left.pop(0)
        return self.listing(request)


def read(listing: Listing | Readings) -> list[str]:
    return [agent.code for agent in find(listing).items]


def find(listing: Listing | Readings) -> Found[ListedAgent]:
    with serve(listing) as server, Client(settings_for(server.url)) as client:
        return client.agents.list()


def problem(listing: Listing | Readings) -> str:
    """Return what the error says is wrong with a listing."""
    with pytest.raises(IncompleteListingError) as caught:
        read(listing)
    before, after = "GET /agents returned an incomplete listing: ", "; it proves nothing and was not used: try again"
    text = str(caught.value)
    assert text.startswith(before)
    assert text.endswith(after)
    return text.removeprefix(before).removesuffix(after)


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
    # The pages after the empty one are asked for ahead of time, or not any more.
    asked = [page for page, _ in listing.asked]
    assert (asked.count(1), asked.count(2)) == (2, 2)
    assert set(asked) <= {1, 2, 3, 4}


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
    assert problem(listing) == "page 2 repeats another page"
    assert [page for page, _ in listing.asked] == 3 * [1, 2, 3]


def test_pages_that_overlap_are_no_listing() -> None:
    listing = Listing(60)
    listing.pages = {2: as_json({"data": [{"code": f"A-{number}", "name": "x"} for number in range(49, 59)]})}
    assert problem(listing) == "page 2 overlaps another page"
    assert [page for page, _ in listing.asked] == 3 * [1, 2]


def test_a_failing_page_is_no_listing() -> None:
    listing = Listing(60)
    listing.pages = {2: Reply(500)}
    with stamina.set_testing(testing=True, attempts=2), pytest.raises(ServerError):
        read(listing)
    assert [page for page, _ in listing.asked] == [1, 2, 2]


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


def codes(*numbers: int) -> Reply:
    return as_json({"data": [{"code": f"A-{number}", "name": "x"} for number in numbers]})


def page(meta: dict[str, Any], *numbers: int) -> Reply:
    return as_json({"data": [{"code": f"A-{number}", "name": "x"} for number in numbers], "meta": meta})


def of_pages(*pages: Reply) -> Listing:
    """Return a listing of exactly these pages, and of empty ones after them."""
    listing = Listing(0)
    listing.pages = dict(enumerate(pages, 1))
    return listing


def test_criteria_are_sent_as_they_are_and_nothing_where_there_are_none() -> None:
    with serve(lambda _: as_json({"data": []})) as server, Client(settings_for(server.url)) as client:
        client.agents.list("más & más")
        client.agents.list("")
        client.agents.list()
    query = "/api/v1/agents?page=1&take=50&orderBy=createdAt&order=ASC"
    assert asked(server) == [f"{query}&criteria=m%C3%A1s+%26+m%C3%A1s", query, query]


def test_a_refused_page_size_is_remembered_for_one_listing_alone() -> None:
    listing = Listing(1, largest_take=10)
    with serve(listing) as server, Client(settings_for(server.url)) as client:
        client.agents.list()
        client.agents.list()
    assert [take for _, take in listing.asked] == [50, 10, 10, 50, 10, 10]


def test_an_api_that_refuses_its_own_page_size_too_is_an_error() -> None:
    listing = Listing(1, largest_take=5)
    with pytest.raises(BadRequestError, match="take must not be greater"):
        read(listing)
    assert listing.asked == [(1, 50), (1, 10)]


def test_a_later_page_that_is_refused_is_not_asked_for_in_another_size() -> None:
    listing = of_pages(page({"hasNextPage": True}, 1), Reply(400))
    with pytest.raises(BadRequestError):
        read(listing)
    assert listing.asked == [(1, 50), (2, 50)]


@pytest.mark.parametrize("name", ["itemCount", "total", "totalItems"])
def test_a_count_that_agrees_makes_a_listing_complete(name: str) -> None:
    listing = Listing(60, meta={name: 60})
    found = find(listing)
    assert found.complete
    assert len(found.items) == 60
    assert sorted(listing.asked) == [(1, 50), (2, 50), (3, 50)]


@pytest.mark.parametrize("name", ["itemCount", "total", "totalItems"])
def test_a_count_that_is_too_high_makes_a_listing_incomplete(name: str) -> None:
    assert not find(Listing(3, meta={name: 4})).complete


@pytest.mark.parametrize("nothing", [True, "many", "", "-1", "4.0", "4 ", "\u0664", "9" * 19, 4.0, None, [4]])
def test_what_is_no_number_is_no_count(nothing: Any) -> None:
    assert find(Listing(3, meta={"total": nothing, "itemCount": 3})).complete
    assert not find(Listing(3, meta={"total": nothing, "itemCount": 4})).complete


def test_the_highest_count_is_taken() -> None:
    assert not find(Listing(3, meta={"itemCount": 4, "total": 3})).complete
    assert not find(Listing(3, meta={"itemCount": 3, "totalItems": 4})).complete


def test_a_count_may_be_a_text() -> None:
    assert find(Listing(3, meta={"total": "3"})).complete
    assert not find(Listing(3, meta={"total": "4"})).complete
    assert not find(of_pages(codes(1, 2), page({"pageCount": "9"}))).complete


def test_a_count_of_the_page_is_not_that_of_the_listing() -> None:
    meta = {"itemCount": 50, "itemsPerPage": 50, "totalItems": 120}
    listing = Listing(120, meta=meta)
    listing.pages = {4: INVALID_PAGE}
    assert find(listing).complete
    assert problem(ignoring_pages(120, meta)) == "page 2 repeats another page"


def test_a_count_that_is_too_low_is_a_wrong_count() -> None:
    listing = Listing(3, meta={"total": 2})
    assert find(listing).complete
    assert listing.asked == [(1, 50), (2, 50)]


def test_a_count_that_grows_while_it_is_read_hides_nothing() -> None:
    found = find(of_pages(page({"total": 2}, 1, 2), page({"total": 3})))
    assert ([agent.code for agent in found.items], found.complete) == (["A-1", "A-2"], True)


def test_a_count_that_shrinks_while_it_is_read_may_have_moved_an_item_to_a_page_that_was_read() -> None:
    assert not find(of_pages(page({"total": 2}, 1), page({"total": 1}))).complete


@pytest.mark.parametrize(
    "meta",
    [{"hasNextPage": True}, {"pageCount": 9}, {"lastPage": 9}, {"totalPages": 9}, {"hasNextPage": 0, "pageCount": 9}],
)
def test_an_end_that_the_api_denies_is_incomplete(meta: dict[str, Any]) -> None:
    found = find(of_pages(codes(1, 2), page(meta)))
    assert (len(found.items), found.complete) == (2, False)


@pytest.mark.parametrize(
    "meta",
    [
        {"hasNextPage": False},
        {"pageCount": 2},
        {"lastPage": 1},
        {"totalPages": 2},
        {"hasNextPage": False, "pageCount": 9},
        {"pageCount": "many"},
        {"pageCount": "many", "lastPage": 2},
    ],
)
def test_an_end_that_the_api_confirms_is_complete(meta: dict[str, Any]) -> None:
    listing = of_pages(codes(1, 2), page(meta))
    assert find(listing).complete
    assert len(listing.asked) == 2


@pytest.mark.parametrize("meta", [{"hasNextPage": False}, {"totalPages": 2}, {"total": 2}, {"total": 2, "lastPage": 1}])
def test_a_last_page_that_is_repeated_and_said_to_be_the_last_is_the_end(meta: dict[str, Any]) -> None:
    found = find(of_pages(page(meta, 1, 2), page(meta, 1, 2)))
    assert ([agent.code for agent in found.items], found.complete) == (["A-1", "A-2"], True)


@pytest.mark.parametrize(
    "meta", [{"hasNextPage": True}, {"totalPages": 3}, {"total": 3}, {"total": 1}, {"total": 2, "lastPage": 3}]
)
def test_a_page_that_is_repeated_and_not_said_to_be_the_last_is_no_listing(meta: dict[str, Any]) -> None:
    assert problem(of_pages(page(meta, 1, 2), page(meta, 1, 2))) == "page 2 repeats another page"


def test_a_later_page_that_comes_twice_is_no_listing_though_all_after_it_are_the_same() -> None:
    listing = of_pages(codes(1), codes(2), codes(2), codes(2), codes(2))
    assert problem(listing) == "page 3 repeats another page"
    assert [number for number, _ in listing.asked] == 3 * [1, 2, 3]


def test_an_overlap_within_one_page_is_no_listing() -> None:
    assert problem(of_pages(codes(1, 2, 1))) == "page 1 overlaps another page"


def test_pages_that_do_not_add_up_once_are_read_again() -> None:
    wrong, right = of_pages(codes(1), codes(1), codes(2)), Listing(3)
    assert read(Readings(wrong, right)) == right.codes


def test_two_incomplete_readings_that_agree_are_the_listing() -> None:
    short, other = Listing(3, meta={"total": 9}), Listing(2, meta={"total": 9})
    found = find(Readings(other, short, short))
    assert ([agent.code for agent in found.items], found.complete) == (short.codes, False)


def test_a_complete_reading_after_an_incomplete_one_is_the_listing() -> None:
    assert find(Readings(Listing(2, meta={"total": 9}), Listing(3, meta={"total": 3}))).complete


def test_three_incomplete_readings_that_differ_are_no_listing() -> None:
    readings = Readings(*(Listing(size, meta={"total": 9}) for size in (1, 2, 3, 4)))
    assert problem(readings) == "the API counts more items than its pages have"
    assert len(readings.left) == 1


def test_readings_agree_only_one_after_the_other() -> None:
    short, wrong = Listing(3, meta={"total": 9}), of_pages(codes(1), codes(1), codes(2))
    assert problem(Readings(short, wrong, short)) == "the API counts more items than its pages have"
    assert problem(Readings(short, Listing(2, meta={"total": 9}), wrong)) == "page 2 repeats another page"


@pytest.mark.parametrize("item", [{"code": "canary"}, {"name": "canary"}, {"code": None, "name": "canary"}, None, 7])
def test_a_listing_of_nothing_that_can_be_read_is_another_api(item: Any) -> None:
    with pytest.raises(UnexpectedAnswerError) as caught:
        read(of_pages(as_json({"data": [item]})))
    said = str(caught.value)
    assert said.startswith("GET /api/v1/agents answered 200: an item is not as documented: ")
    assert "canary" not in said
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "item", [{"name": "x"}, {"code": None, "name": "x"}, {"code": "", "name": "x"}, {"code": "B"}, None]
)
def test_an_agent_that_cannot_be_read_hides_no_other_one(item: Any) -> None:
    listing = of_pages(as_json({"data": [{"code": "A-1", "name": "x"}, item, {"code": "A-2", "name": "x"}]}))
    found = find(listing)
    assert [agent.code for agent in found.items] == ["A-1", "A-2"]
    assert (found.complete, found.unreadable) == (False, 1)
    assert found.doubt == "the API lists 1 item without a usable code or name"
    assert listing.asked == [(1, 50), (2, 50)]


def test_a_later_page_of_nothing_that_can_be_read_is_not_the_end() -> None:
    found = find(of_pages(codes(1), as_json({"data": [{"code": ""}]}), codes(2), as_json({"data": [None, None]})))
    assert [agent.code for agent in found.items] == ["A-1", "A-2"]
    assert (found.complete, found.unreadable) == (False, 3)
    assert found.doubt == "the API lists 3 items without a usable code or name"


def test_what_cannot_be_read_counts_as_listed() -> None:
    meta = {"itemCount": 2, "hasNextPage": False}
    whole = as_json({"data": [{"code": "A-1", "name": "x"}, {"code": ""}], "meta": meta})
    found = find(of_pages(whole, whole))
    assert (len(found.items), found.unreadable) == (1, 1)


def test_an_agent_whose_name_is_null_is_listed() -> None:
    found = find(of_pages(as_json({"data": [{"code": "A-1", "name": None}]})))
    assert [(agent.code, agent.name) for agent in found.items] == [("A-1", "")]
    assert found.complete


def test_a_conversation_that_cannot_be_read_is_an_error() -> None:
    body = as_json({"data": [{"uuid": "u-1"}, {"uuid": ""}]})
    with (
        serve(lambda _: body) as server,
        Client(settings_for(server.url)) as client,
        pytest.raises(UnexpectedAnswerError, match="an item is not as documented: uuid: String should have at least 1"),
    ):
        client.conversations.list()


def ignoring_pages(count: int, meta: Any = None, size: int = 0) -> Listing:
    """Return a listing that gives its first page whatever page is asked for, and of `size` items whatever `take`."""

    class Ignoring(Listing):
        def page(self, number: int, take: int) -> Reply:
            return super().page(min(number, 1), size or take)

    return Ignoring(count, meta=meta)


@pytest.mark.parametrize("count", [10, 50, 55])
def test_a_full_page_that_comes_again_and_again_may_be_cut(count: int) -> None:
    found = find(ignoring_pages(count))
    assert len(found.items) == min(count, 50)
    assert not found.complete
    assert found.doubt == ("the API returned the same full page for every page number, so there may be more items")


@pytest.mark.parametrize("size", [10, 20, 25, 30, 75, 100])
def test_a_page_that_the_api_cut_to_its_own_size_may_be_cut(size: int) -> None:
    found = find(ignoring_pages(120, size=size))
    assert (len(found.items), found.complete) == (size, False)


@pytest.mark.parametrize("size", [20, 25])
def test_a_refused_page_after_one_of_the_apis_own_size_does_not_prove_the_end(size: int) -> None:
    listing = Listing(120, cap=size)
    listing.pages = {2: INVALID_PAGE}
    assert not find(listing).complete


@pytest.mark.parametrize("count", [1, 9, 11, 24, 49])
def test_a_short_page_that_comes_again_and_again_is_the_listing(count: int) -> None:
    found = find(ignoring_pages(count))
    assert (len(found.items), found.complete) == (count, True)


@pytest.mark.parametrize("meta", [{"itemCount": 50}, {"hasNextPage": False}, {"itemCount": 50, "hasNextPage": False}])
def test_a_full_page_that_comes_again_is_the_listing_where_the_api_says_so(meta: Any) -> None:
    found = find(ignoring_pages(50, meta))
    assert (len(found.items), found.complete) == (50, True)


@pytest.mark.parametrize(
    "meta",
    [
        {"itemCount": 55},
        {"hasNextPage": True},
        {"itemCount": 50, "hasNextPage": True},
        {"itemCount": 55, "hasNextPage": False},
        {"itemCount": 40, "hasNextPage": False},
    ],
)
def test_a_full_page_that_comes_again_is_no_listing_where_the_api_contradicts(meta: Any) -> None:
    assert problem(ignoring_pages(55, meta)) == "page 2 repeats another page"


def test_what_an_earlier_page_said_counts_for_one_that_is_repeated_without_it() -> None:
    listing = of_pages(page({"total": 3}, 1, 2), codes(1, 2), codes(1, 2))
    assert problem(listing) == "page 2 repeats another page"


def test_an_end_that_an_earlier_page_denies_is_incomplete() -> None:
    found = find(of_pages(page({"hasNextPage": True}, 1, 2)))
    assert (len(found.items), found.complete) == (2, False)
    assert found.doubt == "the API announces another page, but that page is empty"
    assert find(of_pages(page({"hasNextPage": True}, 1, 2), page({"hasNextPage": False}))).complete


INVALID_PAGE = as_json({"detail": "Invalid page."}, 404)
AFTER_THE_END = [
    INVALID_PAGE,
    *(Reply(status) for status in (400, 410, 416, 422)),
    *(Reply(200, body) for body in (b"", b" ", b"null", b'{"data": null}', b'{"data": null, "meta": {}}')),
    Reply(204),
]


def test_a_refused_page_after_two_full_ones_does_not_prove_the_end() -> None:
    listing = Listing(100)
    listing.pages = {3: INVALID_PAGE}
    assert not find(listing).complete


@pytest.mark.parametrize("after", AFTER_THE_END, ids=lambda reply: f"{reply.status} {reply.body!r}")
@pytest.mark.parametrize(
    ("count", "meta"),
    [
        (3, None),
        (49, {"...": "..."}),
        (50, {"itemCount": 50}),
        (50, {"hasNextPage": False}),
        (50, {"pageCount": 1}),
    ],
)
def test_a_page_after_the_last_one_may_be_refused(after: Reply, count: int, meta: Any) -> None:
    listing = Listing(count, meta=meta)
    listing.pages = {2: after}
    found = find(listing)
    assert ([agent.code for agent in found.items], found.complete) == (listing.codes, True)
    assert [number for number, _ in listing.asked] == [1, 2]


@pytest.mark.parametrize("count", [60, 75, 99])
def test_a_third_page_after_the_last_one_may_be_refused(count: int) -> None:
    """The second page is shorter than the first, so it is not cut."""
    listing = Listing(count)
    listing.pages = {3: INVALID_PAGE}
    found = find(listing)
    assert ([agent.code for agent in found.items], found.complete) == (listing.codes, True)


@pytest.mark.parametrize("after", AFTER_THE_END, ids=lambda reply: f"{reply.status} {reply.body!r}")
@pytest.mark.parametrize("meta", [{"itemCount": 60}, {"hasNextPage": True}, {"pageCount": 2, "itemCount": 50}])
def test_a_page_that_should_be_there_may_not_be_refused(after: Reply, meta: Any) -> None:
    listing = Listing(60, meta=meta)
    listing.pages = {2: after}
    with pytest.raises(ApiError):
        read(listing)


def test_an_empty_body_that_should_be_a_page_is_told() -> None:
    with pytest.raises(ApiError, match=r"^GET /api/v1/agents answered 200: its body is empty; "):
        read(of_pages(page({"hasNextPage": True}, 1), Reply(200)))


def test_null_in_a_thousand_bytes_is_the_end() -> None:
    assert read(of_pages(codes(1), Reply(200, b"null" + b" " * 996))) == ["A-1"]


@pytest.mark.parametrize("status", [401, 403, 409, 418])
def test_other_refusals_are_not_the_end(status: int) -> None:
    with pytest.raises(ApiError, match=f"answered {status}"):
        read(of_pages(codes(1), Reply(status)))


@pytest.mark.parametrize("body", [b"nothing", b"[" * 900, b"{}", b"[]", b'{"data": 0}', b"null" + b" " * 1000])
def test_a_later_page_of_another_shape_is_no_end(body: bytes) -> None:
    with pytest.raises(UnexpectedAnswerError):
        read(of_pages(codes(1), Reply(200, body)))


@pytest.mark.parametrize("reply", [INVALID_PAGE, Reply(200), Reply(200, b'{"data": null}')])
def test_a_first_page_that_is_refused_is_an_error(reply: Reply) -> None:
    with pytest.raises(ApiError):
        read(of_pages(reply))


@pytest.mark.parametrize(
    ("meta", "doubt"),
    [
        (None, "the API refused the page after a full one and does not report the number of items"),
        ({"itemCount": 40}, "the API counts fewer items than its pages have"),
        ({"itemCount": 40, "hasNextPage": False}, "the API counts fewer items than its pages have"),
    ],
)
def test_a_refused_page_after_a_full_one_does_not_prove_the_end(meta: Any, doubt: str) -> None:
    listing = Listing(50, meta=meta)
    listing.pages = {2: INVALID_PAGE}
    found = find(listing)
    assert (len(found.items), found.complete, found.doubt) == (50, False, doubt)


class Endless(Listing):
    """A listing whose every page is full of new agents."""

    def page(self, number: int, take: int) -> Reply:
        return codes(*range(number * take, (number + 1) * take))


def test_a_listing_without_an_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "MOST_PAGES", 4)
    endless = Endless(0)
    assert problem(endless) == "it has no end after 4 pages"
    assert [number for number, _ in endless.asked] == [1, 2, 3, 4]


def test_as_many_pages_as_that_are_a_listing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "MOST_PAGES", 4)
    assert len(read(Listing(150))) == 150


def test_a_listing_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([0.0, 599.0, 600.0, 600.1])
    monkeypatch.setattr(paging, "time", SimpleNamespace(monotonic=lambda: next(moments)))
    endless = Endless(0)
    assert problem(endless) == "it has no end after 600 s and 3 pages"
    assert [number for number, _ in endless.asked] == [1, 2, 3]


def test_what_was_waited_for_the_rate_limit_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    moments, waits = iter([0.0, 700.0]), iter([0.0, 200.0])
    monkeypatch.setattr(paging, "time", SimpleNamespace(monotonic=lambda: next(moments)))
    monkeypatch.setattr(Transport, "waited", property(lambda _: next(waits)))
    assert read(Listing(3)) == ["A-0", "A-1", "A-2"]


def test_all_readings_together_have_one_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter([0.0, 599.0, 601.0])
    monkeypatch.setattr(paging, "time", SimpleNamespace(monotonic=lambda: next(moments)))
    repeated = of_pages(codes(1), codes(1), codes(2))
    assert problem(repeated) == "it has no end after 600 s and 1 pages"


def test_a_refused_page_size_leaves_no_trace_in_a_later_error() -> None:
    with pytest.raises(BadRequestError) as caught:
        read(Listing(1, largest_take=5))
    assert caught.value.__context__ is None
