"""Moves of resources from the state of one stack to that of another stack of the project."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pulumi_assistai import urns
from pulumi_assistai.engine.errors import EngineError
from pulumi_assistai.engine.model.resource import Resource
from pulumi_assistai.engine.model.targets import Targets
from pulumi_assistai.engine.storage.state import renamed


@dataclass(frozen=True)
class Move:
    """Two states after a move.

    Attributes:
        moved: the former URNs of the moved resources.
        source: the remaining resources.
        dest: the resources of the other stack after the move.
    """

    moved: list[str]
    source: list[Resource]
    dest: list[Resource]


def move(source: Sequence[Resource], dest: Sequence[Resource], targets: Targets, root: str) -> Move:
    """Move resources with all their children. A provider that they use is copied.

    Args:
        source: the resources of the source stack.
        dest: the resources of the other stack.
        targets: the resources to move.
        root: the URN of the other stack's root.

    Raises:
        EngineError: no resource matches, moved and remaining resources depend on each other, or the other stack
            already has one of them.
    """
    chosen = _with_children(source, targets)
    left = [resource for resource in source if resource not in chosen]
    _require_apart(chosen, left)
    moved = [resource for resource in source if resource in chosen]
    used = {resource.provider_urn for resource in moved}
    providers = [resource for resource in left if resource.urn in used]
    names = {resource.urn: _elsewhere(resource.urn, root) for resource in [*moved, *providers]}
    names |= {resource.parent: root for resource in [*moved, *providers] if _is_root(resource.parent)}
    taken = {resource.urn for resource in dest}
    again = [names[resource.urn] for resource in moved if names[resource.urn] in taken]
    if again:
        raise EngineError(f"the other stack already has {', '.join(again)}")
    roots = [] if root in taken else [Resource(urn=root, type=urns.STACK_TYPE)]
    copies = [renamed(resource, names) for resource in providers if names[resource.urn] not in taken]
    return Move(
        [resource.urn for resource in moved],
        left,
        [*dest, *roots, *copies, *(renamed(resource, names) for resource in moved)],
    )


def _with_children(resources: Sequence[Resource], targets: Targets) -> set[Resource]:
    chosen: set[Resource] = set()
    parents: set[str] = set()
    for resource in resources:
        if targets.names(resource.urn) or resource.parent in parents:
            chosen.add(resource)
            parents.add(resource.urn)
    unmatched = targets.unmatched(resource.urn for resource in resources)
    if unmatched:
        raise EngineError(f"the state has no resource {', '.join(unmatched)}")
    if any(_is_root(resource.urn) for resource in chosen):
        raise EngineError("the stack itself cannot be moved: name its resources")
    return chosen


def _require_apart(chosen: set[Resource], left: Sequence[Resource]) -> None:
    """Refuse to separate dependencies, or children from a parent other than the stack."""
    problems = [*_needed(left, {resource.urn for resource in chosen})]
    problems += _needed(chosen, {resource.urn for resource in left if not _is_root(resource.urn)})
    if problems:
        raise EngineError(f"moved and remaining resources depend on each other: {'; '.join(sorted(problems))}")


def _needed(resources: Sequence[Resource] | set[Resource], others: set[str]) -> Iterator[str]:
    for resource in resources:
        for urn in sorted({*resource.dependency_urns, resource.parent} & others):
            yield f"{resource.urn} needs {urn}"


def _is_root(urn: str) -> bool:
    return bool(urn) and urns.type_of(urn) == urns.STACK_TYPE


def _elsewhere(urn: str, root: str) -> str:
    """Return a URN with the stack of the URN `root`."""
    stack = root.split("::", 1)[0]
    return f"{stack}::{urn.split('::', 1)[1]}"
