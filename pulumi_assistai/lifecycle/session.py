"""The session: one organization during one operation, shared by all its resources."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from pulumi_assistai.errors import NameTakenError, OutcomeUnknownError, WrongOrganizationError
from pulumi_assistai.lifecycle.inventory import Inventory
from pulumi_assistai.lifecycle.journal import Journal
from pulumi_assistai.lifecycle.likeness import canonical, same_text, skeleton
from pulumi_assistai.lifecycle.reporter import Reporter, StandardError
from pulumi_assistai.lifecycle.values import Properties
from pulumi_assistai.settings import Settings

if TYPE_CHECKING:
    from pulumi_assistai.client import Client, ListedAgent, Listing


class Session:
    """One organization during one operation; safe to share between threads.

    Args:
        settings: the organization's connection and the package's behaviour.
        reporter: receives messages for the user; default: standard error.

    Attributes:
        settings: the organization's connection and the package's behaviour.
        began: when the session was opened, in seconds since 1970; its listing is newer.
        inventory: the live agents, listed once.
        creations: the names that are being created.
        journal: the creations of this machine.
        managed_names, recorded_agents: the names and the codes of recorded resources that this operation has checked
            or compared so far.
        declared_names, declared_adoptions, declared_integrations, handled_agents, handled_integrations: the claims of
            this operation so far.
        disconnected_agents: the codes of agents whose WhatsApp integration this operation has deleted.
    """

    def __init__(self, settings: Settings, reporter: Reporter | None = None) -> None:
        self.settings = settings
        self.began = time.time()
        self.inventory = Inventory(self._list_agents)
        self.creations = Creations()
        self.declared_names = Names()
        self.managed_names = Names()
        self.recorded_agents = Claims()
        self.declared_adoptions = Claims()
        self.handled_agents = Claims()
        self.handled_integrations = Claims()
        self.declared_integrations = Claims()
        self.disconnected_agents = Claims()
        self.journal = Journal(settings)
        self._reporter = reporter or StandardError()
        self._told = Claims()
        self._client: Client | None = None
        self._client_lock = Lock()

    @property
    def client(self) -> Client:
        """Return the client of the API."""
        # A preview without changes sends no request, so it does not import the client either.
        from pulumi_assistai.client import Client, announce_retries  # noqa: PLC0415

        with self._client_lock:
            if self._client is None:
                announce_retries(self._reporter.tell)
                self._client = Client(self.settings)
            return self._client

    def _list_agents(self) -> Listing[ListedAgent]:
        return self.client.agents.list()

    @property
    def place(self) -> dict[str, str]:
        """Return the tenant and organization, as outputs record them."""
        return self.settings.place

    def require_own(self, recorded: Properties) -> None:
        """Refuse to touch a resource of another organization.

        Raises:
            WrongOrganizationError: the `recorded` outputs have another tenant or organization than the connection.
        """
        theirs = {name: recorded.get(name) for name in self.place if recorded.get(name) is not None}
        if theirs.items() <= self.place.items():
            return
        owner = f"tenant {recorded.get('tenant_domain')}, organization {recorded.get('organization_code')}"
        here = f"tenant {self.place['tenant_domain']}, organization {self.place['organization_code']}"
        code = recorded.get("code") or recorded.get("agent_code")
        raise WrongOrganizationError(
            f"{code} belongs to {owner}, but the connection is to {here}; nothing was read or changed, and an agent "
            "cannot move to another organization: connect to its own (ASSISTAI_TENANT_DOMAIN, "
            "ASSISTAI_ORGANIZATION_CODE, or its provider), or remove it from this stack with `pulumi state delete URN`"
        )

    def require_api(self) -> None:
        """Make sure that a 404 came from the API: at a wrong base URL every path answers 404.

        Raises:
            ApiError, TransportError: the API cannot list the agents either.
        """
        self.inventory.agents()

    def warn(self, message: str) -> None:
        """Warn the user of something that does not stop the operation."""
        self._reporter.warn(message)

    def tell(self, message: str) -> None:
        """Tell the user something worth knowing."""
        self._reporter.tell(message)

    def tell_once(self, message: str) -> None:
        """Tell the user, only once, something that applies to many resources."""
        if self._told.claim(message):
            self.tell(message)

    def warn_once(self, message: str) -> None:
        """Warn the user, only once, of something that applies to many resources."""
        if self._told.claim(message):
            self.warn(message)


class Claims:
    """A set of things, each of which can be claimed once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._claimed: set[str] = set()

    def claim(self, thing: str) -> bool:
        """Claim `thing` and return whether it was free."""
        with self._lock:
            new = thing not in self._claimed
            self._claimed.add(thing)
            return new

    def __contains__(self, thing: str) -> bool:
        with self._lock:
            return thing in self._claimed


class Names:
    """The names that a program declares, each of which can be claimed once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._claims = Claims()
        self._skeletons: dict[str, str] = {}

    def claim(self, name: str) -> bool:
        """Claim a name and return whether it was free. Names that a person would call the same count as one."""
        return self._claims.claim(canonical(name))

    def __contains__(self, name: str) -> bool:
        return canonical(name) in self._claims

    def similar(self, name: str) -> str | None:
        """Return the first declared name that differs from this name only in case, accents or signs."""
        key = skeleton(name)
        with self._lock:
            first = self._skeletons.setdefault(key, name) if key else name
        return None if same_text(first, name) else first


class Creations:
    """The names whose creation is in progress, and those whose creation has an unknown outcome."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._under_way: Counter[str] = Counter()
        self._unknown: set[str] = set()

    @contextmanager
    def of(self, name: str, *, duplicates: bool) -> Iterator[None]:
        """Mark a name while an agent of that name is created.

        Raises:
            NameTakenError: another creation of the name is in progress, and `duplicates` are not allowed.
            OutcomeUnknownError: the outcome of an earlier creation of that name is unknown.
        """
        key = canonical(name)
        with self._lock:
            if key in self._unknown:
                raise OutcomeUnknownError(
                    f'an earlier creation of "{name}" in this run has an unknown outcome, so there is no second one; '
                    "do what the earlier error says"
                )
            if self._under_way[key] and not duplicates:
                raise NameTakenError(declared_twice(name))
            self._under_way[key] += 1
        try:
            yield
        except OutcomeUnknownError:
            with self._lock:
                self._unknown.add(key)
            raise
        finally:
            with self._lock:
                self._under_way[key] -= 1

    def contested(self, name: str) -> bool:
        """Return whether another creation of the same name is in progress or has an unknown outcome."""
        with self._lock:
            return self._under_way[canonical(name)] > 1 or canonical(name) in self._unknown


_sessions: WeakValueDictionary[Settings, Session] = WeakValueDictionary()
_sessions_lock = Lock()


def session_of(raw_config: Mapping[str, Any]) -> Session:
    """Return the session of a configuration. The providers of a process share it, with its connections and listing.

    Args:
        raw_config: an explicit provider's arguments by field name and its fallbacks by `assistai:` key, or the whole
            stack configuration by full key.

    Raises:
        ConfigurationError: settings are missing or wrong.
    """
    explicit = {name: value for name, value in raw_config.items() if name in Settings.model_fields}
    settings = Settings.load(explicit, os.environ, raw_config)
    with _sessions_lock:
        session = _sessions.get(settings)
        if session is None:
            session = _sessions[settings] = Session(settings)
        return session


def declared_twice(name: str) -> str:
    """Return the message about two declarations of one name."""
    return (
        f'two agents named "{name}" are declared; give them different names, '
        "or declare allow_duplicate_name=True if you mean it"
    )
