"""Accounts: a token belongs to one tenant and one organization."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pulumi_assistai.emulator.errors import ApiProblem
from pulumi_assistai.emulator.records import Organization


@dataclass(frozen=True)
class Account:
    """A token and where it is valid. A token may have several accounts, and an organization several tokens.

    Attributes:
        token: the API token.
        tenant: the tenant's domain.
        organization: the organization's code.
    """

    token: str = field(repr=False)
    tenant: str
    organization: str


DEFAULT_ACCOUNTS = (
    Account("sandbox-token", "sandbox", "SANDBOX"),
    Account("acme-token", "acme", "ACME"),
)
"""The second account is for programs with two organizations."""


class Accounts:
    """All accounts of an emulator."""

    def __init__(self, accounts: Sequence[Account]) -> None:
        self._known = frozenset((account.token, account.tenant, account.organization) for account in accounts)
        self._tokens = frozenset(account.token for account in accounts)
        self.organizations = tuple(
            dict.fromkeys(Organization(account.tenant, account.organization) for account in accounts)
        )
        """Every organization once, in the order of the accounts."""

    def default_token(self, owner: Organization) -> str | None:
        """Return the token of an organization that everybody knows, None where it has none of those."""
        return next((account.token for account in DEFAULT_ACCOUNTS if (account.token, *owner) in self._known), None)

    def admit(self, token: str | None, tenant: str | None, organization: str | None) -> Organization:
        """Return whose data a request may see.

        Args:
            token: what it sent as bearer token, None where it sent none.
            tenant: its `x-tenant-domain`.
            organization: its `x-organization-code`.

        Raises:
            ApiProblem: 401 where the token is unknown, 403 where tenant or organization are missing or not its own.
        """
        if token is None or token not in self._tokens:
            raise ApiProblem(401, "Unauthorized")
        if tenant is None or organization is None:
            raise ApiProblem(403, "x-tenant-domain and x-organization-code are required")
        if (token, tenant, organization) not in self._known:
            raise ApiProblem(403, "The token does not belong to this tenant and organization")
        return Organization(tenant, organization)
