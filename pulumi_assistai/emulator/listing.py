"""Queries and pages of listings."""
# ruff: noqa: N815 - a field named as its parameter works with every FastAPI; those before 0.124 refuse its alias

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Item = TypeVar("Item")


class ListingQuery(BaseModel):
    """Page, order and free text filter of a listing.

    Attributes:
        page: number of the page, from 1.
        take: items per page, at most 50.
        order: "ASC" or "DESC".
        orderBy: the field to order by.
        criteria: text that an item must contain; empty for all.
    """

    model_config = ConfigDict(extra="forbid")
    columns: ClassVar[dict[str, str]] = {"createdAt": "created_at"}

    page: Annotated[int, Field(ge=1, description="Number of the page.")] = 1
    take: Annotated[int, Field(ge=1, le=50, description="Items per page.")] = 10
    order: Annotated[Literal["ASC", "DESC"], Field(description="Direction.")] = "ASC"
    orderBy: str
    criteria: Annotated[str, Field(description="Text that an item must contain.")] = ""

    @property
    def column(self) -> str:
        """The column to order by."""
        return self.columns.get(self.orderBy, self.orderBy)


class AgentQuery(ListingQuery):
    """A query for the listing of agents."""

    orderBy: Annotated[
        Literal["createdAt", "code", "name", "model", "description"],
        Field(description="Field to order by."),
    ] = "createdAt"


class ConversationQuery(ListingQuery):
    """A query for the listing of conversations."""

    orderBy: Annotated[Literal["createdAt", "uuid", "title"], Field(description="Field to order by.")] = "createdAt"


class MessageQuery(ListingQuery):
    """A query for a conversation's messages. The API's document names `createdAt`, the messages have `timestamp`."""

    columns: ClassVar[dict[str, str]] = {"createdAt": "timestamp"}

    orderBy: Annotated[
        Literal["createdAt", "timestamp", "id", "sender", "content"],
        Field(description="Field to order by."),
    ] = "createdAt"


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One page of a listing.

    Attributes:
        items: its items.
        number: its number, from 1.
        take: items per page.
        total: items of the whole listing.
    """

    items: list[Item]
    number: int
    take: int
    total: int

    @property
    def count(self) -> int:
        """The number of pages."""
        return math.ceil(self.total / self.take)
