"""Agents and integrations in a stack's state, from the dynamic providers or the native one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pulumi_assistai.engine.storage.project import PYTHON
from pulumi_assistai.keys import dynamic_type, native_type, snake_case
from pulumi_assistai.lifecycle.comparison import DeclaredAgent, DeclaredIntegration
from pulumi_assistai.properties import SECRET_SIGNATURE, SIGNATURE
from pulumi_assistai.urns import name_of

AGENT_TYPE = dynamic_type("Agent")
INTEGRATION_TYPE = dynamic_type("WhatsAppIntegration")

NATIVE_AGENT_TYPE = native_type("Agent")
NATIVE_INTEGRATION_TYPE = native_type("WhatsAppIntegration")

AGENT_TYPES = (AGENT_TYPE, NATIVE_AGENT_TYPE)
INTEGRATION_TYPES = (INTEGRATION_TYPE, NATIVE_INTEGRATION_TYPE)


def declared_agents(state: Mapping[str, Any]) -> list[DeclaredAgent]:
    """Return the agents that a stack manages.

    Args:
        state: the state as `pulumi stack export` writes it.
    """
    return [
        DeclaredAgent(name_of(resource["urn"]), resource["id"], plain, secret)
        for resource in resources_of(state, *AGENT_TYPES)
        if not resource.get("external")
        for plain, secret in [_split(resource.get("outputs") or {})]
    ]


def declared_integrations(state: Mapping[str, Any]) -> list[DeclaredIntegration]:
    """Return the WhatsApp integrations that a stack manages.

    Args:
        state: the state as `pulumi stack export` writes it.
    """
    return [
        DeclaredIntegration(name_of(resource["urn"]), {"agent_code": resource["id"], **plain})
        for resource in resources_of(state, *INTEGRATION_TYPES)
        for plain, _ in [_split(resource.get("outputs") or {})]
    ]


def is_waiting(declared: DeclaredAgent | DeclaredIntegration) -> bool:
    """Return whether a resource is an integration whose recorded status is not connected."""
    return isinstance(declared, DeclaredIntegration) and declared.recorded.get("status") != "connected"


def declares_natively(state: Mapping[str, Any], runtime: str) -> bool:
    """Return whether programs of a stack declare native resources, as far as can be told.

    Args:
        state: the state as `pulumi stack export` writes it.
        runtime: the runtime of the project, for a state without agents; empty without a project.
    """
    found = {resource["type"] for resource in resources_of(state, *AGENT_TYPES, *INTEGRATION_TYPES)}
    return not found & {AGENT_TYPE, INTEGRATION_TYPE} if found else runtime not in ("", PYTHON)


def read_only_agents(state: Mapping[str, Any]) -> dict[str, str]:
    """Return the agents that a stack only reads: the reading resource by code."""
    return {
        resource["id"]: name_of(resource["urn"])
        for resource in resources_of(state, *AGENT_TYPES)
        if resource.get("external")
    }


def all_resources(state: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return every resource of a state."""
    found: list[Mapping[str, Any]] = (state.get("deployment") or {}).get("resources") or []
    return found


def resources_of(state: Mapping[str, Any], *types: str) -> Iterator[Mapping[str, Any]]:
    """Yield the resources of these types, except those pending deletion."""
    for resource in all_resources(state):
        if resource["type"] in types and not resource.get("delete"):
            yield resource


def is_secret(value: Any) -> bool:
    """Return whether a value of a state is a secret, encrypted or in clear."""
    return isinstance(value, dict) and value.get(SIGNATURE) == SECRET_SIGNATURE


def _split(outputs: Mapping[str, Any]) -> tuple[dict[str, Any], frozenset[str]]:
    """Return the outputs in clear, and the names of the encrypted ones."""
    secret = frozenset(_secret(outputs.items()))
    plain = {snake_case(name): value for name, value in outputs.items() if name not in secret}
    return plain, frozenset(map(snake_case, secret))


def _secret(items: Iterable[tuple[str, Any]]) -> Iterator[str]:
    for name, value in items:
        if is_secret(value):
            yield name
