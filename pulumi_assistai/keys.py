"""Names of the settings in the environment and in the stack configuration."""

from __future__ import annotations

NAMESPACE = "assistai"


def variable(field: str) -> str:
    """Return the environment variable of a setting: `api_token` is ASSISTAI_API_TOKEN."""
    return f"{NAMESPACE.upper()}_{field.upper()}"


def stack_key(field: str) -> str:
    """Return the stack configuration key of a setting: `api_token` is `assistai:apiToken`."""
    first, *others = field.split("_")
    return f"{NAMESPACE}:{first}{''.join(map(str.capitalize, others))}"
