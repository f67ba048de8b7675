"""A display that collects an operation's events into one JSON document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TextIO

from pulumi_assistai.engine.model.paths import differing, masked
from pulumi_assistai.engine.reporting.diff import public
from pulumi_assistai.engine.reporting.events import Change, Diagnostic, Event, Finished, Op, Started, Summary
from pulumi_assistai.properties import UNKNOWN, ResourceReference, Secret
from pulumi_assistai.text import json_text

_HIDDEN = "[hidden]"


class JsonDisplay:
    """Writes one JSON document when the operation ends.

    Its keys: verb, succeeded, changeSummary (operation to number of resources), steps (op, urn, id, oldInputs,
    newInputs, replaceKeys, oldUrn, oldOutputs, provider; op "refresh": found by a refresh before an update),
    diagnostics (severity, message, urn), outputs, duration (seconds). A secret reads "[secret]", an unknown value
    "[unknown]", and a difference that the resource option `hide_diffs` hides "[hidden]".

    Args:
        stream: where to write.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._changes: dict[tuple[str, str, bool], Change] = {}
        self._diagnostics: list[dict[str, str]] = []

    def show(self, event: Event) -> None:
        """Keep `event`. Write the document when it is the summary."""
        match event:
            case Finished(change):
                self._keep(change)
            case Started(change) if not change.refreshed:  # What a refresh finds is known when it has ended.
                self._keep(change)
            case Diagnostic(severity, message, urn):
                self._diagnostics.append({"severity": severity, "message": message, "urn": urn})
            case Summary():
                self._stream.write(json_text(self._document(event), indent=4) + "\n")

    def _keep(self, change: Change) -> None:
        self._changes[change.op, change.urn, change.refreshed] = change

    def _document(self, summary: Summary) -> dict[str, Any]:
        return {
            "verb": summary.verb,
            "succeeded": summary.succeeded,
            "changeSummary": dict(summary.counts),
            "steps": [_step(change, summary.verb) for change in self._changes.values()],
            "diagnostics": self._diagnostics,
            "outputs": plain(summary.outputs),
            "duration": round(summary.seconds, 3),
        }


def plain(value: Any) -> Any:
    """Return a property value for JSON, without secrets and without Pulumi's own properties."""
    match value:
        case Secret():
            return "[secret]"
        case _ if value is UNKNOWN:
            return "[unknown]"
        case Mapping():
            return {key: plain(element) for key, element in public(value).items()}
        case list() | tuple():
            return [plain(element) for element in value]
        case ResourceReference(urn):
            return urn
        case _:
            return value


def _step(change: Change, verb: str) -> dict[str, Any]:
    old, new, outputs = change.old, change.new, change.old_outputs
    if old is not None and new is not None:
        paths = differing(old, new, change.hidden)
        old, new = masked(old, paths, _HIDDEN), masked(new, paths, _HIDDEN)
        outputs = masked(outputs, paths, _HIDDEN) if outputs is not None else None
    return {
        "op": Op.REFRESH if change.refreshed and verb != "refresh" else change.op,
        "urn": change.urn,
        "id": change.id,
        "oldInputs": plain(old),
        "newInputs": plain(new),
        "replaceKeys": list(change.replace_keys),
        "oldUrn": change.old_urn,
        "oldOutputs": plain(outputs),
        "provider": change.provider,
    }
