"""Inheritance: the options and providers that a resource gets from its parent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from pulumi_assistai import urns
from pulumi_assistai.engine.model.goals import Goal


class Family:
    """The registered resources, as parents.

    Args:
        default_provider: returns the reference of the default provider of a package in a version.
    """

    def __init__(self, default_provider: Callable[[str, str], Awaitable[str]]) -> None:
        self._default_provider = default_provider
        self._goals: dict[str, Goal] = {}

    def remember(self, urn: str, goal: Goal) -> None:
        """Note the goal of a registered resource."""
        self._goals[urn] = goal

    async def complete(self, goal: Goal) -> Goal:
        """Return the goal, with the options of its parent and with its provider."""
        parent = self._goals.get(goal.parent)
        if parent is not None:
            goal = _inherited(goal, parent)
        if not goal.custom or urns.is_provider_type(goal.type):
            return replace(goal, provider="")
        if goal.provider:
            return goal
        return replace(goal, provider=await self._default_provider(urns.package_of(goal.type), goal.version))


def _inherited(goal: Goal, parent: Goal) -> Goal:
    package = urns.package_of(goal.type)
    passed_on = {} if parent.custom else parent.providers
    provider = goal.provider or goal.providers.get(package, "")
    if not provider and _provides(parent.provider, package):
        provider = parent.provider
    return replace(
        goal,
        deleted_with=goal.deleted_with or parent.deleted_with,
        protect=parent.protect if goal.protect is None else goal.protect,
        retain_on_delete=parent.retain_on_delete if goal.retain_on_delete is None else goal.retain_on_delete,
        provider=provider or passed_on.get(package, ""),
        providers=goal.providers if goal.custom else {**passed_on, **goal.providers},
    )


def _provides(reference: str, package: str) -> bool:
    return bool(reference) and urns.provided_package(urns.type_of(urns.split_reference(reference)[0])) == package
