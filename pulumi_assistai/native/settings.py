"""Settings of a provider resource: check, compare, load."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pulumi_assistai import urns
from pulumi_assistai.keys import NAMESPACE, camel_case, stack_key
from pulumi_assistai.native.names import inward, unknown_names
from pulumi_assistai.properties import Secret, Values, equal, revealed
from pulumi_assistai.settings import Settings

STACK_CONFIGURATION = "PULUMI_CONFIG"
"""Environment variable with the stack configuration, secrets in clear. It is read here, and never shown."""

_TOKEN = camel_case("api_token")
_PULUMIS_OWN = ("version", "pluginDownloadURL", "__internal")
_NAMES = tuple(map(camel_case, Settings.model_fields))


def problems(inputs: Values) -> list[str]:
    """Return the problems of the names in a configuration. `load` checks the values."""
    unknown = unknown_names((name for name in inputs if name not in _PULUMIS_OWN), Settings.model_fields)
    return [f"{NAMESPACE}:{name} is not a setting; the settings are {', '.join(_NAMES)}" for name in unknown]


def is_token_in_clear(urn: str, inputs: Values) -> bool:
    """Return whether the stack configuration, the inputs of the default provider, has the token in clear."""
    return _is_default(urn) and isinstance(inputs.get(_TOKEN), str)


def with_secret_token(inputs: Values) -> Values:
    """Return the configuration with the token as a secret."""
    token = inputs.get(_TOKEN)
    return inputs if token is None or isinstance(token, Secret) else {**inputs, _TOKEN: Secret(token)}


def changed(olds: Values, news: Values) -> list[str]:
    """Return the settings that differ."""
    return [name for name in _NAMES if not equal(revealed(olds.get(name)), revealed(news.get(name)))]


def load(urn: str, inputs: Values, environment: Mapping[str, str]) -> Settings:
    """Return the connection of a provider resource.

    The arguments of an explicit provider come first, then the environment, then the stack configuration. The default
    provider has only the stack configuration as inputs.

    Args:
        urn: the provider resource.
        inputs: its configuration.
        environment: environment variables.

    Raises:
        ConfigurationError: settings are missing or wrong.
    """
    names = inward({name: revealed(inputs[name]) for name in _NAMES if name in inputs})
    if _is_default(urn):
        return Settings.load({}, environment, {stack_key(name): value for name, value in names.items()})
    return Settings.load(names, environment, _stack_configuration(environment))


def _is_default(urn: str) -> bool:
    return urns.is_default_provider_name(urns.name_of(urn))


def _stack_configuration(environment: Mapping[str, str]) -> dict[str, Any]:
    try:
        found = json.loads(environment.get(STACK_CONFIGURATION) or "{}")
    except ValueError:
        return {}
    # The CLI leaves out the provider's own namespace.
    values = found if isinstance(found, dict) else {}
    return {key if ":" in key else f"{NAMESPACE}:{key}": value for key, value in values.items()}
