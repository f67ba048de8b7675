"""Aliases: find a registered resource in the state although its name, type or parent changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pulumi_assistai import urns
from pulumi_assistai.engine.errors import EngineError
from pulumi_assistai.engine.model.goals import Alias
from pulumi_assistai.engine.model.resource import Resource


class Aliases:
    """The former URNs of the resources that are registered.

    Args:
        stack: the stack's name.
        project: the project's name.
    """

    def __init__(self, stack: str, project: str) -> None:
        self._stack = stack
        self._project = project
        self._successors: dict[str, str] = {}
        self._formers: dict[str, str] = {}

    def successor(self, urn: str) -> str:
        """Return the URN of the resource that `urn` became, `urn` itself if it did not change."""
        return self._successors.get(urn, urn)

    def find(
        self, urn: str, aliases: Sequence[Alias], parent: str, olds: Mapping[str, Resource], seen: set[str]
    ) -> Resource | None:
        """Return the resource in the state.

        Args:
            urn: the resource's URN.
            aliases: the aliases in the program.
            parent: the parent's URN.
            olds: the resources of the state by URN.
            seen: the URNs that were registered so far.

        Raises:
            EngineError: two resources of the program match the same resource of the state.
        """
        if urn in self._successors:
            raise EngineError(f"duplicate resource URN {urn}: {self._successors[urn]} is aliased to it")
        former = next((known for known in (urn, *self._former_urns(urn, aliases, parent)) if known in olds), None)
        if former is None:
            return None
        if former != urn:
            claimant = self._successors.get(former) or (former if former in seen else "")
            if claimant:
                raise EngineError(f"{urn} is aliased to {former}, which {claimant} is in this program")
            self._successors[former] = urn
            self._formers[urn] = former
        return olds[former]

    def _former_urns(self, urn: str, aliases: Sequence[Alias], parent: str) -> Iterator[str]:
        type_, name = urns.type_of(urn), urns.name_of(urn)
        own = [self._resolved(alias, type_, name, parent) for alias in aliases]
        yield from own
        former_parent = self._formers.get(parent)
        if former_parent:
            for candidate in (urn, *own):
                candidate_type, candidate_name = urns.type_of(candidate), urns.name_of(candidate)
                yield self._inherited(candidate_type, candidate_name, urns.name_of(parent), former_parent)

    def _resolved(self, alias: Alias, type_: str, name: str, parent: str) -> str:
        if alias.urn:
            return alias.urn
        former_parent = self._formers.get(alias.parent, alias.parent) or parent
        return urns.make_urn(
            alias.stack or self._stack,
            alias.project or self._project,
            "" if alias.no_parent else former_parent,
            alias.type or type_,
            alias.name or name,
        )

    def _inherited(self, type_: str, name: str, parent_name: str, former_parent: str) -> str:
        # Children are often named after their parent, so they had its former name.
        if name.startswith(parent_name):
            name = urns.name_of(former_parent) + name.removeprefix(parent_name)
        return urns.make_urn(self._stack, self._project, former_parent, type_, name)
