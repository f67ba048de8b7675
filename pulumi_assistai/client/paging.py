"""Paging of listings: reads every page, or fails. With half a listing, agents would look gone."""

from __future__ import annotations

import json
import re
import time
from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import count, islice
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from pulumi_assistai.client.answers import Answer, explain
from pulumi_assistai.errors import ApiError, BadRequestError, IncompleteListingError

if TYPE_CHECKING:
    from pulumi_assistai.client.transport import Transport

PAGE_SIZES = (50, 10)
"""Page sizes to request: the second, which is the API's documented default, if the API refuses the first."""

_ROUND = (10, 25)
"""A page whose size is a multiple of one of these may be cut by a limit of the API's own, whatever `take` says."""

AT_A_TIME = 8
"""Pages that are requested at the same time, once the API has reported the number of items."""

LONGEST_READING = 600.0
"""Seconds that all readings of a listing may take together, without waits for the API's rate limit."""

MOST_PAGES = 2000
"""Pages of one reading at most: an endless listing must not fill the memory."""

PAST_THE_END = frozenset({400, 404, 410, 416, 422})
"""Statuses with which an API may answer the request for a page after the last one."""

_PASSES = 3
_LONGEST_NOTHING = 1000
"""Bytes of a body that may be null. Longer bodies are not checked for that, which saves a second parsing."""

_COUNTS_MORE = "the API counts more items than its pages have"
_COUNTS_LESS = "the API counts fewer items than its pages have"
_SAYS_MORE = "the API announces another page, but that page is empty"
_MAY_BE_CUT = "the API returned the same full page for every page number, so there may be more items"
_NO_PROVEN_END = "the API refused the page after a full one and does not report the number of items"

Item = TypeVar("Item", bound=BaseModel)


class PageBody(BaseModel):
    """A page as the API sends it."""

    model_config = ConfigDict(extra="ignore")

    data: list[dict[str, Any]]
    meta: dict[str, Any] | None = None


