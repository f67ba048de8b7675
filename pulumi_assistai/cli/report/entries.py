"""Entries of a report: each agent's operation, its remarks and the changes of its texts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pulumi_assistai.cli.report.fields import FieldHunk, field_hunks
from pulumi_assistai.cli.report.hunks import Hunk, common_hunk
from pulumi_assistai.cli.report.model import Kind, Preview, Step
from pulumi_assistai.cli.report.organizations import Organization, Organizations
from pulumi_assistai.cli.report.words import Remark, meaning

_ALONE = ("create", "create-replacement", "import")


@dataclass(frozen=True)
class Entry:
    """One agent with its WhatsApp integration, or another resource.

    Attributes:
        organization: its organization.
        name: the name of the resource in the program.
        shown_name: the agent's name in AssistAI; empty if unknown.
        code: the agent's code, empty for a new one.
        verbs: the operations, one word each.
        remarks: remarks for a reviewer.
        hunks: the changes that it does not share with other agents.
        is_new: whether the hunks are whole new texts.
        shared: the number of shared hunks.
        added, removed: lines of all hunks, including shared ones.
    """

    organization: Organization
    name: str
    kind: Kind
    shown_name: str = ""
    code: str = ""
    verbs: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()
    hunks: tuple[FieldHunk, ...] = ()
    is_new: bool = False
    shared: int = 0
    added: int = 0
    removed: int = 0


@dataclass(frozen=True)
class Shared:
    """A hunk and the agents that share it."""

    field: str
    hunk: Hunk
    entries: tuple[Entry, ...]


def entries_of(preview: Preview) -> list[Entry]:
    """Return the entries that change, by organization and name."""
    organizations = Organizations(preview)
    groups: dict[tuple[Organization, str], list[Step]] = defaultdict(list)
    agents = _agents(preview.steps)
    for step in preview.steps:
        organization = Organization() if step.kind is Kind.OTHER else organizations.of(step)
        groups[organization, _owner(step, agents)].append(step)
    entries = [
        _entry(organization, name, steps, preview.steps) for (organization, name), steps in sorted(groups.items())
    ]
    return [entry for entry in entries if entry.verbs or entry.hunks]


def share(entries: Sequence[Entry]) -> tuple[list[Entry], list[Shared]]:
    """Move hunks that two or more entries share out of the entries. Return both, the most shared hunk first."""
    owners: dict[tuple[str, object], list[Entry]] = defaultdict(list)
    hunks: dict[tuple[str, object], list[Hunk]] = defaultdict(list)
    for entry in entries:
        for known in entry.hunks if not entry.is_new else ():
            key = (known.field, known.hunk.key)
            owners[key].append(entry)
            hunks[key].append(known.hunk)
    common = {key for key, found in owners.items() if len({(one.organization, one.name) for one in found}) > 1}
    shared = [Shared(key[0], common_hunk(hunks[key]), tuple(owners[key])) for key in owners if key in common]
    shared.sort(key=lambda one: -len(one.entries))
    return [_without(entry, common) for entry in entries], shared


def _without(entry: Entry, common: Iterable[object]) -> Entry:
    if entry.is_new:
        return entry
    own = tuple(known for known in entry.hunks if (known.field, known.hunk.key) not in common)
    return replace(entry, hunks=own, shared=len(entry.hunks) - len(own))


def _agents(steps: Iterable[Step]) -> Mapping[tuple[str, str], str]:
    """Return the names of agents by code and provider, and by the name of their fleet's WhatsApp resource."""
    found: dict[tuple[str, str], str] = {}
    for step in steps:
        if step.kind is Kind.AGENT:
            found[f"{step.name}-whatsapp", step.provider] = step.name
            if code := step.recorded("code"):
                found[code, step.provider] = step.name
    return found


def _owner(step: Step, agents: Mapping[tuple[str, str], str]) -> str:
    if step.kind is not Kind.WHATSAPP:
        return step.name
    by_code = agents.get((step.recorded("agent_code"), step.provider))
    return by_code or agents.get((step.name, step.provider)) or step.name


def _entry(organization: Organization, name: str, steps: Sequence[Step], everything: Sequence[Step]) -> Entry:
    ordered = sorted(steps, key=lambda step: step.kind is Kind.WHATSAPP)
    meanings = [meaning(step, everything) for step in ordered]
    planned = [step for step, what in zip(ordered, meanings, strict=True) if what.verb]
    hunks = tuple(hunk for step in planned for hunk in field_hunks(step))
    first = ordered[0]
    verbs = tuple(dict.fromkeys(what.verb for what in meanings if what.verb))
    return Entry(
        organization,
        name,
        first.kind,
        first.declared("name") or first.recorded("name"),
        first.recorded("code") or first.recorded("agent_code"),
        verbs,
        tuple(remark for what in meanings for remark in what.remarks),
        hunks,
        is_new=first.op in _ALONE,
        added=sum(known.hunk.added for known in hunks),
        removed=sum(known.hunk.removed for known in hunks),
    )
