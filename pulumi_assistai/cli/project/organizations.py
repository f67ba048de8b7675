"""The organizations of a stack: its default connection and each explicit provider in its state."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from pulumi_assistai.cli.project.declared import (
    AGENT_TYPES,
    INTEGRATION_TYPES,
    all_resources,
    is_secret,
    resources_of,
)
from pulumi_assistai.errors import AssistAIError, ConfigurationError, with_code
from pulumi_assistai.keys import NAMESPACE, snake_case
from pulumi_assistai.settings import Settings
from pulumi_assistai.urns import (
    PYTHON_PROVIDER_TYPE,
    is_default_provider_name,
    name_of,
    provider_type,
    split_reference,
    type_of,
)

T = TypeVar("T")

_NATIVE_PROVIDER_TYPE = provider_type(NAMESPACE)
_AT_A_TIME = 16


@dataclass(frozen=True)
class Organization:
    """A connection of a stack.

    Attributes:
        provider: the name of its explicit provider, "" for the default connection.
        settings: its settings.
        provider_urn: the URN of that provider, "" for the default connection.
    """

    provider: str
    settings: Settings
    provider_urn: str = ""

    @property
    def label(self) -> str:
        """Return its name for people."""
        place = self.settings.place_in_words
        return f"{place} (provider {self.provider})" if self.provider else place

    @property
    def is_native(self) -> bool:
        """Whether its explicit provider is one of the native provider."""
        return _is_native(self.provider_urn)


@dataclass(frozen=True)
class Unconnected:
    """A connection that cannot be used.

    Attributes:
        provider: the name of its explicit provider, "" for the default connection.
        error: why.
    """

    provider: str
    error: ConfigurationError

    @property
    def reason(self) -> str:
        """Why, for people."""
        return with_code(self.error)

    @property
    def label(self) -> str:
        """Return its name for people."""
        return f"provider {self.provider}" if self.provider else "the default connection"


Connections = tuple[list[Organization], list[Unconnected]]


def connections_of(state: Mapping[str, Any], environment: Mapping[str, str], config: Mapping[str, str]) -> Connections:
    """Return the connections of a stack, the default one first, and the unusable ones.

    The default connection is skipped if it is neither configured nor needed.

    Args:
        state: the state as `pulumi stack export --show-secrets` writes it.
        environment: the environment of a program.
        config: the stack configuration, secrets in clear.

    Raises:
        ConfigurationError: there is no usable connection.
    """
    explicit = list(_explicit_providers(state))
    found: list[Organization] = []
    unusable: list[Unconnected] = []
    for urn, inputs in [("", dict(config)), *explicit]:
        provider = name_of(urn) if urn else ""
        own = {name: value for name, value in inputs.items() if provider and name in Settings.model_fields}
        try:
            fallbacks = {**config, **inputs} if _is_native(urn) else inputs
            found.append(Organization(provider, Settings.load(own, environment, fallbacks), urn))
        except ConfigurationError as error:
            unusable.append(Unconnected(provider, error))
    if not found:
        raise unusable[0].error
    if explicit and not _has_resources_of_its_own(state):
        unusable = [connection for connection in unusable if connection.provider]
    return found, unusable


def has_explicit_providers(state: Mapping[str, Any]) -> bool:
    """Return whether the state has a provider of this package. Its secrets may be encrypted."""
    return next(_explicit_providers(state), None) is not None


def choose(connections: Connections, provider: str | None, organization: str | None) -> list[Organization]:
    """Return the connections with a provider's name and an organization's code. Without either, return all.

    Raises:
        AssistAIError: there is no such connection, it is unusable, or the name or the code is empty.
    """
    organizations, unusable = connections
    if "" in (provider, organization):
        # An unset variable of a shell must not choose the default connection.
        raise AssistAIError("--provider and --organization must not be empty; leave them out for all organizations")
    chosen = [
        known
        for known in organizations
        if provider in (None, known.provider) and organization in (None, known.settings.organization_code)
    ]
    reasons = [known.reason for known in unusable if known.provider == provider]
    if reasons and not chosen:
        raise AssistAIError(f"the connection of the provider {provider} cannot be used: {reasons[0]}")
    if not chosen:
        there_are = ", ".join(known.label for known in organizations)
        wanted = " and ".join(
            words
            for words, given in ((f"provider {provider}", provider), (f"organization {organization}", organization))
            if given
        )
        raise AssistAIError(f"the stack has no connection to {wanted}; it has: {there_are}")
    return chosen


def each_once(organizations: Sequence[Organization]) -> list[Organization]:
    """Return the first connection to each organization."""
    first: dict[tuple[str, str, str], Organization] = {}
    for known in organizations:
        first.setdefault(known.settings.key, known)
    return list(first.values())


def side_by_side(organizations: Sequence[Organization], ask: Callable[[Organization], T]) -> list[T]:
    """Return what `ask` returns for each organization, in their order. The calls run in parallel."""
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        return list(pool.map(ask, organizations))


def _explicit_providers(state: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for resource in resources_of(state, PYTHON_PROVIDER_TYPE, _NATIVE_PROVIDER_TYPE):
        if not is_default_provider_name(name_of(resource["urn"])):
            native = resource["type"] == _NATIVE_PROVIDER_TYPE
            inputs = {key: _revealed(value) for key, value in (resource.get("inputs") or {}).items()}
            known = _native_settings(inputs) if native else {k: v for k, v in inputs.items() if isinstance(v, str)}
            # A state without plaintext has no values of secrets, but their names.
            if native or any(key in Settings.model_fields or key.startswith("assistai:") for key in inputs):
                yield resource["urn"], known


def _is_native(urn: str) -> bool:
    return bool(urn) and type_of(urn) == _NATIVE_PROVIDER_TYPE


def _native_settings(inputs: Mapping[str, Any]) -> dict[str, Any]:
    named = {snake_case(key): value for key, value in inputs.items()}
    return {key: value for key, value in named.items() if key in Settings.model_fields and value is not None}


def _has_resources_of_its_own(state: Mapping[str, Any]) -> bool:
    """Return whether agents or integrations in the state use the default connection."""
    return any(
        resource["type"] in (*AGENT_TYPES, *INTEGRATION_TYPES)
        and is_default_provider_name(name_of(split_reference(resource["provider"])[0]))
        for resource in all_resources(state)
    )


def _revealed(value: Any) -> Any:
    """Return a secret in clear from an export with `--show-secrets`."""
    if is_secret(value):
        return json.loads(value["plaintext"]) if "plaintext" in value else None
    return value
