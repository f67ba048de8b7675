"""Memory of what was seen of an agent: drift is a change against it, and not against what was declared.

An API may keep a text in another form than the one that it was sent. The outputs of an agent remember the forms that
were seen, as digests: a text may be a secret.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_assistai.lifecycle.likeness import form_of, same_text
from pulumi_assistai.lifecycle.values import Properties

SEEN = "__seen"
"""Output: for each field, the digests of live values for which no repair is due."""

EDITED = "__edited"
"""Output: the fields that somebody edited in AssistAI, until they are repaired."""

OUTPUTS = (SEEN, EDITED)


@dataclass(frozen=True)
class View:
    """One look at a field.

    Attributes:
        value: what the outputs record: the declared value, or the live one where it drifted.
        seen: the digests to remember.
        form: in which form the API keeps the declared value, in words; empty where it is that value or drifted.
        drifted: whether the live value is a change.
    """

    value: str
    seen: tuple[str, ...] = ()
    form: str = ""
    drifted: bool = False


def look(recorded: Properties, field: str, live: str) -> View:
    """Compare the live value of a field with the recorded one and with what was seen before."""
    before, seen, digest = recorded[field], _seen(recorded, field), _digest(live)
    if live == before:
        # Where that is a drifted value, a repair is still to come, and what was seen matters after it.
        return View(before, seen if was_seen(recorded, field, before) else ())
    if digest in seen or same_text(before, live):
        return View(before, (digest,), form_of(before, live))
    kept_form = [known for known in seen if known != _digest(before)][:1]
    return View(live, (*kept_form, digest), drifted=True)


def remember(outputs: Mapping[str, Any], field: str, view: View) -> dict[str, Any]:
    """Return the outputs with a look at a field noted."""
    seen = {**outputs.get(SEEN, {}), field: list(view.seen)}
    edited = [*outputs.get(EDITED, ()), *([field] if view.drifted else [])]
    return _with(outputs, {key: value for key, value in seen.items() if value}, sorted(set(edited)))


def after_update(recorded: Properties, inputs: Properties) -> dict[str, Any]:
    """Return what is still remembered once the declared values were sent.

    What was seen of a field holds on for as long as its declared value stays: where the recorded one is a drifted one,
    that is what was repaired.
    """
    seen = {
        field: digests
        for field, digests in recorded.get(SEEN, {}).items()
        if inputs.get(field) == recorded.get(field) or was_seen(recorded, field, recorded.get(field, ""))
    }
    return _with({}, seen, [])


def was_seen(recorded: Properties, field: str, live: str) -> bool:
    """Return whether a live value is one that was seen before."""
    return _digest(live) in _seen(recorded, field)


def edits(recorded: Properties) -> bool:
    """Return whether a refresh found that somebody edited the agent."""
    return bool(recorded.get(EDITED))


def _seen(recorded: Properties, field: str) -> tuple[str, ...]:
    return tuple(recorded.get(SEEN, {}).get(field, ()))


def _with(outputs: Mapping[str, Any], seen: Mapping[str, Any], edited: list[str]) -> dict[str, Any]:
    others = {name: value for name, value in outputs.items() if name not in OUTPUTS}
    return {**others, **({SEEN: dict(seen)} if seen else {}), **({EDITED: edited} if edited else {})}


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode(errors="surrogatepass")).hexdigest()[:16]
