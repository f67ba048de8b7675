"""Messages of the provider protocol, converted from and to the lifecycle's values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto.provider_pb2 import CheckFailure, CheckResponse, DiffResponse, PropertyDiff

from pulumi_assistai import properties
from pulumi_assistai.lifecycle.values import UNKNOWN, Difference, Problem
from pulumi_assistai.native.names import PROVIDER_KEY, in_words, inward, is_dynamic, outward, shown
from pulumi_assistai.native.reports import clean
from pulumi_assistai.properties import Values, contains_unknown, revealed

_KINDS = {
    (True, True): PropertyDiff.UPDATE,
    (True, False): PropertyDiff.DELETE,
    (False, True): PropertyDiff.ADD,
    (False, False): PropertyDiff.UPDATE,
}
"""The kind of a change, by whether the property was an input and is one now. An output that is repaired is neither."""

Kinds = Mapping[str, PropertyDiff.Kind.ValueType]


def read_struct(struct: Struct) -> Values:
    """Return the properties of a struct, without those that have no value."""
    return {name: value for name, value in properties.from_struct(struct).items() if value is not None}


def plain(values: Values) -> dict[str, Any]:
    """Return properties as the lifecycle takes them: secrets as plain values, unknown ones as UNKNOWN."""
    return inward({name: UNKNOWN if contains_unknown(value) else revealed(value) for name, value in values.items()})


def as_struct(values: Mapping[str, Any], model: Values) -> Struct:
    """Return the lifecycle's values as a struct. A value is a secret if the property of its name in `model` is one."""
    named = outward(values)
    known = {name: properties.UNKNOWN if value is UNKNOWN else value for name, value in named.items()}
    return properties.to_struct(properties.with_secrets_of(known, outward(inward(model))), secrets=True)


def answer_of(value: Any) -> Any:
    """Return the answer of a function, at any depth under the names in programs."""
    if isinstance(value, list):
        return [answer_of(item) for item in value]
    return outward({name: answer_of(item) for name, item in value.items()}) if isinstance(value, dict) else value


def reason_of(problem: Problem) -> str:
    """Return the message of a problem, with the names in programs."""
    return Problem(in_words(problem.text), shown(problem.argument), problem.code).reason


def no_argument(name: str, known: Iterable[str]) -> str:
    """Return the message about an argument that does not exist."""
    return f"{name}: no such argument; the arguments are {', '.join(map(shown, known))}"


def failures(reasons: Iterable[str]) -> list[CheckFailure]:
    """Return failures without a property: the CLI would print its value, even a secret. The reasons name it."""
    return [CheckFailure(property="", reason=clean(reason)) for reason in reasons]


def checked(inputs: Values, reasons: Iterable[str]) -> CheckResponse:
    """Return the answer to a check."""
    return CheckResponse(inputs=properties.to_struct(inputs, secrets=True), failures=failures(reasons))


def settings_diff(changed: Iterable[str]) -> DiffResponse:
    """Return the answer to a comparison of settings. Their changes replace nothing."""
    return _diff(dict.fromkeys(changed, PropertyDiff.UPDATE), [])


def resource_diff(difference: Difference, olds: Values, old_inputs: Values, news: Values) -> DiffResponse:
    """Return the answer to a comparison of a resource, property by property.

    Args:
        difference: the difference that the lifecycle found.
        olds: the recorded outputs. If a dynamic provider recorded them, there is a change: an update writes this
            provider's names to the state, without an API call.
        old_inputs: the recorded inputs.
        news: the declared inputs.
    """
    before, after = inward(old_inputs), inward(news)
    kinds = {shown(name): _KINDS[name in before, name in after] for name in difference.changed}
    kinds |= dict.fromkeys(map(shown, difference.replaces), PropertyDiff.UPDATE_REPLACE)
    moved = {PROVIDER_KEY: PropertyDiff.DELETE} if is_dynamic(olds) else {}
    return _diff(kinds | moved, [shown(name) for name in difference.replaces])


def _diff(kinds: Kinds, replaces: list[str]) -> DiffResponse:
    return DiffResponse(
        changes=DiffResponse.DIFF_SOME if kinds else DiffResponse.DIFF_NONE,
        replaces=replaces,
        deleteBeforeReplace=False,
        diffs=list(kinds),
        detailedDiff={name: PropertyDiff(kind=kind, inputDiff=True) for name, kind in kinds.items()},
        hasDetailedDiff=True,
    )
