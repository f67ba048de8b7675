"""Single pages as the API sends them: `assistai doctor` compares them with the models."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from pulumi_assistai.client.agents import ListedAgent
from pulumi_assistai.client.answers import explain
from pulumi_assistai.client.conversations import Conversation, Message
from pulumi_assistai.client.paging import PageBody, read_total
from pulumi_assistai.client.paths import segment

if TYPE_CHECKING:
    from pulumi_assistai.client.transport import Transport


@dataclass(frozen=True)
class Sample:
    """The first page of a listing.

    Attributes:
        path: the path of the request.
        model: the model of an item.
        items: the items as the API sends them.
        meta: the API's data about the whole listing, None if there is none.
        date: the header of that name, "" if there is none.
    """

    path: str
    model: type[BaseModel]
    items: list[dict[str, Any]]
    meta: dict[str, Any] | None
    date: str

    @property
    def total(self) -> int | None:
        """The API's own count of the listing, None if it reports none."""
        return read_total(self.meta or {})

    @property
    def undocumented(self) -> list[str]:
        """The undocumented fields of the items."""
        return sorted({name for item in self.items for name in item} - self._documented)

    @property
    def missing(self) -> list[str]:
        """The documented fields that no item has; empty if there are no items."""
        return sorted(self._documented - {name for item in self.items for name in item}) if self.items else []

    @property
    def misfit(self) -> str:
        """The problem of the first item that does not fit the model, "" if all fit."""
        for item in self.items:
            try:
                self.model.model_validate(item)
            except ValidationError as error:
                return explain(error)
        return ""

    @property
    def answered_at(self) -> datetime | None:
        """The time of the answer on the API's clock, None if it does not report it."""
        try:
            moment = parsedate_to_datetime(self.date)
        except (ValueError, OverflowError):
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    @property
    def _documented(self) -> set[str]:
        return {field.alias or name for name, field in self.model.model_fields.items()}


class SurveyApi:
    """The first pages of the listings."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def agents(self, *, take: int) -> Sample:
        """Return the first page of the agents: GET /agents.

        Raises:
            BadRequestError: the API refuses this page size.
            ApiError, TransportError: the call failed.
        """
        return self._first_page("/agents", ListedAgent, take)

    def conversations(self, *, take: int) -> Sample:
        """Return the first page of the conversations: GET /conversations. Raises what `agents` does."""
        return self._first_page("/conversations", Conversation, take)

    def messages(self, uuid: str, *, take: int) -> Sample:
        """Return the first messages of a conversation: GET /conversations/UUID/messages. Raises what `agents` does."""
        return self._first_page(f"/conversations/{segment(uuid)}/messages", Message, take)

    def _first_page(self, path: str, model: type[BaseModel], take: int) -> Sample:
        answer = self._transport.get(path, {"page": 1, "take": take, "orderBy": "createdAt", "order": "ASC"})
        body = answer.parse(PageBody)
        return Sample(path, model, body.data, body.meta, answer.date)
