"""Reading of the JSON that `pulumi preview --json` and `assistai sandbox preview --json` write."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from pulumi_assistai.cli.report.diagnostics import read_diagnostics
from pulumi_assistai.cli.report.model import SECRET, UNKNOWN, Preview, State, Step
from pulumi_assistai.errors import AssistAIError
from pulumi_assistai.text import shorten

_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a mark
_UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_ATTEMPTS = 1000
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

Many = BeforeValidator(lambda value: [] if value is None else value)
Id = Annotated[str, BeforeValidator(lambda value: value or "")]
Properties = Annotated[dict[str, Any], BeforeValidator(lambda value: {} if value is None else value)]


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)


class _State(_Wire):
    id: Id = ""
    urn: str = ""
    provider: str = ""
    inputs: Properties = Field(default_factory=dict)
    outputs: Properties = Field(default_factory=dict)
    retain_on_delete: bool = Field(default=False, alias="retainOnDelete")


class _Step(_Wire):
    op: str
    urn: str
    provider: str = ""
    reasons: Annotated[list[str], Many] = Field(default=[], alias="diffReasons")
    old: _State | None = Field(default=None, alias="oldState")
    new: _State | None = Field(default=None, alias="newState")
    # The embedded engine's own, which has no states.
    id: Id = ""
    old_urn: str = Field(default="", alias="oldUrn")
    old_inputs: dict[str, Any] | None = Field(default=None, alias="oldInputs")
    old_outputs: Properties = Field(default_factory=dict, alias="oldOutputs")
    new_inputs: dict[str, Any] | None = Field(default=None, alias="newInputs")


class _Diagnostic(_Wire):
    urn: str = ""
    message: str = ""
    severity: str = "info"


class _Document(_Wire):
    config: Properties = Field(default_factory=dict)
    steps: Annotated[list[_Step], Many] = []
    diagnostics: Annotated[list[_Diagnostic], Many] = []


def read_preview(text: str, source: str) -> Preview:
    """Read a preview. Lines before and after its JSON are ignored.

    Args:
        text: the output of a preview.
        source: its source, for errors.

    Raises:
        AssistAIError: it has no JSON of a preview.
    """
    document = _find_document(text, source)
    try:
        wire = _Document.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise AssistAIError(_not_a_preview(source, f"{shorten(place, 80)}: {first['msg']}")) from None
    except RecursionError:
        raise AssistAIError(_not_a_preview(source, "it is nested too deeply")) from None
    steps = sorted(map(_step, wire.steps), key=lambda step: (step.urn, step.op))
    said = read_diagnostics((said.severity, said.message, said.urn) for said in wire.diagnostics)
    return Preview(tuple(steps), tuple(said), plain(wire.config))


def _find_document(text: str, source: str) -> Mapping[str, Any]:
    if not text.strip():
        raise AssistAIError(_not_a_preview(source, "it is empty"))
    decoder, reason = json.JSONDecoder(), "it has no JSON object"
    for start in _candidates(text):
        try:
            found, _ = decoder.raw_decode(text, start)
        except json.JSONDecodeError as error:
            line = text.count("\n", 0, start + error.pos - start) + 1
            reason = f"its JSON is cut off or invalid at line {line}"
        except (RecursionError, ValueError):
            reason = "its JSON is invalid"
        else:
            if isinstance(found, dict) and found.keys() & {"steps", "diagnostics", "changeSummary"}:
                return found
            reason = 'its JSON has neither "steps" nor "changeSummary"'
    raise AssistAIError(_not_a_preview(source, reason))


def _candidates(text: str) -> Iterable[int]:
    """Yield the positions of lines that begin with a brace, for `raw_decode`."""
    found = re.finditer(r"^[ \t\ufeff]*(?=\{)", text, re.MULTILINE)
    return (match.end() for match, _ in zip(found, range(_ATTEMPTS), strict=False))


def _not_a_preview(source: str, reason: str) -> str:
    return (
        f"{source} is not the JSON of a preview: {reason}; "
        "write it with `pulumi preview --json`, or let `assistai report --run` run the preview"
    )


def _step(wire: _Step) -> Step:
    before = _state(wire.old.inputs, wire.old.outputs) if wire.old else None
    after = _state(wire.new.inputs, wire.new.outputs) if wire.new else None
    if wire.old_inputs is not None:
        before = _state(wire.old_inputs, wire.old_outputs)
    if wire.new_inputs is not None:
        after = _state(wire.new_inputs, {})
    old_urn = (wire.old.urn if wire.old else "") or wire.old_urn or wire.urn
    provider = wire.provider or next((state.provider for state in (wire.new, wire.old) if state), "")
    reasons = frozenset(_snake(reason.partition(".")[0]) for reason in wire.reasons)
    forgotten = bool(wire.old and wire.old.retain_on_delete)
    id_ = wire.id or (wire.new.id if wire.new else "")
    return Step(wire.op, wire.urn, old_urn, provider, before, after, reasons, forgotten, id_)


def _state(inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> State:
    return State(plain(inputs), plain(outputs))


def plain(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return properties under snake case names, with marks in place of secret and unknown values."""
    return {_snake(name): _plain(value) for name, value in properties.items() if value is not None}


def _plain(value: Any) -> Any:
    if value == _UNKNOWN_TEXT:
        return UNKNOWN
    if isinstance(value, dict):
        is_secret = value.get(_SIGNATURE) == _SECRET_SIGNATURE
        return SECRET if is_secret else {name: _plain(element) for name, element in value.items()}
    return [_plain(element) for element in value] if isinstance(value, list) else value


def _snake(name: str) -> str:
    return name if name.startswith("__") else _CAMEL.sub("_", name).lower()
