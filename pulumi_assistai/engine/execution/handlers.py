"""The interface of resource handlers, with its values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from pulumi_assistai.engine.model.paths import Path
from pulumi_assistai.engine.model.resource import Resource
from pulumi_assistai.engine.reporting.events import Mark
from pulumi_assistai.properties import Values


@dataclass(frozen=True)
class CheckFailure:
    """A property that a provider does not accept. `property` may be empty."""

    property: str
    reason: str

    def __str__(self) -> str:
        """Return the reason, after the name of the property if there is one."""
        return f"{self.property}: {self.reason}" if self.property else self.reason


@dataclass(frozen=True)
class Diff:
    """The difference of a resource.

    Attributes:
        changes: whether anything changed; None leaves the comparison to the engine.
        replace_keys: the properties that need a replacement.
        delete_before_replace: delete the old resource first.
        changed: the paths of the changes, if the engine compared or the provider returns them.
        details: the changed properties and their kinds of change from the provider; empty if it returns none.
    """

    changes: bool | None
    replace_keys: tuple[str, ...] = ()
    delete_before_replace: bool = False
    changed: tuple[Path, ...] = ()
    details: Mapping[str, Mark] = field(default_factory=dict)


@dataclass(frozen=True)
class Live:
    """A resource as a provider found it.

    Attributes:
        id: its id, empty if there is no such resource.
        outputs: its outputs.
        inputs: its inputs, None if the provider does not return them.
    """

    id: str
    outputs: Values
    inputs: Values | None


class Handler(Protocol):
    """Serves resources: a plugin serves those of its package, the engine itself serves provider resources."""

    @property
    def known(self) -> bool:
        """Whether the configuration is known. Otherwise nothing that depends on it is known either."""

    async def check(self, urn: str, olds: Values, news: Values) -> tuple[Values, list[CheckFailure]]:
        """Return the completed inputs, and the failures."""

    async def diff(self, urn: str, old: Resource, news: Values, ignored: list[str]) -> Diff:
        """Compare a resource, which may have a former URN in the state, with its new inputs."""

    async def create(self, new: Resource, *, preview: bool) -> tuple[str, Values]:
        """Create a resource and return its id and outputs. A preview only returns the known outputs."""

    async def update(self, old: Resource, new: Resource, *, preview: bool) -> Values:
        """Update a resource and return its outputs. A preview only returns the known outputs."""

    async def delete(self, old: Resource) -> None:
        """Delete a resource."""

    async def read(self, resource: Resource) -> Live:
        """Read a resource."""
