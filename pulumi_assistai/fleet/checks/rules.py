"""The rules of `assistai check`, and their application to fleets."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from pulumi_assistai.fleet.checks import fleet_rules, text_rules
from pulumi_assistai.fleet.checks.findings import Finding
from pulumi_assistai.fleet.checks.loaded import LoadedFleet

REFUSED = "refused"
UNKNOWN_RULE = "unknown-rule"

_OFF = re.compile(r"\{#-?\s*assistai:\s*ignore\s+([\w\s,-]+?)\s*-?#\}")


@dataclass(frozen=True)
class Rule:
    """A rule: one kind of mistake.

    Attributes:
        name: its name, which switches it off.
        description: one sentence about its findings.
        find: yields the findings in fleets.
    """

    name: str
    description: str
    find: Callable[[Sequence[LoadedFleet]], Iterator[Finding]]


def _unknown_rules(fleets: Sequence[LoadedFleet]) -> Iterator[Finding]:
    for fleet in fleets:
        for path, names in _switched_off(fleet).items():
            yield from (Finding(path, 1, UNKNOWN_RULE, unknown(name)) for name in names if name not in NAMES)


RULES = (
    Rule(REFUSED, "The program would report an error. This rule cannot be switched off.", fleet_rules.refused),
    Rule(
        "missing-include",
        "An included file does not exist, even in a branch that is not taken.",
        fleet_rules.missing_includes,
    ),
    Rule("shared-name", "Two agents of one organization have the same name.", fleet_rules.shared_names),
    Rule("similar-name", "Two names differ only in case, accents or signs.", fleet_rules.similar_names),
    Rule("shared-adoption", "Two agents adopt the same existing agent.", fleet_rules.shared_adoptions),
    Rule("unused-variable", "No agent uses a variable of the fleet.", fleet_rules.unused_variables),
    Rule("unused-fragment", "No agent includes a fragment.", fleet_rules.unused_fragments),
    Rule("placeholder", "A text has a placeholder: TODO, FIXME, lorem ipsum, [TU EMPRESA].", text_rules.placeholders),
    Rule("secret", "A text seems to hold a password or a key.", text_rules.secrets),
    Rule(
        "phone-number", "A text holds a phone number with its country code, or a wa.me link.", text_rules.phone_numbers
    ),
    Rule("trailing-blanks", "A line ends with spaces, which the API may drop.", text_rules.trailing_blanks),
    Rule(
        "too-long",
        "A name, tone or voice has more than 255 characters, or an agent more than 100,000 bytes.",
        fleet_rules.too_long,
    ),
    Rule(UNKNOWN_RULE, "A rule that a file switches off does not exist.", _unknown_rules),
)
NAMES = tuple(rule.name for rule in RULES)


def check(fleets: Sequence[LoadedFleet], ignored: Collection[str] = ()) -> list[Finding]:
    """Return the findings in fleets, in the order of files and lines.

    Args:
        fleets: the fleets; those of one program together, because their agents may share an organization.
        ignored: names of rules that are off.
    """
    off = _all_switched_off(fleets)
    found = {finding for rule in RULES if rule.name not in ignored for finding in rule.find(fleets)}
    return sorted(finding for finding in found if finding.rule not in off.get(finding.path, ()))


def unknown(name: str) -> str:
    """Return the message for an unknown rule's name."""
    close = get_close_matches(name, NAMES, n=1)
    return f"there is no rule {name}; " + (
        f"did you mean {close[0]}?" if close else "assistai check --rules lists them"
    )


def _all_switched_off(fleets: Iterable[LoadedFleet]) -> dict[Path, set[str]]:
    return {path: names - {REFUSED} for fleet in fleets for path, names in _switched_off(fleet).items()}


def _switched_off(fleet: LoadedFleet) -> dict[Path, set[str]]:
    """Return the rules that files switch off, in front matter or in a fragment's comment."""
    agents = {agent.path: set(agent.front_matter.ignore) for agent in fleet.agents}
    comments = {
        path: {name for found in _OFF.findall(text.source) for name in re.split(r"[\s,]+", found)}
        for path, text in fleet.fragments.items()
    }
    return comments | agents
