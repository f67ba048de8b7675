"""Names of properties, in values and in messages: camelCase in programs, snake_case in this package."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from pulumi_assistai.keys import camel_case, snake_case
from pulumi_assistai.settings import Settings

PROVIDER_KEY = "__provider"
"""The property that a dynamic provider adds to a state."""

_OWN = "__"
"""Start of the names of internal properties, which are the same in programs and in this package."""

_IN_PYTHON = (
    (re.compile(r"aliases=\[pulumi\.Alias\(name=OLD_NAME\)\]"), "the option `aliases`"),
    (re.compile(r"`opts=pulumi\.ResourceOptions\(protect=True\)`"), "the option `protect`"),
    (re.compile(r", in a fleet's file `key: OLD_KEY` or `moved_from: OLD_FLEET`"), ""),
    (re.compile(r"with get_agent\(code=\.\.\.\)"), "by its code"),
    (re.compile(r"`opts=ResourceOptions\(provider=\.\.\.\)`"), "the option `provider`"),
    (re.compile(r"from `Agent\.get`"), "that is read and not declared"),
    (re.compile(r"\b(\w+)=True\b"), r"\1: true"),
    (re.compile(r'\b(adopt)=(?=["A-Z])'), r"\1: "),
    (re.compile(r"\badopt=(?=,)"), "adopt"),
    (re.compile(r"\bdefault False\b"), "default false"),
    (re.compile(r"\bNone\b"), "absent"),
)
"""Words for users of Python in messages, and the words for users of other languages."""

_LONG_NAMES = (
    *(name for name in Settings.model_fields if "_" in name),
    *("allow_duplicate_name", "on_delete", "managed_since", "created_at"),
    *("agent_code", "expected_phone_number", "wait_for_connection", "phone_number"),
    *("get_agents", "get_agent", "get_conversations", "get_messages"),
)
_LONG_NAME = re.compile(rf"\b({'|'.join(_LONG_NAMES)})\b")


def inward(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return properties under this package's names. Those that a dynamic provider recorded already have them."""
    return {snake_case(name): value for name, value in properties.items() if name != PROVIDER_KEY}


def outward(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return properties under the names in programs."""
    return {shown(name): value for name, value in properties.items()}


def shown(name: str) -> str:
    """Return the name in programs."""
    return name if name.startswith(_OWN) else camel_case(name)


def is_dynamic(properties: Iterable[str]) -> bool:
    """Return whether a dynamic provider recorded properties with these names."""
    return any(name == PROVIDER_KEY or shown(name) != name for name in properties)


def unknown_names(given: Iterable[str], known: Collection[str]) -> list[str]:
    """Return the given names that are not known, sorted. The known names are in snake case."""
    return sorted(set(given) - {shown(name) for name in known})


def in_words(text: str) -> str:
    """Return a message with the names and words for languages other than Python."""
    for python, other in _IN_PYTHON:
        text = python.sub(other, text)
    return _LONG_NAME.sub(lambda found: camel_case(found[0]), text)
