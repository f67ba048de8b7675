"""Memory of an agent's live values: drift is a change of the live value, not a difference from the declared one.

An API may store a text in another form than the one that it received. The outputs of an agent remember the forms that a
refresh saw, as digests because a text may be a secret.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_assistai.lifecycle.likeness import form_of, same_text
from pulumi_assistai.lifecycle.values import Properties

SEEN = "__seen"
"""Output: for each field, the digests of live values that need no repair."""

EDITED = "__edited"
"""Output: the fields that somebody edited in AssistAI and that are not repaired yet."""

OUTPUTS = (SEEN, EDITED)


@dataclass(frozen=True)
class View:
    """One look at a field.

    Attributes:
        value: the value for the outputs: the declared value, or the live one if it drifted.
        seen: the digests to remember.
        form: words for the form in which the API stores the declared value; empty if it is the same or drifted.
        drifted: whether the live value is a change.
    """

    value: str
    seen: tuple[str, ...] = ()
    form: str = ""
    drifted: bool = False


def look(recorded: Properties, field: str, live: str) -> View:
    """Compare the live value of a field with the recorded one and the remembered ones."""
    before, seen, digest = recorded[field], _seen(recorded, field), _digest(live)
    if live == before:
        # If that is a drifted value, its repair is still to come, and the digests matter after it.
        return View(before, seen if was_seen(recorded, field, before) else ())
    if digest in seen or same_text(before, live):
        return View(before, (digest,), form_of(before, live))
    kept_form = [known for known in seen if known != _digest(before)][:1]
    return View(live, (*kept_form, digest), drifted=True)


def remember(outputs: Mapping[str, Any], field: str, view: View) -> dict[str, Any]:
    """Return the outputs with the result of a look at a field."""
    seen = {**outputs.get(SEEN, {}), field: list(view.seen)}
    edited = [*outputs.get(EDITED, ()), *([field] if view.drifted else [])]
    return _with(outputs, {key: value for key, value in seen.items() if value}, sorted(set(edited)))


def after_update(recorded: Properties, inputs: Properties) -> dict[str, Any]:
    """Return the memory after the declared values were sent.

    The digests of a field are kept as long as its declared value stays the same. If the recorded value is a drifted
    one, the update repaired it, and they are kept as well.
    """
    seen = {
        field: digests
        for field, digests in recorded.get(SEEN, {}).items()
        if inputs.get(field) == recorded.get(field) or was_seen(recorded, field, recorded.get(field, ""))
    }
    return _with({}, seen, [])


def was_seen(recorded: Properties, field: str, live: str) -> bool:
    """Return whether a live value was seen before."""
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
