"""The meaning of planned operations in AssistAI, for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pulumi_assistai.cli.report.fields import hidden_changes
from pulumi_assistai.cli.report.model import UNKNOWN, Kind, Step, name_of


class Gate(StrEnum):
    """The gates of `--fail-on`."""

    DRIFT = "drift"
    DELETE = "delete"
    DISCONNECT = "disconnect"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Remark:
    """One sentence about a resource, and the gates that it closes."""

    text: str
    gates: frozenset[Gate] = frozenset()


@dataclass(frozen=True)
class Meaning:
    """The meaning of an operation on a resource.

    Attributes:
        verb: one word, for headings and counts; empty if nothing happens.
        remarks: remarks for a reviewer.
    """

    verb: str
    remarks: tuple[Remark, ...] = ()


_CREATIONS = ("create", "create-replacement", "import", "import-replacement")
_IMPORTS = ("import", "import-replacement")
_DELETIONS = ("delete", "delete-replaced", "discard", "discard-replaced")
_SEEN = ("name", "description", "status", "phone_number")


def meaning(step: Step, steps: Sequence[Step]) -> Meaning:
    """Return the meaning of a step. The other steps show whether another resource keeps managing the agent."""
    kind = {Kind.AGENT: _agent, Kind.WHATSAPP: _whatsapp}.get(step.kind, _other)
    found = kind(step, steps)
    moved = (_moved(step),) if step.old_urn != step.urn else ()
    hidden = tuple(Remark(text) for text in hidden_changes(step)) if found.verb else ()
    return Meaning(found.verb or ("moved" if moved else ""), (*moved, *found.remarks, *hidden))


def is_managed_on(step: Step, steps: Sequence[Step]) -> str:
    """Return the resource that adopts the agent of a removed resource, empty if none does."""
    code = step.recorded("code")
    heirs = [other.name for other in steps if code and other.op in _CREATIONS and other.declared("adopt") == code]
    return heirs[0] if heirs else ""


def _agent(step: Step, steps: Sequence[Step]) -> Meaning:
    if step.op in _IMPORTS:
        return Meaning("imported", (Remark(f"takes over the live agent {step.id} as it is"),))
    if step.op in _CREATIONS:
        return _new_agent(step)
    if step.op in _DELETIONS:
        return _removed_agent(step, is_managed_on(step, steps))
    if step.op == "refresh":
        return _refreshed(step)
    return Meaning("updated", tuple(_edits(step))) if step.op == "update" else Meaning("")


def _new_agent(step: Step) -> Meaning:
    code = step.declared("adopt")
    if code:
        words = f"adopts the live agent {code}; the declared fields overwrite it"
        return Meaning("adopted", (Remark(words),))
    return Meaning("created")


def _removed_agent(step: Step, heir: str) -> Meaning:
    agent, code = _called(step), step.recorded("code")
    if heir:
        return Meaning("moved", (Remark(f"agent {code} stays as it is: {heir} manages it from now on"),))
    deleted = frozenset({Gate.DELETE})
    if step.forgotten:
        option = step.in_program("retain_on_delete")
        words = f"Pulumi only forgets {agent} ({option}): it stays live and keeps answering"
        return Meaning("no longer managed", (Remark(words, deleted),))
    if step.recorded("on_delete") == "archive":
        name = step.recorded("name")
        words = f'{agent} is archived: its WhatsApp is disconnected, and it is renamed "[archived] {name}"'
        return Meaning("archived", (Remark(words, deleted),))
    words = f"{agent} stays live and keeps answering: AssistAI cannot delete agents, Pulumi only stops managing it"
    return Meaning("no longer managed", (Remark(words, deleted),))


def _edits(step: Step) -> Iterator[Remark]:
    edited = (step.before.outputs if step.before else {}).get("__edited")
    if isinstance(edited, list) and edited:
        fields = ", ".join(map(str, edited))
        words = f"edited in AssistAI ({fields}), as a refresh found: the declared fields overwrite the edit"
        yield Remark(words, frozenset({Gate.DRIFT}))


def _refreshed(step: Step) -> Meaning:
    before, after = step.before, step.after
    fields = [name for name in _SEEN if before and after and before.get(name) != after.get(name)]
    if not fields:
        return Meaning("")
    words = f"{', '.join(fields)} changed in AssistAI, as this refresh found"
    return Meaning("drifted", (Remark(words, frozenset({Gate.DRIFT})),))


def _whatsapp(step: Step, steps: Sequence[Step]) -> Meaning:
    name = _agent_of(step, steps)
    if step.op in _IMPORTS:
        return Meaning("WhatsApp imported")
    if step.op in _CREATIONS:
        words = f"{name} is connected to WhatsApp and waits for a phone: `assistai link` shows the QR after `pulumi up`"
        return Meaning("WhatsApp added", (Remark(words),))
    if step.op in _DELETIONS:
        return _removed_whatsapp(step, name, steps)
    if step.op == "refresh":
        return _refreshed(step)
    if step.op == "update" and step.recorded("status") == "disconnected":
        words = f"the phone of {name} is disconnected: link it again with `assistai link` after `pulumi up`"
        return Meaning("WhatsApp reconnected", (Remark(words, frozenset({Gate.DRIFT, Gate.DISCONNECT})),))
    return Meaning("WhatsApp updated" if step.op == "update" else "")


def _removed_whatsapp(step: Step, name: str, steps: Sequence[Step]) -> Meaning:
    code = step.recorded("agent_code")
    if any(other.op in _CREATIONS and other.declared("agent_code") == code for other in _integrations(steps)):
        return Meaning("WhatsApp moved", (Remark(f"another resource now manages it: {name} stays connected"),))
    status = step.recorded("status")
    if status == "connected":
        words = f"the phone of {name} will be disconnected: customers get no answer on that number"
        return Meaning("WhatsApp removed", (Remark(words, frozenset({Gate.DISCONNECT})),))
    return Meaning(
        "WhatsApp removed", (Remark(f"{name} has no phone linked ({status or 'no status'}): no phone is disconnected"),)
    )


def _integrations(steps: Sequence[Step]) -> Iterator[Step]:
    return (step for step in steps if step.kind is Kind.WHATSAPP)


def _other(step: Step, _steps: Sequence[Step]) -> Meaning:
    return Meaning("" if step.op in ("same", "read", "refresh") else step.op)


def _moved(step: Step) -> Remark:
    before = name_of(step.old_urn)
    return Remark(f"moved in the program (was {before}); in AssistAI it stays the same {step.kind}")


def _called(step: Step) -> str:
    name, code = step.recorded("name"), step.recorded("code")
    return f'"{name}" ({code})' if name else f"agent {code}"


def _agent_of(step: Step, steps: Sequence[Step]) -> str:
    code = step.declared("agent_code") or step.recorded("agent_code")
    code = step.recorded("agent_code") if code == UNKNOWN else code
    for other in steps:
        same_name = step.name == f"{other.name}-whatsapp" and other.provider == step.provider
        if other.kind is Kind.AGENT and (same_name or (code and other.recorded("code") == code)):
            return other.declared("name") or other.recorded("name") or other.name
    return f"agent {code}" if code else step.name.removesuffix("-whatsapp")
