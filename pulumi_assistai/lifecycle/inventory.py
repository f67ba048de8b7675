"""The inventory of one organization's live agents: listed once per operation, shared, updated by our own writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import RLock
from typing import TYPE_CHECKING

from pulumi_assistai.errors import AssistAIError, EmptyListingError, IncompleteListingError
from pulumi_assistai.lifecycle.likeness import canonical, is_marked_as_archived, same_text, skeleton

if TYPE_CHECKING:
    from pulumi_assistai.client import ListedAgent, Listing

Likeness = Callable[[str], str]
"""Maps a name to a key that similar names share."""


_NAMELESS, _ARCHIVED, _PLAIN = "nameless", "archived", "plain"


class Inventory:
    """The live agents; safe to share between threads. The first thread lists them, the others wait for that listing.

    A failed listing is not repeated in the same operation: a thousand resources would wait for it a thousand times.
    """

    def __init__(self, list_agents: Callable[[], Listing[ListedAgent]]) -> None:
        self._list_agents = list_agents
        self._lock = RLock()
        self._agents: dict[str, ListedAgent] | None = None
        self._indexes: dict[Likeness, dict[str, dict[str, ListedAgent]]] = {}
        self._listed: frozenset[str] = frozenset()
        self._failure: AssistAIError | None = None
        self._listed_twice = False
        self._complete = False
        self._doubt = ""
        self._made: set[str] = set()

    def agents(self) -> Mapping[str, ListedAgent]:
        """Return all live agents by code.

        Raises:
            IncompleteListingError, ApiError, TransportError: the agents could not be listed.
        """
        with self._lock:
            if self._failure is not None:
                raise self._failure
            try:
                return self._load() if self._agents is None else self._agents
            except AssistAIError as error:
                self._failure = error
                raise

    def find(self, code: str) -> ListedAgent | None:
        """Return the agent of that code, None if the listing has none."""
        return self.agents().get(code)

    def known(self, code: str) -> ListedAgent | None:
        """Return the agent of that code if it is already known, without a listing."""
        with self._lock:
            return (self._agents or {}).get(code)

    def named(self, name: str) -> list[ListedAgent]:
        """Return all agents whose name a person would call the same."""
        return self._alike(canonical, name)

    def similar(self, name: str) -> list[ListedAgent]:
        """Return all agents whose name differs from that name only in case, accents or signs."""
        return [agent for agent in self._alike(skeleton, name) if not same_text(agent.name, name)]

    def archived(self) -> list[ListedAgent]:
        """Return all agents whose name marks them as archived."""
        return self._indexed(_kind_of_name, _ARCHIVED)

    def nameless(self) -> list[ListedAgent]:
        """Return all agents whose name the API does not show."""
        return self._indexed(_kind_of_name, _NAMELESS)

    def listed(self) -> frozenset[str]:
        """Return the codes in the listing, without those that this operation created since."""
        with self._lock:
            self.agents()
            return self._listed

    def read_again(self) -> list[ListedAgent]:
        """List again, for callers that doubt the shared listing. Other threads do not wait for this."""
        listing = self._list_agents()
        with self._lock:
            return list(self._keep(listing).values())

    @property
    def complete(self) -> bool:
        """Return whether nothing hints at agents that are not listed."""
        with self._lock:
            return self._complete

    @property
    def doubt(self) -> str:
        """Return why the listing is not complete, "" if it is, or before the first listing."""
        with self._lock:
            return self._doubt

    def find_again(self, code: str) -> ListedAgent | None:
        """Return the agent from a second listing, None if it is gone.

        One listing is not enough: its pages can skip an agent while others are removed.

        Raises:
            EmptyListingError: the listing is empty, which proves nothing.
            IncompleteListingError: the listing is not complete, so the agent may still exist.
        """
        with self._lock:
            if not self._listed_twice:
                self._load()
                self._listed_twice = True
            agent = self.find(code)
            if agent is None and not self._complete:
                raise IncompleteListingError(
                    f"agent {code} is not listed, but {self._doubt}: nothing was removed from the state, try again"
                )
            if agent is None:
                self.require_some(code)
            return agent

    def require_some(self, code: str) -> None:
        """Make sure that the listing is not empty: an empty one does not prove that the agent is gone.

        Raises:
            EmptyListingError: the listing is empty.
        """
        with self._lock:
            if not self.listed():
                raise EmptyListingError(
                    f"agent {code} is not listed, and no other agent is: a token that lost its permissions sees the "
                    "same, so nothing was removed from the state; check the token's permissions in AssistAI; if all "
                    "agents are really gone, create one in AssistAI's dashboard, under any name, and refresh again"
                )

    def enter(self, agent: ListedAgent) -> None:
        """Add an agent that this operation created."""
        with self._lock:
            self._made.add(agent.code)
            if self._agents is not None:
                self._put(self._agents, agent)

    def change(self, code: str, fields: Mapping[str, str]) -> None:
        """Apply a change that this operation made to an agent."""
        with self._lock:
            if self._agents is not None and code in self._agents:
                shown = {name: fields[name] for name in ("name", "description") if name in fields}
                self._put(self._agents, self._agents[code].model_copy(update=shown))

    def made(self, code: str) -> bool:
        """Return whether this operation created the agent."""
        with self._lock:
            return code in self._made

    def _load(self) -> dict[str, ListedAgent]:
        return self._keep(self._list_agents())

    def _keep(self, listing: Listing[ListedAgent]) -> dict[str, ListedAgent]:
        self._complete = listing.complete
        self._doubt = "" if listing.complete else listing.doubt
        ours = [agent for code, agent in (self._agents or {}).items() if code in self._made]
        self._agents = {}
        self._indexes.clear()
        for agent in [*ours, *listing.items]:
            self._put(self._agents, agent)
        self._listed = frozenset(agent.code for agent in listing.items)
        return self._agents

    def _put(self, agents: dict[str, ListedAgent], agent: ListedAgent) -> None:
        known = agents.get(agent.code)
        agents[agent.code] = agent
        for likeness, index in self._indexes.items():
            if known is not None:
                del index[likeness(known.name)][known.code]
            index.setdefault(likeness(agent.name), {})[agent.code] = agent

    def _alike(self, likeness: Likeness, name: str) -> list[ListedAgent]:
        key = likeness(name)
        return self._indexed(likeness, key) if key else []

    def _indexed(self, likeness: Likeness, key: str) -> list[ListedAgent]:
        with self._lock:
            listed = self.agents()
            if likeness not in self._indexes:
                index = self._indexes[likeness] = {}
                for agent in listed.values():
                    index.setdefault(likeness(agent.name), {})[agent.code] = agent
            return list(self._indexes[likeness].get(key, {}).values())


def _kind_of_name(name: str) -> str:
    return (_ARCHIVED if is_marked_as_archived(name) else _PLAIN) if name else _NAMELESS
