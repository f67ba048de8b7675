"""Agents of a stack's organizations, found by code, name or resource."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pulumi_assistai.cli.project.declared import (
    declared_agents,
    declared_integrations,
    is_waiting,
)
from pulumi_assistai.cli.project.organizations import Organization, side_by_side
from pulumi_assistai.cli.project.surroundings import Surroundings
from pulumi_assistai.client import Client, ListedAgent
from pulumi_assistai.errors import AssistAIError
from pulumi_assistai.settings import organization_in_words


@dataclass(frozen=True)
class FoundAgent:
    """An agent of one of the organizations.

    Attributes:
        organization: its organization.
        code: its code.
        name: its live name, "" if the listing does not have it.
    """

    organization: Organization
    code: str
    name: str

    @property
    def label(self) -> str:
        """Return its name for people: name, code, organization."""
        return f"agent {f'{self.name} ({self.code})' if self.name else self.code}, {self.organization.label}"


def find_agents(around: Surroundings, wanted: Sequence[str]) -> list[FoundAgent]:
    """Return the agents with these codes, resource names or agent names, matched in this order.

    A name in another case matches if nothing else does.

    Calls GET /agents for each organization, in parallel.

    Raises:
        AssistAIError: one of them matches no agent, or more than one.
    """
    listings = _list_all(around.organizations)
    return [_find(around, listings, name) for name in wanted]


def waiting_agents(around: Surroundings) -> list[FoundAgent]:
    """Return the agents whose recorded integration has no linked phone, in the order of the state."""
    listings = _list_all(around.organizations)
    return [
        found
        for declared in declared_integrations(around.state)
        if is_waiting(declared)
        for found in _of_code(around, listings, str(declared.recorded["agent_code"]))
        if _is_in(found.organization, declared.recorded)
    ]


_Listings = list[tuple[Organization, dict[str, ListedAgent] | AssistAIError]]


def _list_all(organizations: Sequence[Organization]) -> _Listings:
    return list(zip(organizations, side_by_side(organizations, _list), strict=True))


def _list(organization: Organization) -> dict[str, ListedAgent] | AssistAIError:
    try:
        with Client(organization.settings) as client:
            return {agent.code: agent for agent in client.agents.list().items}
    except AssistAIError as error:
        return error


def _find(around: Surroundings, listings: _Listings, wanted: str) -> FoundAgent:
    for find in (_of_code, _of_resource, _of_name, _of_similar_name):
        found = list(dict.fromkeys(find(around, listings, wanted)))
        if found and find in (_of_name, _of_similar_name):
            _require_no_other(around, listings, wanted, found)
        if len(found) > 1:
            codes = "; ".join(known.label for known in found)
            raise AssistAIError(
                f'{len(found)} agents match "{wanted}"; use a code, with --provider or --organization if the code '
                f"is not unique: {codes}"
            )
        if found:
            return found[0]
    failures = [str(listing) for _, listing in listings if isinstance(listing, AssistAIError)]
    if failures:
        raise AssistAIError(f'no agent matches "{wanted}", but not all organizations could be listed: {failures[0]}')
    places = "; ".join(organization.label for organization, _ in listings)
    raise AssistAIError(
        f'no agent matches "{wanted}" by code, name or resource in {places}; `assistai status` lists the agents'
    )


def _require_no_other(around: Surroundings, listings: _Listings, wanted: str, found: Sequence[FoundAgent]) -> None:
    """Refuse a name that an agent of an organization without a connection or listing may have as well.

    Raises:
        AssistAIError: there may be such an agent.
    """
    reasons = [str(listing) for _, listing in listings if isinstance(listing, AssistAIError)]
    reasons += [connection.reason for connection in around.unconnected]
    reasons += [
        f"{declared.resource} belongs to {organization_in_words(declared.recorded)}, "
        "to which the stack has no connection"
        for declared in around.elsewhere
        if wanted.casefold() in (declared.resource.casefold(), str(declared.recorded.get("name")).casefold())
    ]
    if reasons:
        raise AssistAIError(f'"{wanted}" may mean another agent than {found[0].label}: {reasons[0]}; use a code')


def _of_code(around: Surroundings, listings: _Listings, code: str) -> Iterator[FoundAgent]:
    """Yield the agents with a code. They may be in the state without being listed yet."""
    recorded = [declared.recorded for declared in declared_agents(around.state) if declared.code == code]
    for organization, listing in listings:
        if isinstance(listing, dict) and code in listing:
            yield FoundAgent(organization, code, listing[code].name)
        elif any(_is_in(organization, outputs) for outputs in recorded):
            yield FoundAgent(organization, code, "")


def _of_resource(around: Surroundings, listings: _Listings, resource: str) -> Iterator[FoundAgent]:
    codes = [
        (declared.code, declared.recorded)
        for declared in declared_agents(around.state)
        if declared.resource == resource
    ]
    codes += [
        (str(declared.recorded["agent_code"]), declared.recorded)
        for declared in declared_integrations(around.state)
        if declared.resource == resource
    ]
    for code, recorded in codes:
        for found in _of_code(around, listings, code):
            if _is_in(found.organization, recorded):
                yield found


def _of_name(_: Surroundings, listings: _Listings, name: str) -> Iterator[FoundAgent]:
    return (found for found in _all(listings) if found.name == name)


def _of_similar_name(_: Surroundings, listings: _Listings, name: str) -> Iterator[FoundAgent]:
    return (found for found in _all(listings) if found.name.casefold() == name.casefold())


def _all(listings: _Listings) -> Iterator[FoundAgent]:
    for organization, listing in listings:
        agents = listing.values() if isinstance(listing, dict) else ()
        yield from (FoundAgent(organization, agent.code, agent.name) for agent in agents)


def _is_in(organization: Organization, recorded: Mapping[str, Any]) -> bool:
    return organization.settings.place.items() <= recorded.items()
