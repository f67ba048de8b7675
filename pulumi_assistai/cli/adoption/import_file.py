"""The import file for `pulumi import --file` and `assistai sandbox import`."""

from __future__ import annotations

import base64
import pickle
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pulumi_assistai.cli.project.declared import AGENT_TYPE, NATIVE_AGENT_TYPE
from pulumi_assistai.client import ListedAgent
from pulumi_assistai.providers.agents import AgentProvider

FLEET_TYPE = "assistai:index:AgentFleet"

IMPORT_FILE = "import.json"
"""The name of the file."""

_LONGEST_KEY = 60
_PROVIDER_NAME = "their provider"
"""The file's name for an explicit provider: no agent has that key."""

# The pickle protocol of the Pulumi SDK: the same class gives the same text.
_PICKLE_PROTOCOL = 4


@dataclass(frozen=True)
class Adoption:
    """A live agent and its future declaration.

    Attributes:
        key: its name in the program.
        code: its code.
        fields: the declared fields: those that AssistAI shows and that have a value.
    """

    key: str
    code: str
    fields: Mapping[str, str]


def adopt(agents: Iterable[ListedAgent], taken: Collection[str]) -> list[Adoption]:
    """Give every agent a unique key: its name in small ASCII letters, digits and hyphens, with a number if needed.

    Args:
        agents: the live agents, oldest first.
        taken: names already in use.
    """
    used = set(taken)
    adoptions = []
    for agent in agents:
        key = unused(_slug(agent.name) or _slug(agent.code) or "agent", used)
        used.add(key)
        shown = {"name": agent.name, "description": agent.description}
        adoptions.append(Adoption(key, agent.code, {name: text for name, text in shown.items() if text}))
    return adoptions


def unused(name: str, taken: Collection[str]) -> str:
    """Return a name. If it is taken, append the first number from 2 that makes it unique."""
    number, candidate = 1, name
    while candidate in taken:
        number += 1
        candidate = f"{name}-{number}"
    return candidate


def make_import_file(
    adoptions: Iterable[Adoption], place: Mapping[str, str], since: str, fleet: str = "", provider_urn: str = ""
) -> dict[str, Any]:
    """Return the import file. Importing it leaves the state that `adopt=` would.

    Args:
        adoptions: the agents.
        place: tenant and organization, as recorded in outputs.
        since: when they were adopted, ISO 8601 in UTC.
        fleet: the name of their `AgentFleet`; empty if the program declares each agent.
        provider_urn: the URN of their explicit provider; empty for the default one.
    """
    component = [{"type": FLEET_TYPE, "name": fleet, "component": True}] if fleet else []
    return _file([*component, *(_entry(adoption, place, since, fleet) for adoption in adoptions)], provider_urn)


def make_native_import_file(adoptions: Iterable[Adoption], provider_urn: str = "") -> dict[str, Any]:
    """Return the import file for native resources. Their provider reads what is declared.

    Args:
        adoptions: the agents.
        provider_urn: the URN of their explicit provider; empty for the default one.
    """
    entries = [{"type": NATIVE_AGENT_TYPE, "name": known.key, "id": known.code} for known in adoptions]
    return _file(entries, provider_urn)


def _file(entries: Sequence[Mapping[str, Any]], provider_urn: str) -> dict[str, Any]:
    if not provider_urn:
        return {"resources": entries}
    provided = [entry if entry.get("component") else {**entry, "provider": _PROVIDER_NAME} for entry in entries]
    return {"nameTable": {_PROVIDER_NAME: provider_urn}, "resources": provided}


def _entry(adoption: Adoption, place: Mapping[str, str], since: str, fleet: str) -> dict[str, Any]:
    inputs = {**adoption.fields, "on_delete": "retain", "__provider": _provider()}
    parent = {"parent": fleet} if fleet else {}
    return {
        "type": AGENT_TYPE,
        "name": f"{fleet}-{adoption.key}" if fleet else adoption.key,
        "id": adoption.code,
        **parent,
        "inputs": inputs,
        "outputs": {**inputs, "code": adoption.code, "managed_since": since, **place},
    }


def _provider() -> str:
    """Return the provider as the Pulumi SDK serializes it: a reference to its class."""
    return base64.b64encode(pickle.dumps(AgentProvider(), _PICKLE_PROTOCOL)).decode()


def _slug(text: str) -> str:
    ascii_ = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_)[:_LONGEST_KEY].strip("-")
