"""A listing that lags behind writes, like one from a replica or an index."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from pulumi_assistai.emulator.listing import ListingQuery, Page
from pulumi_assistai.emulator.oddities.options import Lag
from pulumi_assistai.emulator.records import Agent, Organization
from pulumi_assistai.emulator.store import Store, contains


@dataclass(frozen=True)
class _Version:
    """A version of an agent, None if it was deleted, and the moment and listing from which it is shown."""

    agent: Agent | None
    moment: float = -math.inf
    listing: int = 0


class Replica:
    """A delayed listing of a store's agents.

    Args:
        store: the store. Its existing agents are listed at once.
        agents: the delay of new agents.
        changes: the delay of changes and removals.
        clock: returns the time in seconds.
    """

    def __init__(self, store: Store, agents: Lag, changes: Lag, clock: Callable[[], float]) -> None:
        self._store = store
        self._lags = (agents, changes)
        self._clock = clock
        self._listings = 0
        self._versions = {agent.code: [_Version(agent)] for agent in store.agents()}
        store.observers.append(self._note)

    def list_agents(self, owner: Organization, query: ListingQuery) -> Page[Agent]:
        """Return a page of an organization's agents. A first page counts as a listing."""
        self._listings += query.page == 1
        found = [agent for agent in self._shown() if agent.owner == owner and _has(agent, query.criteria)]
        found.sort(key=lambda agent: _place(agent, query.column), reverse=query.order == "DESC")
        begin = (query.page - 1) * query.take
        return Page(found[begin : begin + query.take], query.page, query.take, len(found))

    def _note(self, code: str) -> None:
        versions = self._versions.setdefault(code, [])
        lag = self._lags[bool(versions)]
        number = self._listings + 1 + lag.listings if lag.listings else 0
        versions.append(_Version(self._store.find_agent(code), self._clock() + lag.seconds, number))

    def _shown(self) -> list[Agent]:
        newest = [self._newest(versions) for versions in self._versions.values()]
        return [agent for agent in newest if agent is not None]

    def _newest(self, versions: list[_Version]) -> Agent | None:
        """Return the newest version that is due, None if the agent's creation is not due yet."""
        if not self._is_due(versions[0]):
            return None
        return next(version.agent for version in reversed(versions) if self._is_due(version))

    def _is_due(self, version: _Version) -> bool:
        return version.moment <= self._clock() and version.listing <= self._listings


def _has(agent: Agent, criteria: str) -> bool:
    return not criteria or contains(criteria.casefold(), agent.name, agent.description, agent.code)


def _place(agent: Agent, column: str) -> tuple[bool, object, int]:
    """Return an agent's sort key: null first, as in SQLite, and by age if equal."""
    value = getattr(agent, column)
    return (value is not None, value, agent.number)
