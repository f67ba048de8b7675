"""The fields of an agent that a step changes: as hunks, or as a remark if a text must not be shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pulumi_assistai.cli.report.hunks import Hunk, hunks_of, whole_text
from pulumi_assistai.cli.report.model import SECRET, UNKNOWN, Kind, State, Step
from pulumi_assistai.lifecycle.agents import POLICIES
from pulumi_assistai.lifecycle.fields import FIELDS

_SHOWN = {
    Kind.AGENT: (*FIELDS, *POLICIES),
    Kind.WHATSAPP: ("expected_phone_number", "wait_for_connection"),
}
_NO_STATE = State()


@dataclass(frozen=True)
class FieldHunk:
    """A hunk of a field."""

    field: str
    hunk: Hunk


def changed_fields(step: Step) -> tuple[str, ...]:
    """Return the fields that differ, as far as the preview shows their values."""
    return tuple(name for name in _SHOWN.get(step.kind, ()) if _value(step, name) != _new_value(step, name))


def field_hunks(step: Step) -> tuple[FieldHunk, ...]:
    """Return the changes in clear; for a new agent, its whole texts."""
    if step.after is None:
        return ()
    names = [name for name in changed_fields(step) if not _is_hidden(step, name)]
    if step.before is None:
        shown = [name for name in names if name not in POLICIES]
        return tuple(FieldHunk(step.in_program(name), whole_text(_new_value(step, name))) for name in shown)
    # A field that is no longer declared stays in AssistAI as it is: a warning says so.
    declared = [name for name in names if name in step.after.inputs]
    return tuple(
        FieldHunk(step.in_program(name), hunk)
        for name in declared
        for hunk in hunks_of(_value(step, name), _new_value(step, name))
    )


def hidden_changes(step: Step) -> Iterator[str]:
    """Yield remarks about changes that are not shown."""
    if step.after is None:
        return
    visible = changed_fields(step)
    secret = [name for name in _SHOWN.get(step.kind, ()) if _new_value(step, name) == SECRET]
    unchanged = [name for name in secret if name not in visible]
    if step.before is None:
        yield from (f"{step.in_program(name)} is a secret (not shown)" for name in secret)
        return
    revealed = _no_secrets_any_more(step)
    yield from (f"{step.in_program(name)} is a secret from now on (not shown)" for name in secret if name in visible)
    yield from (f"{step.in_program(name)} is no longer a secret (its old text is not shown)" for name in revealed)
    yield from _secret_changes(step, unchanged, alone=not visible)
    unknown = [name for name in visible if _new_value(step, name) == UNKNOWN]
    yield from (f"{step.in_program(name)} is known only after `pulumi up`" for name in unknown)


def _no_secrets_any_more(step: Step) -> list[str]:
    return [name for name in changed_fields(step) if _value(step, name) == SECRET]


def _secret_changes(step: Step, names: list[str], *, alone: bool) -> Iterator[str]:
    """Yield remarks about changed secrets: both values are masked, and most providers do not name the difference."""
    named = [name for name in names if name in step.reasons]
    listed = ", ".join(map(step.in_program, named or names))
    if named:
        yield f"secret text changed (not shown): {listed}"
    elif names and alone and not _is_repair(step):
        doubt = "one or more of " if len(names) > 1 else ""
        yield f"secret text changed (not shown): {doubt}{listed}"
    elif names:
        yield f"secret text may have changed as well (not shown): {listed}"


def _is_repair(step: Step) -> bool:
    return step.recorded("status") == "disconnected"


def _is_hidden(step: Step, name: str) -> bool:
    return bool({_value(step, name), _new_value(step, name)} & {SECRET, UNKNOWN})


def _value(step: Step, name: str) -> str:
    return _as_text((step.before or _NO_STATE).get(name))


def _new_value(step: Step, name: str) -> str:
    return _as_text((step.after or _NO_STATE).inputs.get(name))


def _as_text(value: object) -> str:
    return "" if value is None else value if isinstance(value, str) else str(value)
