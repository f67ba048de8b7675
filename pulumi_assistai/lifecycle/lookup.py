"""Lookups in an organization: its agents, its conversations and their messages."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Lock
from typing import TypeVar

from pulumi_assistai.client import Client, Conversation, ListedAgent, Listing, Message
from pulumi_assistai.errors import AssistAIError
from pulumi_assistai.lifecycle.inventory import Inventory
from pulumi_assistai.lifecycle.session import Claims
from pulumi_assistai.settings import Settings

T = TypeVar("T", Conversation, Message)


class Lookup:
    """Lookups in one organization during one run; safe to share between threads. It lists the agents once.

    Args:
        settings: the connection.
        warn: told once for each listing that may be incomplete.
    """

    def __init__(self, settings: Settings, warn: Callable[[str], None]) -> None:
        self._settings = settings
        self._client = Client(settings)
        self._warn = warn
        self._lock = Lock()
        self._warned = Claims()
        self._inventories: dict[str | None, Inventory] = {}

    def agents(self, criteria: str | None) -> list[ListedAgent]:
        """Return the agents, oldest first; all agents if `criteria` is None.

        Raises:
            IncompleteListingError, ApiError, TransportError: they could not be listed.
        """
        inventory = self._inventory(criteria)
        found = list(inventory.agents().values())
        self._warn_of_missing("agents", inventory.doubt)
        return found

    def agent(self, *, code: str | None, name: str | None) -> ListedAgent:
        """Return the agent of a code or a name.

        Raises:
            AssistAIError: code and name are both given, or neither; no agent or several agents match.
            IncompleteListingError, ApiError, TransportError: the agents could not be listed.
        """
        if (code is None) == (name is None):
            raise AssistAIError("get_agent finds an agent by its code or by its name: pass exactly one of them")
        inventory = self._inventory(None)
        if name is None:
            found = [agent for agent in inventory.agents().values() if agent.code == code]
        else:
            alike = inventory.named(name)
            found = [agent for agent in alike if agent.name == name] or alike
        if len(found) == 1:
            return found[0]
        wanted = f"with code {code}" if name is None else f'named "{name}"'
        raise AssistAIError(self._not_one(found, wanted, doubt=inventory.doubt))

    def conversations(self, criteria: str | None) -> list[Conversation]:
        """Return the conversations, oldest first; all conversations if `criteria` is None.

        Raises:
            IncompleteListingError, ApiError, TransportError: they could not be listed.
        """
        return self._all("conversations", self._client.conversations.list(criteria))

    def messages(self, uuid: str) -> list[Message]:
        """Return the messages of a conversation, oldest first.

        Raises:
            NotFoundError: the organization has no such conversation.
            IncompleteListingError, ApiError, TransportError: they could not be listed.
        """
        return self._all(f"messages of conversation {uuid}", self._client.conversations.messages(uuid))

    def _all(self, what: str, listing: Listing[T]) -> list[T]:
        self._warn_of_missing(what, listing.doubt)
        return listing.items

    def _warn_of_missing(self, what: str, doubt: str) -> None:
        message = f"the {what} of {self._settings.place_in_words} may be incomplete: {doubt}"
        if doubt and self._warned.claim(message):
            self._warn(message)

    def _inventory(self, criteria: str | None) -> Inventory:
        with self._lock:
            if criteria not in self._inventories:
                self._inventories[criteria] = Inventory(partial(self._client.agents.list, criteria))
            return self._inventories[criteria]

    def _not_one(self, found: list[ListedAgent], wanted: str, *, doubt: str) -> str:
        organization = self._settings.place_in_words
        if found:
            codes = ", ".join(agent.code for agent in found)
            return f"{organization} has {len(found)} agents {wanted}: {codes}; choose one with get_agent(code=...)"
        if doubt:
            return f"{organization} lists no agent {wanted}, but {doubt}; try again"
        return f"{organization} has no agent {wanted}; `assistai status` lists its agents"