class _AnyPageBody(PageBody):
    """A page as the API sends it, with items of any type."""

    data: list[Any]


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One page, and what the API reports of the whole listing.

    Attributes:
        items: the items of the page.
        total: the number of items in the listing, None if the API does not report it.
        has_next: whether another page follows, None if the API does not report it.
        unreadable: the number of items that were left out because they cannot be read.
        full: whether the page has so many items that the API may have cut it.
        refusal: why there is no page, None if there is one.
    """

    items: list[Item]
    total: int | None = None
    has_next: bool | None = None
    unreadable: int = 0
    full: bool = False
    refusal: ApiError | None = None

    @property
    def size(self) -> int:
        """The number of items that the API sent."""
        return len(self.items) + self.unreadable


@dataclass(frozen=True)
class Listing(Generic[Item]):
    """Every item of a listing.

    Attributes:
        items: the items, oldest first.
        complete: whether nothing hints at further items. Otherwise a missing item may still exist.
        unreadable: the number of items that were left out because they cannot be read.
        doubt: why the listing is not complete, for messages.
    """

    items: list[Item]
    complete: bool
    unreadable: int = 0
    doubt: str = _COUNTS_MORE


class _EndlessError(IncompleteListingError):
    """The pages do not end, so reading them again is useless."""


def read_every_page(
    transport: Transport,
    path: str,
    item: type[Item],
    key: Callable[[Item], str],
    criteria: str | None = None,
    *,
    leave_out_unreadable: bool = False,
) -> Listing[Item]:
    """Read a whole listing.

    Calls GET `path` with page, take, orderBy=createdAt and order=ASC until a page is empty: neither a short page nor
    the API's count proves the end. If pages overlap or contradict the count, it reads all of them again.

    Args:
        transport: the organization.
        path: the path of the listing.
        item: the model of an item.
        key: returns the identity of an item.
        criteria: the API's free text filter; None returns all.
        leave_out_unreadable: leave out and count items that cannot be read; otherwise such an item is an error.

    Raises:
        IncompleteListingError: pages are missing or contradict each other in three readings, or do not end.
        ApiError, TransportError: a page failed.
    """
    fetch = _fetcher(transport, path, item, criteria, leave_out_unreadable=leave_out_unreadable)
    deadline = _working_time(transport) + LONGEST_READING
    problem, before = "", None
    for _ in range(_PASSES):
        try:
            found = _read_once(fetch, key, lambda: _working_time(transport) > deadline)
        except _EndlessError as error:
            problem = str(error)
            break
        except IncompleteListingError as error:
            problem, before = str(error), None
            continue
        if found.complete or (before is not None and before.items == found.items):
            return _without_the_unreadable(found)
        problem, before = found.doubt, found
    raise IncompleteListingError(
        f"GET {path} returned an incomplete listing: {problem}; it proves nothing and was not used: try again"
    )


def _working_time(transport: Transport) -> float:
    return time.monotonic() - transport.waited


def _without_the_unreadable(found: Listing[Item]) -> Listing[Item]:
    """Return the listing, marked as not complete if items were left out."""
    if not found.unreadable:
        return found
    items = "1 item" if found.unreadable == 1 else f"{found.unreadable} items"
    return replace(found, complete=False, doubt=f"the API lists {items} without a usable code or name")


@dataclass
class _Reading(Generic[Item]):
    """The items that one reading has found so far."""

    items: dict[str, Item] = field(default_factory=dict)
    unreadable: int = 0
    total: int | None = None
    has_next: bool | None = None
    full: bool = False
    longest: int = 0

    def add(self, page: Page[Item], number: int, key: Callable[[Item], str]) -> bool:
        """Add a page and return whether it has anything new.

        Raises:
            IncompleteListingError: an earlier page has some of its items.
        """
        # Oldest first: an item created meanwhile comes last, one deleted meanwhile moves later ones to earlier pages.
        self.total = page.total if self.total is None else self.total
        self.has_next = self.has_next if page.has_next is None else page.has_next
        fresh = {key(found): found for found in page.items if key(found) not in self.items}
        if page.items and not fresh:
            return False
        if len(fresh) < len(page.items):
            raise IncompleteListingError(f"page {number} overlaps another page")
        self.items |= fresh
        self.unreadable += page.unreadable
        if fresh or page.unreadable:
            # A page that is shorter than another one is not cut.
            self.full = page.full and page.size >= self.longest
            self.longest = max(page.size, self.longest)
            return True
        return False

    @property
    def found(self) -> int:
        return len(self.items) + self.unreadable

    @property
    def doubt(self) -> str:
        """Return why there should be more items, "" if nothing says so."""
        if self.total is not None and self.total > self.found:
            return _COUNTS_MORE
        return _SAYS_MORE if self.has_next else ""

    def listing(self, doubt: str) -> Listing[Item]:
        return Listing(list(self.items.values()), not doubt, self.unreadable, doubt)


def _read_once(
    fetch: Callable[[int], Page[Item]], key: Callable[[Item], str], is_over: Callable[[], bool]
) -> Listing[Item]:
    reading: _Reading[Item] = _Reading()
    with closing(_pages(fetch)) as pages:
        for number, page in enumerate(pages, 1):
            if not reading.add(page, number, key):
                break
            _require_an_end(number, is_over)
    if page.refusal is not None:
        return reading.listing(_doubt_of_refused(reading, page.refusal))
    if page.items:
        return reading.listing(_doubt_of_repeated(page, number, reading, fetch))
    return reading.listing(reading.doubt)


def _require_an_end(number: int, is_over: Callable[[], bool]) -> None:
    """Stop a reading that is too long.

    Raises:
        _EndlessError: there are too many pages, or they take too long.
    """
    if number >= MOST_PAGES:
        raise _EndlessError(f"it has no end after {number} pages")
    if is_over():
        raise _EndlessError(f"it has no end after {LONGEST_READING:g} s and {number} pages")


def _doubt_of_refused(reading: _Reading[Item], refusal: ApiError) -> str:
    """Tell the refusal of the page after the last one from the failure of a page.

    Raises:
        ApiError: the page should exist.
    """
    if reading.doubt:
        raise refusal
    if reading.total is not None:
        return "" if reading.total == reading.found else _COUNTS_LESS
    return "" if reading.has_next is False or not reading.full else _NO_PROVEN_END


def _doubt_of_repeated(
    page: Page[Item], number: int, reading: _Reading[Item], fetch: Callable[[int], Page[Item]]
) -> str:
    """Tell an API that repeats its last page, or has no paging, from a page that came twice by mistake.

    Raises:
        IncompleteListingError: the page came twice by mistake.
    """
    if reading.total is not None or reading.has_next is not None:
        if not reading.has_next and reading.total in (None, reading.found):
            return ""
    elif number == 2 and fetch(3).items == page.items:  # noqa: PLR2004
        return _MAY_BE_CUT if page.full else ""
    raise IncompleteListingError(f"page {number} repeats another page")


def _pages(fetch: Callable[[int], Page[Item]]) -> Generator[Page[Item], None, None]:
    """Yield page after page, without an end. If the first page reports the total, read the next pages ahead of time."""
    first = fetch(1)
    yield first
    # The last one is empty and ends the listing.
    last = 1 + (-(-max(first.total or 0, 0) // len(first.items)) if first.items else 0)
    numbers = iter(range(2, last + 1))
    pool = ThreadPoolExecutor(AT_A_TIME)
    try:
        ahead = deque(pool.submit(fetch, number) for number in islice(numbers, AT_A_TIME))
        while ahead:
            yield ahead.popleft().result()
            ahead.extend(pool.submit(fetch, number) for number in islice(numbers, 1))
    finally:
        # After an error, or at the end of the listing, do not wait for pages that are still under way.
        pool.shutdown(wait=False, cancel_futures=True)
    yield from map(fetch, count(last + 1))


def _fetcher(
    transport: Transport, path: str, item: type[Item], criteria: str | None, *, leave_out_unreadable: bool
) -> Callable[[int], Page[Item]]:
    """Return a function that reads one page, in the largest size that the API accepts."""
    sizes = list(PAGE_SIZES)

    def ask(number: int) -> Answer:
        query: dict[str, str | int] = {"page": number, "take": sizes[0], "orderBy": "createdAt", "order": "ASC"}
        return transport.get(path, query | ({"criteria": criteria} if criteria else {}))

    def ask_first() -> Answer:
        while len(sizes) > 1:
            try:
                return ask(1)
            except BadRequestError:
                sizes.pop(0)
        return ask(1)

    def fetch(number: int) -> Page[Item]:
        if number == 1:
            return _read_page(ask_first(), item, 1, leave_out_unreadable=leave_out_unreadable)
        try:
            answer = ask(number)
        except ApiError as error:
            if error.status not in PAST_THE_END:
                raise
            return Page([], refusal=error)
        if _says_nothing(answer):
            return Page([], refusal=answer.unexpected("its body is empty"))
        return _read_page(answer, item, number, leave_out_unreadable=leave_out_unreadable)

    return fetch


def _says_nothing(answer: Answer) -> bool:
    """Return whether an answer has no body, or null instead of the items."""
    if len(answer.body) > _LONGEST_NOTHING:
        return False
    try:
        body = json.loads(answer.body.strip() or b"null")
    except ValueError:
        return False
    return body is None or (isinstance(body, dict) and "data" in body and body["data"] is None)


def _read_page(answer: Answer, item: type[Item], number: int, *, leave_out_unreadable: bool) -> Page[Item]:
    body = answer.parse(_AnyPageBody)
    items, problem = _read_items(body.data, item)
    unreadable = len(body.data) - len(items)
    # If no item of the first page can be read, the API differs from its documentation.
    if unreadable and not (leave_out_unreadable and (items or number > 1)):
        raise answer.unexpected(f"an item is not as documented: {problem}")
    meta = body.meta or {}
    full = any(len(body.data) % size == 0 for size in _ROUND)
    return Page(items, read_total(meta), _has_next(meta, number), unreadable, full=full)


def _read_items(entries: Sequence[Any], item: type[Item]) -> tuple[list[Item], str]:
    """Return the readable items, and the problem of the first unreadable one."""
    items, problem = [], ""
    for entry in entries:
        try:
            items.append(item.model_validate(entry))
        except ValidationError as error:
            problem = problem or explain(error)
    return items, problem


def read_total(meta: Mapping[str, Any]) -> int | None:
    """Return the API's own count of a listing, None if it reports none."""
    # Where another one is the count of the listing, `itemCount` may be that of the page.
    return max(_numbers(meta, "itemCount", "total", "totalItems"), default=None)


def _has_next(meta: Mapping[str, Any], number: int) -> bool | None:
    if isinstance(meta.get("hasNextPage"), bool):
        return bool(meta["hasNextPage"])
    pages = _numbers(meta, "pageCount", "lastPage", "totalPages")
    return number < pages[0] if pages else None


def _numbers(meta: Mapping[str, Any], *names: str) -> list[int]:
    """Return the numbers of these names. Databases that count in 64 bits report them as texts."""
    values: list[Any] = [meta.get(name) for name in names]
    return [int(value) for value in values if type(value) is int or _is_digits(value)]


def _is_digits(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9]{1,18}", value) is not None
