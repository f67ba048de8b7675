"""Brings what two engines said, did and recorded into a form that is equal where they agree.

It leaves out what differs between any two runs, and nothing else: times, the random ids of providers, codes that depend
on the order of independent creations, ciphertexts (their plaintexts are compared), the order of dependencies and of
keys, and the program's lines (`sourcePosition`, `stackTrace`). When a run fails, it also leaves out the wording of the
failure and the number of unchanged resources, which depends on timing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from difflib import unified_diff
from itertools import pairwise
from typing import Any

from pulumi_assistai.engine.storage.secrets import Crypter
from tests.engines import PASSPHRASE

_TIMES = (
    "created",
    "modified",
    "created_at",
    "createdAt",
    "managed_since",
    "managedSince",
    "sourcePosition",
    "stackTrace",
)
_OPERATION = "create|update|delete|replace|creating|updating|deleting|replacing|created|updated|deleted|replaced"
# The CLI says "[retain]" as well where a resource is only forgotten.
_ROW = re.compile(
    rf"^ (?:..) \S+:\S+ (?P<name>\S+) (?P<operation>{_OPERATION})(?P<part> replacement| original)?(?= |;|\[|$)",
    re.MULTILINE,
)
_LISTING = '"GET" "/api/v1/agents" '
_AFTER_FAILURE = re.compile(r"\b(?:unchanged|errored)$")
_OWN_WARNING = "the configuration of this resource's provider is not known yet, so this preview cannot show its changes"
_OWN_WORDS = (
    "warning: The provider for this resource has inputs that are not known during preview.",
    "This preview may not correctly represent the changes that will be applied during an update.",
    f"warning: {_OWN_WARNING}",
)
# The CLI says of all plugins that are not in its cache where they are; the embedded engine takes one place alone.
_ABOUT_PLUGINS = re.compile(
    r"^ +pulumi:pulumi:Stack \(\S+\):\n(?: +warning: using pulumi-resource-\S+ from \$PATH at \S+\n)+(?=\n|\S)",
    re.MULTILINE,
)
# Of an organization it is said once a run, at any place among what is said of the resource that comes first, which may
# be another one each time.
_ONCE_A_RUN = re.compile(r"organization \S+ of tenant .*")
_HEADING = re.compile(r"\S+ \(\S+\):|")
_ENDING = re.compile("(e|ing|ed)$")


class Codes:
    """Names agents by what they were called first instead of by their codes."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def learn(self, agents: list[dict[str, Any]]) -> None:
        for agent in agents:
            if agent["code"] not in self._names:
                name = f"<{self.named(agent['name'])}>"
                again = sum(known.startswith(name) for known in self._names.values())
                self._names[agent["code"]] = f"{name}{again}" if again else name

    def named(self, text: str) -> str:
        for code, name in self._names.items():
            text = text.replace(code, name)
        return text

    def named_in(self, value: Any) -> Any:
        return json.loads(self.named(json.dumps(value, ensure_ascii=False)))


def difference(observed: Any, expected: Any) -> str:
    """Return the lines that differ, empty where none does."""
    before, after = _lines(expected), _lines(observed)
    return "\n".join(unified_diff(before, after, "the Pulumi CLI", "the embedded engine", lineterm=""))


def _lines(value: Any) -> list[str]:
    return json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True).split("\n")


def summary(text: str, *, ok: bool) -> list[str]:
    """Return the lines below "Resources:"; where a run failed, what was changed alone."""
    lines = _section(text, "Resources:")
    return lines if ok else [line for line in lines if not _AFTER_FAILURE.search(line)]


def messages(text: str) -> list[str]:
    """Return the lines below "Diagnostics:", sorted, but for what each engine says in its own words."""
    told = _section(_ABOUT_PLUGINS.sub("", text), "Diagnostics:")
    once = [line for line in told if _ONCE_A_RUN.match(line)]
    others = [line for line in told if line not in (*once, *_OWN_WORDS)]
    headed = [
        line
        for line, following in pairwise([*others, ""])
        if not (_HEADING.fullmatch(line) and _HEADING.fullmatch(following))
    ]
    return sorted(once + headed)


def operations(text: str) -> list[str]:
    """Return what was planned for, or done to, which resource."""
    rows = {(row["name"], _ENDING.sub("", row["operation"]), row["part"] or "") for row in _ROW.finditer(text)}
    return sorted(f"{name}: {operation}{part}" for name, operation, part in rows)


def _section(text: str, heading: str) -> list[str]:
    _, found, rest = text.rpartition(f"\n{heading}\n")
    lines = [line.strip() for line in re.split(r"\n(?=\S)", rest)[0].split("\n")]
    return [line for line in lines if line] if found else []


def calls(requests: list[dict[str, Any]], *, in_order: bool) -> list[str]:
    """Return the API's requests: listings first, then the others, in their order where that is decided.

    Where it is not, a listing counts once: it is read again when another provider's process creates an agent meanwhile.
    """
    fields = ("method", "path", "query", "body", "status", "tenant", "organization")
    lines = [" ".join(json.dumps(request[name], sort_keys=True) for name in fields) for request in requests]
    listings = [line for line in lines if line.startswith(_LISTING)]
    others = [line for line in lines if not line.startswith(_LISTING)]
    return sorted(listings) + others if in_order else sorted({*listings}) + sorted(others)


def state(exported: Mapping[str, Any], *, in_order: bool) -> dict[str, Any]:
    """Return an exported state without what differs between any two runs."""
    deployment = {key: value for key, value in exported["deployment"].items() if key != "manifest"}
    secrets_provider = deployment.pop("secrets_providers", {})
    crypter = Crypter.open(PASSPHRASE, secrets_provider["state"]["salt"])
    resources = deployment.pop("resources", None) or []
    operations = deployment.pop("pending_operations", None) or []
    ids = {resource["id"]: f"id of {_name(resource)}" for resource in resources if _is_provider(resource)}
    texts = [_comparable(resource, ids, crypter) for resource in resources]
    return {
        **{key: value for key, value in exported.items() if key != "deployment"},
        **deployment,
        "secrets provider": secrets_provider["type"],
        "resources": texts if in_order else sorted(texts, key=lambda text: json.dumps(text, sort_keys=True)),
        "operations": sorted(f"{operation['type']} {_name(operation['resource'])}" for operation in operations),
    }


def _comparable(value: Any, ids: Mapping[str, str], crypter: Crypter) -> Any:
    match value:
        case {"ciphertext": ciphertext}:
            rest = {key: element for key, element in value.items() if key != "ciphertext"}
            return {**rest, "plaintext": json.loads(crypter.decrypt(ciphertext))}
        case dict():
            kept = {key: element for key, element in value.items() if key not in _TIMES}
            return {key: _sorted(key, _comparable(element, ids, crypter)) for key, element in kept.items()}
        case list():
            return [_comparable(element, ids, crypter) for element in value]
        case str():
            for id_, name in ids.items():
                value = value.replace(id_, name)
    return value


def _sorted(key: str, value: Any) -> Any:
    match key, value:
        case "dependencies", list():
            return sorted(value)
        case "propertyDependencies", dict():
            return {name: sorted(urns or []) for name, urns in value.items()}
    return value


def _name(resource: Mapping[str, Any]) -> str:
    return str(resource["urn"]).rpartition("::")[2]


def _is_provider(resource: Mapping[str, Any]) -> bool:
    return str(resource["type"]).startswith("pulumi:providers:")
