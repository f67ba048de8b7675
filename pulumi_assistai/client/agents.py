"""Agents: create, update, list. The API reads no single agent and deletes none."""

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

    The listing has neither purpose, instructions, tone nor voice: those can be written and never read.
    `description` is None where the listing has null or leaves it out; `name` is "" where the listing has null.
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
        """Create an agent: POST /agents, sent again only where it cannot have happened.

        Returns it as the listing will show it.

        Args:
            fields: what the agent is to have.
            about_to_send: called each time before the request is sent, which may have to wait for the API's rate limit.

        Raises:
            ApiError, TransportError: `may_have_happened` says whether the agent may exist all the same.
        """
        code = self._transport.post("/agents", fields, about_to_send).parse(_Created).code
        return ListedAgent(code=code, name=fields["name"], description=fields.get("description"))

    def update(self, code: str, fields: Mapping[str, str]) -> None:
        """Change the given fields of an agent and leave the others: PATCH /agents/CODE.

        Raises:
            NotFoundError: there is no such agent in the organization.
            ApiError, TransportError: the call failed.
        """
        self._transport.patch(f"/agents/{segment(code)}", fields)

    def list(self, criteria: str | None = None) -> Listing[ListedAgent]:
        """Return every agent of the organization, oldest first: GET /agents, all pages.

        An agent whose code cannot be read is left out and counted, and the listing is not complete then.

        Args:
            criteria: the API's free text filter; None returns all.

        Raises:
            IncompleteListingError: the pages do not add up.
            ApiError, TransportError: a page failed.
        """
        return read_every_page(
            self._transport, "/agents", ListedAgent, lambda agent: agent.code, criteria, leave_out_unreadable=True
        )
