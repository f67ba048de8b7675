"""Rules about fleets: problems that the program would report, unused things and duplicates."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from pulumi_assistai.fleet.checks.findings import Finding, as_finding
from pulumi_assistai.fleet.checks.loaded import LoadedFleet
from pulumi_assistai.fleet.files import AgentFile
from pulumi_assistai.lifecycle.session import Claims, Names, declared_twice

Fleets = Sequence[LoadedFleet]

LONGEST = {"name": 255, "tone": 255, "voice": 255}
"""Characters. The API's document names no limit; this is the usual one for such fields."""

LARGEST = 100_000
"""Bytes of a request that creates an agent. Many services refuse more by default."""


def refused(fleets: Fleets) -> Iterator[Finding]:
    """Yield the problems that the program would report."""
    for fleet in fleets:
        source = fleet.declaration.source
        paths = [*fleet.fragments, *source.glob("*.md"), source]
        yield from (as_finding("refused", problem, paths) for problem in fleet.problems)


def missing_includes(fleets: Fleets) -> Iterator[Finding]:
    """Yield the included files that do not exist, even in branches that are not taken."""
    for fleet in fleets:
        said = {(finding.path, finding.line) for finding in refused([fleet])}
        for include in (one for many in fleet.includes.values() for one in many):
            missing = include.needed and include.name is not None and include.found is None
            if missing and (include.path, include.line) not in said:
                message = f"the included file {include.name} does not exist"
                yield Finding(include.path, include.line, "missing-include", message)


def unused_variables(fleets: Fleets) -> Iterator[Finding]:
    """Yield the variables that no fleet of a declaration uses."""
    for place, together in _by_declaration(fleets).items():
        # The variables of an unreadable file are unknown.
        if place and not any(fleet.problems for fleet in together):
            for name in _unused_variables(together):
                yield Finding(*place, "unused-variable", f"no agent uses the variable {name}")


def unused_fragments(fleets: Fleets) -> Iterator[Finding]:
    """Yield the fragments that no agent of any possible fleet includes."""
    computed = any(one.name is None for fleet in fleets for many in fleet.includes.values() for one in many)
    if computed or any(fleet.problems for fleet in fleets):
        return
    used = {path.resolve() for fleet in fleets for agent in fleet.agents for path in fleet.used_by(agent.path)}
    for path in sorted({path for fleet in fleets for path in fleet.fragments}):
        if path.resolve() not in used:
            yield Finding(path, 1, "unused-fragment", "no agent includes this fragment")


def shared_names(fleets: Fleets) -> Iterator[Finding]:
    """Yield the second of two agents with the same name in an organization: the program refuses it."""
    for organization in _organizations(fleets):
        names = Names()
        for agent, name in _named(organization):
            if not names.claim(name) and not agent.front_matter.allow_duplicate_name:
                yield Finding(agent.path, agent.texts["name"].line, "shared-name", declared_twice(name))


def similar_names(fleets: Fleets) -> Iterator[Finding]:
    """Yield the second of two agents with names that people can confuse."""
    for organization in _organizations(fleets):
        names = Names()
        for agent, name in _named(organization):
            other = names.similar(name)
            if other and not agent.front_matter.allow_duplicate_name:
                message = f'"{name}" differs from "{other}" only in case, accents or signs'
                yield Finding(agent.path, agent.texts["name"].line, "similar-name", message)


def shared_adoptions(fleets: Fleets) -> Iterator[Finding]:
    """Yield the second of two agents that adopt the same existing agent: the program refuses it."""
    for organization in _organizations(fleets):
        adopted = Claims()
        for agent, texts in _rendered(organization):
            if "adopt" in texts and not adopted.claim(texts["adopt"]):
                message = f"two agents declare adopt: {texts['adopt']}; remove it from one of them"
                yield Finding(agent.path, agent.texts["adopt"].line, "shared-adoption", message)


def too_long(fleets: Fleets) -> Iterator[Finding]:
    """Yield texts that the API may refuse or cut because of their length."""
    for agent, texts in _rendered(fleets):
        for name, most in LONGEST.items():
            size = len(texts.get(name, ""))
            if size > most:
                message = f"the {name} has {size} characters; the API may refuse or cut more than {most}"
                yield Finding(agent.path, agent.texts[name].line, "too-long", message)
        size = len(json.dumps(texts, ensure_ascii=False).encode())
        if size > LARGEST:
            last = max(agent.texts, key=lambda name: len(texts[name]))
            message = f"the agent's texts have {size} bytes; the API may refuse more than {LARGEST}"
            yield Finding(agent.path, agent.texts[last].line, "too-long", message)


def _by_declaration(fleets: Fleets) -> dict[tuple[Path, int] | None, list[LoadedFleet]]:
    found: dict[tuple[Path, int] | None, list[LoadedFleet]] = defaultdict(list)
    for fleet in fleets:
        path = fleet.declaration.path
        found[(path, fleet.declaration.line) if path else None].append(fleet)
    return found


def _unused_variables(fleets: Fleets) -> list[str]:
    unused = {name for fleet in fleets for name in fleet.declaration.variables}
    for fleet, text in ((one, text) for one in fleets for agent in one.agents for text in agent.texts.values()):
        # Usually the first agents use all variables, and the search is slow.
        if not unused:
            break
        unused -= fleet.templates.names(text, fleet.declaration.variables)
    return sorted(unused)


def _organizations(fleets: Fleets) -> list[list[LoadedFleet]]:
    """Return the fleets by organization. A fleet with an unknown organization is alone."""

    def key(fleet: LoadedFleet) -> str:
        organization = fleet.declaration.organization
        return f"={organization}" if organization is not None else f"?{fleet.declaration.source}"

    return [list(group) for _, group in groupby(sorted(fleets, key=key), key=key)]


def _rendered(fleets: Fleets) -> Iterator[tuple[AgentFile, Mapping[str, str]]]:
    for fleet in fleets:
        yield from ((agent, fleet.rendered[agent.path]) for agent in fleet.agents if agent.path in fleet.rendered)


def _named(fleets: Fleets) -> Iterator[tuple[AgentFile, str]]:
    yield from ((agent, texts["name"]) for agent, texts in _rendered(fleets))
