"""Who may ask: a token belongs to one tenant and one organization."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from pulumi_assistai.emulator.errors import ApiProblem


@dataclass(frozen=True)
class Account:
    """A token and where it is valid."""

    token: str
    tenant: str
    organization: str


DEFAULT_ACCOUNTS = (
    Account("sandbox-token", "sandbox", "SANDBOX"),
    Account("acme-token", "acme", "ACME"),
)
"""The second account is for programs with two organizations."""


def authenticate(request: Request) -> Account:
    """Return the account of a request.

    Raises:
        ApiProblem: 401 where the token is not known, 403 where it is not valid for tenant or organization.
    """
    accounts: tuple[Account, ...] = request.app.state.accounts
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    own = [account for account in accounts if scheme.lower() == "bearer" and account.token == token.strip()]
    if not own:
        raise ApiProblem(401, "Unauthorized")
    tenant = request.headers.get("x-tenant-domain")
    organization = request.headers.get("x-organization-code")
    for account in own:
        if (account.tenant, account.organization) == (tenant, organization):
            request.state.account = account
            return account
    raise ApiProblem(403, "The token does not belong to this tenant and organization")
