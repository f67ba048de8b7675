"""The graph of dependencies, and the order of deletion. In lists of resources, dependencies come first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet

from pulumi_assistai.engine.model.resource import Resource


def dependents(root: Resource, resources: Sequence[Resource], ignored: AbstractSet[str]) -> list[Resource]:
    """Return the direct and indirect dependents of `root`. A child does not count as a dependent of its parent.

    Args:
        root: one of the resources.
        resources: all resources.
        ignored: URNs of resources that cannot depend on it.
    """
    found: list[Resource] = []
    urns_ = {root.urn}
    for candidate in resources[resources.index(root) + 1 :]:
        depends = bool(candidate.dependency_urns & urns_) or candidate.provider_urn in urns_
        if depends and candidate.urn not in ignored:
            found.append(candidate)
            urns_.add(candidate.urn)
    return found


def dependencies(roots: Collection[Resource], resources: Sequence[Resource]) -> set[Resource]:
    """Return the direct and indirect dependencies of the roots, including parents and providers."""
    needs = _needs(resources, resources)
    found: set[Resource] = set()
    wanted = [needed for root in roots for needed in needs.get(root, ())]
    while wanted:
        resource = wanted.pop()
        if resource not in found:
            found.add(resource)
            wanted += needs[resource]
    return found


def deletion_order(condemned: Collection[Resource], resources: Sequence[Resource]) -> list[list[Resource]]:
    """Sort resources into groups to delete one after the other. The members of a group can be deleted at the same time.

    Args:
        condemned: the resources to delete.
        resources: all resources.
    """
    needs = _needs(condemned, resources)
    levels: dict[Resource, int] = {}
    for resource in resources:
        if resource in needs:
            levels[resource] = 1 + max((levels[needed] for needed in needs[resource]), default=-1)
    groups: list[list[Resource]] = [[] for _ in range(1 + max(levels.values(), default=-1))]
    for resource, level in levels.items():
        groups[level].append(resource)
    return groups[::-1]


def _needs(condemned: Collection[Resource], resources: Sequence[Resource]) -> dict[Resource, list[Resource]]:
    """Return for each condemned resource the other ones that must be deleted after it."""
    needs: dict[Resource, list[Resource]] = {}
    members = set(condemned)
    before: dict[str, list[Resource]] = {}
    for resource in resources:
        if resource in members:
            wanted = {*resource.dependency_urns, resource.provider_urn, resource.parent}
            needed = [other for urn in wanted for other in before.get(urn, ())]
            needs[resource] = needed
            before.setdefault(resource.urn, []).append(resource)
    return needs
