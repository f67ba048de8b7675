"""Names of this package in the environment, in the stack configuration and in native states."""

from __future__ import annotations

import re

NAMESPACE = "assistai"

PLUGIN = f"pulumi-resource-{NAMESPACE}"
"""The executable of the native provider, by which the Pulumi CLI finds it."""

_WORD = re.compile(r"(?<=[a-z])[A-Z]")


def variable(field: str) -> str:
    """Return the environment variable of a setting: `api_token` is ASSISTAI_API_TOKEN."""
    return f"{NAMESPACE.upper()}_{field.upper()}"


def stack_key(field: str) -> str:
    """Return the stack configuration key of a setting: `api_token` is `assistai:apiToken`."""
    return f"{NAMESPACE}:{camel_case(field)}"


def camel_case(name: str) -> str:
    """Return a name as Pulumi's other languages write it: `agent_code` is agentCode."""
    first, *others = name.split("_")
    return f"{first}{''.join(map(str.capitalize, others))}"


def snake_case(name: str) -> str:
    """Return a name as Python writes it: `agentCode` is agent_code. A name in snake case stays the same."""
    return _WORD.sub(lambda capital: f"_{capital[0].lower()}", name)


def dynamic_type(kind: str) -> str:
    """Return the type of a resource of a dynamic provider: Agent is `pulumi-python:dynamic/assistai:Agent`."""
    return f"pulumi-python:dynamic/{NAMESPACE}:{kind}"


def native_type(kind: str) -> str:
    """Return the type of a resource of the native provider: Agent is `assistai:index:Agent`."""
    return f"{NAMESPACE}:index:{kind}"
