"""Accounts: tokens with their tenant and organization."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pulumi_assistai.emulator.errors import ApiProblem
from pulumi_assistai.emulator.records import Organization


@dataclass(frozen=True)
class Account:
    """A token and its organization. A token may have several accounts, and an organization several tokens.

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
    """All accounts of an emulator.

    Args:
        accounts: the initial accounts.
        welcome: whether an unknown organization is added with the first token that uses it.
    """

    def __init__(self, accounts: Sequence[Account], *, welcome: bool = False) -> None:
        self._known: set[tuple[str, str, str]] = set()
        self._tokens: set[str] = set()
        self._organizations: dict[Organization, None] = {}
        self._welcome = welcome
        for account in accounts:
            self._add(account)

    @property
    def organizations(self) -> tuple[Organization, ...]:
        """Every organization once, in the order of the accounts."""
        return tuple(self._organizations)

    def default_token(self, owner: Organization) -> str | None:
        """Return the public token of an organization, None if it has none."""
        return next((account.token for account in DEFAULT_ACCOUNTS if (account.token, *owner) in self._known), None)

    def admit(self, token: str | None, tenant: str | None, organization: str | None) -> Organization:
        """Return the organization whose data a request may see.

        Args:
            token: its bearer token, None if it has none.
            tenant: its `x-tenant-domain`.
            organization: its `x-organization-code`.

        Raises:
            ApiProblem: 401 if the token is unknown, 403 if tenant or organization are missing or not the token's.
        """
        if self._welcome and token and tenant and organization:
            self._take_in(Account(token, tenant, organization))
        if token is None or token not in self._tokens:
            raise ApiProblem(401, "Unauthorized")
        if tenant is None or organization is None:
            raise ApiProblem(403, "x-tenant-domain and x-organization-code are required")
        if (token, tenant, organization) not in self._known:
            raise ApiProblem(403, "The token does not belong to this tenant and organization")
        return Organization(tenant, organization)

    def _take_in(self, account: Account) -> None:
        if Organization(account.tenant, account.organization) not in self._organizations:
            self._add(account)

    def _add(self, account: Account) -> None:
        self._known.add((account.token, account.tenant, account.organization))
        self._tokens.add(account.token)
        self._organizations[Organization(account.tenant, account.organization)] = None
