"""Reads every page of a listing, or fails: half a listing would make agents look gone."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import count, islice
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from pulumi_assistai.client.answers import explain
from pulumi_assistai.errors import BadRequestError, IncompleteListingError

if TYPE_CHECKING:
    from pulumi_assistai.client.transport import Transport

PAGE_SIZES = (50, 10)
"""What is asked for first, and what an API that refuses that is asked for: its documented default."""

AT_A_TIME = 8
"""Pages that are asked for at a time, once the API has said how many items there are."""

_PASSES = 3

Item = TypeVar("Item", bound=BaseModel)


class PageBody(BaseModel):
    """A page as it arrives."""

    model_config = ConfigDict(extra="ignore")

    data: list[dict[str, Any]]
    meta: dict[str, Any] | None = None


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One page: its items, and what the API says of the whole where it says anything.

    Attributes:
        items: what the page holds.
        total: how many items there are in all, None where the API does not say.
        has_next: whether another page follows, None where the API does not say.
    """

    items: list[Item]
    total: int | None
    has_next: bool | None


@dataclass(frozen=True)
class Listing(Generic[Item]):
    """Every item of a listing.

    Attributes:
        items: the items, oldest first.
        complete: whether the API's own count, where it has one, agrees. Where it does not, the count may be wrong or an
            item missing: what is not among the items is not proved to be gone.
    """

    items: list[Item]
    complete: bool


def read_every_page(
    transport: Transport, path: str, item: type[Item], key: Callable[[Item], str], criteria: str | None = None
) -> Listing[Item]:
    """Read a whole listing.

    Calls GET `path` with page, take, orderBy=createdAt and order=ASC until a page is empty, since neither a short page
    nor the count of the API proves the end. Where pages overlap or contradict the count, all are read again.

    Raises:
        IncompleteListingError: the pages do not add up after three readings.
        ApiError, TransportError: a page failed.
    """
    fetch = _fetcher(transport, path, item, criteria)
    problem, before = "", None
    for _ in range(_PASSES):
        try:
            found = _read_once(fetch, key)
        except IncompleteListingError as error:
            problem, before = str(error), None
            continue
        if found.complete or (before is not None and before.items == found.items):
            return found
        problem, before = "the API counts more than its pages hold", found
    raise IncompleteListingError(
        f"GET {path} gave no whole listing: {problem}; nothing was concluded from it, try again"
    )


def _read_once(fetch: Callable[[int], Page[Item]], key: Callable[[Item], str]) -> Listing[Item]:
    items: dict[str, Item] = {}
    total: int | None = None
    with closing(_pages(fetch)) as pages:
        for number, page in enumerate(pages, 1):
            total = total if page.total is None else page.total
            fresh = {key(found): found for found in page.items if key(found) not in items}
            if not fresh:
                break
            if len(fresh) < len(page.items):
                raise IncompleteListingError(f"page {number} overlaps another page")
            items |= fresh
    if page.items and not _is_end(page, number, len(items), fetch):
        raise IncompleteListingError(f"page {number} repeats another page")
    return Listing(list(items.values()), complete=not page.has_next and (total is None or total <= len(items)))


def _pages(fetch: Callable[[int], Page[Item]]) -> Generator[Page[Item], None, None]:
    """Read page after page without an end; where the first says how many there are, the next ones ahead of time."""
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
        # Whoever has what was wanted, or an error, does not wait for the pages that are still under way.
        pool.shutdown(wait=False, cancel_futures=True)
    yield from map(fetch, count(last + 1))


def _is_end(page: Page[Item], number: int, found: int, fetch: Callable[[int], Page[Item]]) -> bool:
    """Tell an API that repeats its last page, or knows no pages at all, from a page that came twice by mistake."""
    if page.total is not None or page.has_next is not None:
        return not page.has_next and page.total in (None, found)
    return number == 2 and fetch(3).items == page.items  # noqa: PLR2004


def _fetcher(transport: Transport, path: str, item: type[Item], criteria: str | None) -> Callable[[int], Page[Item]]:
    """Return the function that reads one page, with the largest page size that the API accepts."""
    sizes = list(PAGE_SIZES)

    def fetch(number: int) -> Page[Item]:
        query: dict[str, str | int] = {"page": number, "take": sizes[0], "orderBy": "createdAt", "order": "ASC"}
        if criteria:
            query["criteria"] = criteria
        try:
            answer = transport.get(path, query)
        except BadRequestError:
            if number > 1 or len(sizes) == 1:
                raise
            sizes.pop(0)
            return fetch(number)
        body = answer.parse(PageBody)
        try:
            items = [item.model_validate(entry) for entry in body.data]
        except ValidationError as error:
            raise answer.unexpected(f"an item is not as documented: {explain(error)}") from None
        return Page(items, read_total(body.meta or {}), _has_next(body.meta or {}, number))

    return fetch


def read_total(meta: Mapping[str, Any]) -> int | None:
    """Return the API's own count of a listing, None where it has none."""
    return next((meta[name] for name in ("itemCount", "total", "totalItems") if type(meta.get(name)) is int), None)


def _has_next(meta: Mapping[str, Any], number: int) -> bool | None:
    if isinstance(meta.get("hasNextPage"), bool):
        return bool(meta["hasNextPage"])
    pages = next((meta[name] for name in ("pageCount", "lastPage", "totalPages") if type(meta.get(name)) is int), None)
    return None if pages is None else number < pages
