"""Property values: the values of inputs and outputs, and their form in protobuf structs.

A value is None, a bool, an int or float, a str, a list, a dict with str keys, a `Secret`, `UNKNOWN` or a
`ResourceReference`. Assets and archives are dicts, as in the protocol.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from google.protobuf import struct_pb2

SIGNATURE: Final = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - marks a secret, is not one
REFERENCE_SIGNATURE: Final = "5cf8f73096256a8f31e491e813e4eb8e"
OUTPUT_SIGNATURE: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
UNKNOWN_TEXT: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_EXACT_INTEGERS: Final = 2**53

Values = dict[str, Any]


class _Unknown:
    """The type of `UNKNOWN`."""

    def __repr__(self) -> str:
        return "[unknown]"

    def __copy__(self) -> _Unknown:
        return self

    def __deepcopy__(self, _memo: object) -> _Unknown:
        return self


UNKNOWN: Final = _Unknown()
"""A value that is unknown until the deployment has run."""


@dataclass(frozen=True, repr=False)
class Secret:
    """A value that must not be shown, and is encrypted in the state."""

    value: Any

    def __repr__(self) -> str:
        """Return a text without the value."""
        return "[secret]"


@dataclass(frozen=True)
class ResourceReference:
    """A resource as a property of another resource.

    Attributes:
        urn: the resource.
        id: its id, `UNKNOWN` before it exists, None for a component.
        package_version: the version of the package that defines it.
    """

    urn: str
    id: Any = None
    package_version: str = ""


def from_struct(struct: struct_pb2.Struct) -> Values:
    """Read the properties of a protobuf struct. Output values become plain, secret or unknown values."""
    return {key: from_value(value) for key, value in struct.fields.items()}


def from_value(value: struct_pb2.Value) -> Any:
    """Read one property value."""
    match value.WhichOneof("kind"):
        case "string_value":
            return UNKNOWN if value.string_value == UNKNOWN_TEXT else value.string_value
        case "bool_value":
            return value.bool_value
        case "number_value":
            return _number(value.number_value)
        case "list_value":
            return [from_value(element) for element in value.list_value.values]
        case "struct_value":
            return _from_signed(from_struct(value.struct_value))
        case _:
            return None


def to_struct(values: Mapping[str, Any], *, secrets: bool = False, references: bool = False) -> struct_pb2.Struct:
    """Write properties into a protobuf struct.

    Args:
        values: the properties.
        secrets: keep secrets marked; otherwise write their plain values.
        references: keep resource references; otherwise write the resource's id, or its URN if it has no id.
    """
    struct = struct_pb2.Struct()
    for key, value in values.items():
        _write(struct.fields[key], value, secrets=secrets, references=references)
    return struct


def output_dependencies(value: struct_pb2.Value) -> set[str]:
    """Return the URNs of the dependencies of all output values in `value`, at any depth."""
    if value.HasField("list_value"):
        return _union(output_dependencies(element) for element in value.list_value.values)
    if not value.HasField("struct_value"):
        return set()
    fields = value.struct_value.fields
    nested = _union(output_dependencies(field) for field in fields.values())
    if SIGNATURE in fields and fields[SIGNATURE].string_value == OUTPUT_SIGNATURE and "dependencies" in fields:
        nested |= {urn.string_value for urn in fields["dependencies"].list_value.values}
    return nested


def contains_unknown(value: Any) -> bool:
    """Return whether the value is unknown, or has an unknown value in it."""
    return _contains(value, lambda part: part is UNKNOWN)


def contains_secret(value: Any) -> bool:
    """Return whether the value is a secret, or has a secret in it."""
    return _contains(value, lambda part: isinstance(part, Secret))


def equal(left: Any, right: Any) -> bool:
    """Return whether two values are the same. Unlike with `==`, True is not 1."""
    match left, right:
        case Secret(), Secret():
            return equal(left.value, right.value)
        case dict(), dict():
            return left.keys() == right.keys() and all(equal(value, right[key]) for key, value in left.items())
        case list(), list():
            return len(left) == len(right) and all(map(equal, left, right))
        case _:
            return isinstance(left, bool) == isinstance(right, bool) and bool(left == right)


def revealed(value: Any) -> Any:
    """Return the value with all secrets in it unwrapped."""
    match value:
        case Secret():
            return revealed(value.value)
        case dict():
            return {key: revealed(element) for key, element in value.items()}
        case list():
            return [revealed(element) for element in value]
        case _:
            return value


def with_secrets_of(values: Values, model: Mapping[str, Any]) -> Values:
    """Return `values`, with a secret for each value whose namesake in `model` is or contains a secret.

    Providers answer in clear: an input that was a secret comes back as a plain output.
    """
    marked = dict(values)
    for key in values.keys() & model.keys():
        value, origin = values[key], model[key]
        if isinstance(value, dict) and isinstance(origin, dict):
            marked[key] = with_secrets_of(value, origin)
        elif not isinstance(value, Secret) and contains_secret(origin):
            marked[key] = Secret(value)
    return marked


def _number(number: float) -> float:
    return int(number) if number.is_integer() and abs(number) <= _EXACT_INTEGERS else number


def _from_signed(fields: Values) -> Any:
    match fields.get(SIGNATURE):
        case str(signature) if signature == SECRET_SIGNATURE:
            return Secret(fields.get("value"))
        case str(signature) if signature == OUTPUT_SIGNATURE:
            value = fields.get("value", UNKNOWN)
            return Secret(value) if fields.get("secret") else value
        case str(signature) if signature == REFERENCE_SIGNATURE:
            id_ = fields.get("id")
            return ResourceReference(fields["urn"], UNKNOWN if id_ == "" else id_, fields.get("packageVersion") or "")
        case _:
            return fields


def _write(target: struct_pb2.Value, value: Any, *, secrets: bool, references: bool) -> None:
    match value:
        case None:
            target.null_value = struct_pb2.NULL_VALUE
        case bool():
            target.bool_value = value
        case str():
            target.string_value = value
        case int() | float():
            target.number_value = value
        case list():
            target.list_value.SetInParent()
            for element in value:
                _write(target.list_value.values.add(), element, secrets=secrets, references=references)
        case dict():
            target.struct_value.SetInParent()
            for key, element in value.items():
                _write(target.struct_value.fields[key], element, secrets=secrets, references=references)
        case _:
            _write(target, _wire_form(value, secrets=secrets, references=references), secrets=secrets, references=True)


def _wire_form(value: Any, *, secrets: bool, references: bool) -> Any:
    match value:
        case Secret():
            return {SIGNATURE: SECRET_SIGNATURE, "value": value.value} if secrets else value.value
        case ResourceReference() if references:
            return _reference_fields(value)
        case ResourceReference():
            return value.urn if value.id is None else value.id
        case _ if value is UNKNOWN:
            return UNKNOWN_TEXT
        case _:
            raise TypeError(f"not a property value: {type(value).__name__}")


def _reference_fields(reference: ResourceReference) -> Values:
    fields: Values = {SIGNATURE: REFERENCE_SIGNATURE, "urn": reference.urn}
    if reference.id is not None:
        fields["id"] = "" if reference.id is UNKNOWN else reference.id
    return fields | ({"packageVersion": reference.package_version} if reference.package_version else {})


def _contains(value: Any, wanted: Callable[[Any], bool]) -> bool:
    if wanted(value):
        return True
    match value:
        case Secret():
            return _contains(value.value, wanted)
        case dict():
            return any(_contains(element, wanted) for element in value.values())
        case list():
            return any(_contains(element, wanted) for element in value)
        case ResourceReference():
            return wanted(value.id)
        case _:
            return False


def _union(sets: Iterable[set[str]]) -> set[str]:
    return set().union(*sets)
