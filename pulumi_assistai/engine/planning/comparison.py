"""Comparison of a resource with its goal, by the provider, or by the engine if the provider leaves it to the engine."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from pulumi_assistai.engine.execution.handlers import Diff, Handler
from pulumi_assistai.engine.model.graph import dependents
from pulumi_assistai.engine.model.paths import changed_paths, contains, ignore_changes, parse_path
from pulumi_assistai.engine.model.resource import Resource
from pulumi_assistai.properties import UNKNOWN, Values, revealed

Replacement = tuple[Resource, tuple[str, ...]]


async def compare(handler: Handler, urn: str, old: Resource, inputs: Values, ignored: list[str]) -> Diff:
    """Compare a resource with its new inputs.

    Args:
        handler: serves the resource.
        urn: the resource.
        old: the recorded resource, under this or a former URN.
        inputs: the new inputs.
        ignored: the property paths whose changes do not matter.
    """
    diff = await handler.diff(urn, old, inputs, ignored)
    if diff.changes is not None:
        return diff
    kept, _ = ignore_changes(inputs, old.inputs or {}, ignored)
    changed = tuple(changed_paths(revealed(old.inputs or {}), revealed(kept)))
    return replace(diff, changes=bool(changed), changed=changed)


def with_replace_on_changes(diff: Diff, paths: Sequence[str]) -> Diff:
    """Return `diff`, with the changed properties at `paths` as replace keys."""
    wanted = [path for path in map(parse_path, paths) if path]
    forced = {str(changed[0]) for changed in diff.changed for path in wanted if contains(path, changed)}
    return replace(diff, replace_keys=(*diff.replace_keys, *sorted(forced.difference(diff.replace_keys))))


async def replaced_along(
    root: Resource,
    resources: Sequence[Resource],
    ignored: Collection[str],
    handler_of: Callable[[Resource], Handler],
) -> list[Replacement]:
    """Return the resources to replace because `root` is deleted before its replacement exists.

    These are its dependents through a property whose change needs a replacement, and recursively the dependents of
    those.

    Args:
        root: the resource that is replaced.
        resources: all resources of the state, dependencies first.
        ignored: URNs of resources that are already deployed, so they cannot depend on it.
        handler_of: returns the handler of a resource.

    Returns:
        The resources, dependencies first, each with the properties that need its replacement.
    """
    gone = {root.urn}
    found = []
    for candidate in dependents(root, resources, set(ignored)):
        keys = await _keys_lost(candidate, gone, handler_of)
        if keys is not None:
            gone.add(candidate.urn)
            found.append((candidate, keys))
    return found


async def _keys_lost(
    candidate: Resource, gone: set[str], handler_of: Callable[[Resource], Handler]
) -> tuple[str, ...] | None:
    if not candidate.custom or candidate.external:
        return None
    if candidate.provider_urn in gone or candidate.deleted_with in gone:
        return ()
    dependent = {key for key, urns in candidate.property_dependencies.items() if gone.intersection(urns)}
    inputs = {key: UNKNOWN if key in dependent else value for key, value in (candidate.inputs or {}).items()}
    if not dependent & inputs.keys():
        return None
    diff = await compare(handler_of(candidate), candidate.urn, candidate, inputs, candidate.ignore_changes)
    if diff.changes:
        diff = with_replace_on_changes(diff, candidate.replace_on_changes)
    return diff.replace_keys or None
