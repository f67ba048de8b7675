"""Agents: create, update, list. The API cannot read a single agent, and cannot delete one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from pulumi_assistai.client.paging import Listing, read_every_page
from pulumi_assistai.client.paths import segment

if TYPE_CHECKING:
    from pulumi_assistai.client.transport import Transport


class ListedAgent(BaseModel):
    """An agent as the listing shows it.

    The listing does not have purpose, instructions, tone and voice: the API writes them and never returns them.
    `description` is None if the listing has null or no description; `name` is "" if the listing has null.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True, populate_by_name=True)

    code: Annotated[str, Field(min_length=1)]
    name: Annotated[str, BeforeValidator(lambda name: "" if name is None else name)]
    model: str | None = None
    description: str | None = None
    created_at: Annotated[str | None, Field(alias="createdAt")] = None


class _Created(BaseModel):
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)
    code: Annotated[str, Field(min_length=1)]


class AgentsApi:
    """The calls under /agents."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(self, fields: Mapping[str, str], about_to_send: Callable[[], None] | None = None) -> ListedAgent:
        """Create an agent: POST /agents, sent again only if it cannot have happened.

        Returns the agent as the listing will show it.

        Args:
            fields: the fields of the agent.
            about_to_send: called each time directly before the request is sent, after the wait for the rate limit.

        Raises:
            ApiError, TransportError: `may_have_happened` says whether the agent may exist anyway.
        """
        code = self._transport.post("/agents", fields, about_to_send).parse(_Created).code
        return ListedAgent(code=code, name=fields["name"], description=fields.get("description"))

    def update(self, code: str, fields: Mapping[str, str]) -> None:
        """Change the given fields of an agent and no others: PATCH /agents/CODE.

        Raises:
            NotFoundError: the organization has no such agent.
            ApiError, TransportError: the call failed.
        """
        self._transport.patch(f"/agents/{segment(code)}", fields)

    def list(self, criteria: str | None = None) -> Listing[ListedAgent]:
        """Return every agent of the organization, oldest first: GET /agents, all pages.

        The listing leaves out agents without a readable code, counts them, and is not complete then.

        Args:
            criteria: the API's free text filter; None returns all.

        Raises:
            IncompleteListingError: pages are missing or contradict each other.
            ApiError, TransportError: a page failed.
        """
        return read_every_page(
            self._transport, "/agents", ListedAgent, lambda agent: agent.code, criteria, leave_out_unreadable=True
        )
