"""Goals: the resources that a program declares, read from the requests of the SDK."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pulumi.runtime.proto import alias_pb2, resource_pb2, source_pb2

from pulumi_assistai import urns
from pulumi_assistai.engine.errors import EngineError, UnsupportedError
from pulumi_assistai.engine.model.resource import Resource
from pulumi_assistai.properties import Values, from_struct, from_value, output_dependencies

_REFUSED = {
    "remote": "remote components",
    "transforms": "transforms",
    "hooks": "resource hooks",
    "state_migrations": "state migrations",
    "packageRef": "parameterized packages",
    "envVarMappings": "environment variable mappings of providers",
}
_TAKEN_OVER = (
    "type",
    "custom",
    "inputs",
    "parent",
    "dependencies",
    "property_dependencies",
    "additional_secret_outputs",
    "custom_timeouts",
    "deleted_with",
    "replace_with",
    "replacement_trigger",
    "source_position",
    "ignore_changes",
    "hide_diff",
    "replace_on_changes",
    "import_id",
)
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_DURATION = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(h|ms|m|s|us|µs|ns)")


@dataclass(frozen=True)
class Alias:
    """A former name of a resource: a whole URN, or the parts that differed."""

    urn: str = ""
    name: str = ""
    type: str = ""
    stack: str = ""
    project: str = ""
    parent: str = ""
    no_parent: bool = False


@dataclass
class Goal:
    """A resource as the program declares it.

    `protect`, `retain_on_delete` and `delete_before_replace` are None if the program does not set them.
    """

    type: str
    name: str
    custom: bool
    parent: str = ""
    inputs: Values = field(default_factory=dict)
    dependencies: list[str] = field(default_factory=list)
    property_dependencies: dict[str, list[str]] = field(default_factory=dict)
    provider: str = ""
    providers: Mapping[str, str] = field(default_factory=dict)
    protect: bool | None = None
    retain_on_delete: bool | None = None
    delete_before_replace: bool | None = None
    deleted_with: str = ""
    replace_with: list[str] = field(default_factory=list)
    replacement_trigger: Any = None
    ignore_changes: list[str] = field(default_factory=list)
    replace_on_changes: list[str] = field(default_factory=list)
    hide_diff: list[str] = field(default_factory=list)
    additional_secret_outputs: list[str] = field(default_factory=list)
    aliases: Sequence[Alias] = ()
    custom_timeouts: dict[str, float] = field(default_factory=dict)
    source_position: str = ""
    import_id: str = ""
    version: str = ""

    def to_resource(self, urn: str, former_urns: list[str]) -> Resource:
        """Return the resource that this goal describes, before its provider has checked it.

        Args:
            urn: the resource's URN.
            former_urns: the URN in the state, if it is another one.
        """
        taken = {name: getattr(self, name) for name in _TAKEN_OVER}
        return Resource(
            urn=urn,
            aliases=former_urns,
            provider=self.provider if self.custom else "",
            protect=bool(self.protect),
            retain_on_delete=bool(self.retain_on_delete),
            **taken,
        )


@dataclass(frozen=True)
class ReadGoal:
    """An existing resource that the program only wants to read."""

    type: str
    name: str
    id: str
    parent: str
    inputs: Values
    dependencies: list[str]
    provider: str
    additional_secret_outputs: list[str]
    source_position: str
    version: str = ""


def read_goal(request: resource_pb2.ReadResourceRequest, root: Path) -> ReadGoal:
    """Read a request to read a resource. Source positions are relative to `root`.

    Raises:
        UnsupportedError: it uses a feature that only the Pulumi CLI has.
    """
    _refuse(request)
    return ReadGoal(
        type=request.type,
        name=request.name,
        id=request.id,
        parent=request.parent,
        inputs=from_struct(request.properties),
        dependencies=sorted(request.dependencies),
        provider=request.provider,
        additional_secret_outputs=list(request.additionalSecretOutputs),
        source_position=_source_position(request.sourcePosition, root),
        version=request.version,
    )


def goal(request: resource_pb2.RegisterResourceRequest, root: Path) -> Goal:
    """Read a request to register a resource. Source positions are relative to `root`.

    Raises:
        UnsupportedError: it uses a feature that only the Pulumi CLI has.
        EngineError: it is malformed.
    """
    _refuse(request)
    if request.importId and urns.package_of(request.type) == urns.PYTHON_PACKAGE:
        raise UnsupportedError(f"the resource option import_ (resource {request.name})")
    decided = request.deleteBeforeReplaceDefined or request.deleteBeforeReplace
    return Goal(
        type=request.type,
        name=request.name,
        custom=request.custom,
        parent=request.parent,
        inputs=_inputs(request),
        dependencies=sorted(request.dependencies),
        property_dependencies=_property_dependencies(request),
        provider=request.provider,
        providers=dict(request.providers),
        protect=request.protect if request.HasField("protect") else None,
        retain_on_delete=request.retainOnDelete if request.HasField("retainOnDelete") else None,
        delete_before_replace=request.deleteBeforeReplace if decided else None,
        deleted_with=request.deletedWith,
        replace_with=list(request.replace_with),
        replacement_trigger=from_value(request.replacement_trigger),
        ignore_changes=list(request.ignoreChanges),
        replace_on_changes=list(request.replaceOnChanges),
        hide_diff=list(request.hideDiffs),
        additional_secret_outputs=list(request.additionalSecretOutputs),
        aliases=[*(Alias(urn=urn) for urn in request.aliasURNs), *map(_alias, request.aliases)],
        custom_timeouts=_timeouts(request.customTimeouts),
        source_position=_source_position(request.sourcePosition, root),
        import_id=request.importId,
        version=request.version,
    )


def _refuse(request: resource_pb2.RegisterResourceRequest | resource_pb2.ReadResourceRequest) -> None:
    for name, feature in _REFUSED.items():
        value = getattr(request, name, None)
        if value and (name != "hooks" or value.ListFields()):
            raise UnsupportedError(f"{feature} (resource {request.name})")


def _inputs(request: resource_pb2.RegisterResourceRequest) -> Values:
    """Return the inputs. Those of a provider include the version that the program asks for."""
    inputs = from_struct(request.object)
    native = urns.served_package(request.type) != urns.PYTHON_PACKAGE
    versioned = urns.is_provider_type(request.type) and native and request.version
    return inputs | {"version": request.version} if versioned else inputs


def _property_dependencies(request: resource_pb2.RegisterResourceRequest) -> dict[str, list[str]]:
    declared = {key: set(value.urns) for key, value in request.propertyDependencies.items()}
    if not declared:
        declared = {key: set(request.dependencies) for key in request.object.fields}
    for key, value in request.object.fields.items():
        declared.setdefault(key, set()).update(output_dependencies(value))
    return {key: sorted(found) for key, found in sorted(declared.items())}


def _alias(message: alias_pb2.Alias) -> Alias:
    if message.WhichOneof("alias") == "urn":
        return Alias(urn=message.urn)
    spec = message.spec
    return Alias("", spec.name, spec.type, spec.stack, spec.project, spec.parentUrn, spec.noParent)


def _timeouts(message: resource_pb2.RegisterResourceRequest.CustomTimeouts) -> dict[str, float]:
    return {descriptor.name: _seconds(text) for descriptor, text in message.ListFields()}


def _seconds(text: str) -> float:
    parts = _DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise EngineError(f"the custom timeout {text!r} is not a duration such as 90s or 1h30m")
    seconds = math.fsum(float(number) * _SECONDS[unit] for number, unit in parts)
    return int(seconds) if seconds.is_integer() else seconds


def _source_position(message: source_pb2.SourcePosition, root: Path) -> str:
    if not message.uri:
        return ""
    place = Path(os.path.relpath(unquote(urlsplit(message.uri).path), root)).as_posix()
    column = f",{message.column}" if message.column else ""
    return f"project:///{place}#{message.line}{column}"
