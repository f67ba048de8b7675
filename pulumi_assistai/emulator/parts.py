"""Handlers' parameters: the parts of the emulator and the account of a request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import APIKeyHeader, HTTPAuthorizationCredentials, HTTPBearer

from pulumi_assistai.emulator.accounts import Accounts
from pulumi_assistai.emulator.bodies import Error
from pulumi_assistai.emulator.dialects import Dialect, DialectName
from pulumi_assistai.emulator.errors import ApiProblem
from pulumi_assistai.emulator.journal import Journal
from pulumi_assistai.emulator.listing import ListingQuery, Page
from pulumi_assistai.emulator.oddities.options import Oddities
from pulumi_assistai.emulator.records import Agent, Organization
from pulumi_assistai.emulator.store import Store

ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"model": Error, "description": "The request is not valid."},
    401: {"model": Error, "description": "No token, or an unknown one."},
    403: {"model": Error, "description": "The token is not one of this tenant and organization."},
    404: {"model": Error, "description": "Not found in the organization."},
    413: {"model": Error, "description": "The body is too large."},
    500: {"model": Error, "description": "The service failed."},
    "default": {"model": Error, "description": "Any other error."},
}
"""The error responses of every call of the emulated API, for its document."""

CONTROL_ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"model": Error, "description": "The request is not valid."},
    403: {"model": Error, "description": "A page of another site sent it."},
    413: {"model": Error, "description": "The body is too large."},
    "default": {"model": Error, "description": "Any other error."},
}
"""The error responses of every call under /sandbox, for the document."""

NO_AGENT: dict[int | str, dict[str, Any]] = {404: {"model": Error, "description": "There is no such agent."}}
"""The error response of calls under /sandbox that name an agent."""


ListAgents = Callable[[Organization, ListingQuery], Page[Agent]]


@dataclass(frozen=True)
class Parts:
    """The parts of an emulator.

    Attributes:
        store: its data.
        journal: its requests.
        accounts: its accounts.
        dialect: its dialect.
        dialect_name: the dialect's name.
        odd: its oddities.
        odd_names: the oddities' names.
        list_agents: returns a page of an organization's agents for the listing.
        whatsapp: whether new agents have a WhatsApp integration.
        qr_lifetime: seconds until a QR changes.
        host: the address or name that it listens on, None if the server does not tell.
    """

    store: Store
    journal: Journal
    accounts: Accounts
    dialect: Dialect
    dialect_name: DialectName
    odd: Oddities
    odd_names: str
    list_agents: ListAgents
    whatsapp: bool
    qr_lifetime: float
    host: str | None

    def agent(self, code: str, owner: Organization | None = None) -> Agent:
        """Return an agent, of one organization only if `owner` is given.

        Raises:
            ApiProblem: 404 if there is none.
        """
        agent = self.store.find_agent(code)
        if agent is None or owner not in (None, agent.owner):
            raise ApiProblem(404, f"Agente {code} no encontrado")
        return agent


async def _context(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


Here = Annotated[Parts, Depends(_context)]
"""A handler's parameter: the emulator that it belongs to."""


async def _caller(
    parts: Here,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False, scheme_name="token"))],
    tenant: Annotated[
        str | None, Depends(APIKeyHeader(name="x-tenant-domain", auto_error=False, scheme_name="tenant"))
    ],
    organization: Annotated[
        str | None, Depends(APIKeyHeader(name="x-organization-code", auto_error=False, scheme_name="organization"))
    ],
) -> Organization:
    return parts.accounts.admit(bearer.credentials if bearer else None, tenant, organization)


Caller = Annotated[Organization, Depends(_caller)]
"""A handler's parameter: the organization whose data the request may see. Others are refused with 401 or 403."""
