"""The calls of an OpenAPI document, for a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Operation:
    """A call.

    Attributes:
        method: its HTTP method.
        path: its path.
        description: its description.
        query: the names of its query's parameters.
        body: the fields of its body, and whether each is required.
        statuses: its response statuses.
    """

    method: str
    path: str
    description: str
    query: list[str]
    body: dict[str, bool]
    statuses: list[str]


def operations(document: Mapping[str, Any]) -> list[Operation]:
    """Return the calls of a document, in its order."""
    return [
        Operation(
            method.upper(),
            path,
            operation["description"],
            [parameter["name"] for parameter in operation.get("parameters", ()) if parameter["in"] == "query"],
            _fields(document, operation),
            [status for status in operation["responses"] if status != "default"],
        )
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def _fields(document: Mapping[str, Any], operation: Mapping[str, Any]) -> dict[str, bool]:
    if "requestBody" not in operation:
        return {}
    reference: str = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    schema = document["components"]["schemas"][reference.rpartition("/")[2]]
    return {name: name in schema.get("required", ()) for name in schema["properties"]}
