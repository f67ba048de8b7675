"""Odd listings: ignored queries, missing or endless pages, wrong items."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from fastapi import Response

from pulumi_assistai.emulator.dialects import Body, Dialect
from pulumi_assistai.emulator.errors import ApiProblem
from pulumi_assistai.emulator.listing import ListingQuery, Page
from pulumi_assistai.emulator.oddities.options import Oddities
from pulumi_assistai.emulator.records import Agent, Organization

Query = TypeVar("Query", bound=ListingQuery)

_STRANGERS = 1_000_000
"""The number of the first invented agent; a page has at most 50 of them."""

_BODIES = {"null": b"null", "empty": b"", "data-null": b'{"data":null}'}


def heeded(odd: Oddities, query: Query) -> Query:
    """Return the query that is answered in place of the requested one.

    Raises:
        ApiProblem: 400 if the requested page is too large.
    """
    if odd.largest_take and query.take > odd.largest_take:
        raise ApiProblem(400, [f"take must not be greater than {odd.largest_take}"])
    changes: dict[str, Any] = {}
    if odd.page_ignored:
        changes["page"] = 1
    if odd.cap:
        changes["take"] = min(odd.cap, query.take)
    if odd.order_ignored:
        changes |= {"order": "DESC", "order_by": "createdAt"}
    return query.model_copy(update=changes)


def respond(odd: Oddities, dialect: Dialect, page: Page[Any], items: list[Body]) -> Response:
    """Return the answer to a listing."""
    if odd.after_last and page.number > max(page.count, 1):
        return _after_last(odd.after_last, dialect)
    body = dialect.page(replace(page, total=max(page.total + odd.count, 0)), items)
    return dialect.respond(_without(body, "meta") if odd.no_meta else body)


def endless(dialect: Dialect, page: Page[Agent], owner: Organization) -> Page[Agent]:
    """Return a page filled up with invented agents, followed by another such page."""
    missing = page.take - len(page.items)
    first = _STRANGERS + page.number * page.take
    strangers = [_stranger(dialect, first + place, owner) for place in range(missing)]
    return replace(page, items=[*page.items, *strangers], total=page.number * page.take + 1)


def item(odd: Oddities, dialect: Dialect, agent: Agent, *, is_oldest: bool) -> Body:
    """Return an agent for the listing. The oldest one may be wrong."""
    shown = dialect.agent(replace(agent, description=None) if odd.no_descriptions else agent)
    match odd.item if is_oldest else None:
        case "null-name":
            return {**shown, "name": None}
        case "no-code":
            return _without(shown, "code")
        case "number-code":
            return {**shown, "code": agent.number}
        case _:
            return shown


def _after_last(answer: str, dialect: Dialect) -> Response:
    if answer in _BODIES:
        return Response(_BODIES[answer], media_type=dialect.content_type)
    raise ApiProblem(int(answer), "Invalid page.")


def _without(body: Body, name: str) -> Mapping[str, Any]:
    return {key: value for key, value in body.items() if key != name}


def _stranger(dialect: Dialect, number: int, owner: Organization) -> Agent:
    return Agent(
        number=number,
        code=dialect.agent_code(number),
        tenant=owner.tenant,
        organization=owner.code,
        name=f"Agente {number}",
        model="gpt-4o-mini",
        description=None,
        created_at=number,
        whatsapp=None,
        phone_number=None,
        qr=None,
        qr_at=0,
        purpose=None,
        instructions=None,
        tone=None,
        voice=None,
    )
