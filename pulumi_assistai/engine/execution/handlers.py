"""The interface of whatever serves a resource: the questions and the answers."""

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
    """A property that a provider does not accept; `property` may be empty."""

    property: str
    reason: str

    def __str__(self) -> str:
        """Return the reason, after the property where one is named."""
        return f"{self.property}: {self.reason}" if self.property else self.reason


@dataclass(frozen=True)
class Diff:
    """What changed about a resource.

    Attributes:
        changes: whether anything did; None leaves it to the engine to compare.
        replace_keys: the properties that need a replacement.
        delete_before_replace: delete the old one first.
        changed: the paths of what changed, where the engine compared or the provider names them.
        details: the properties that the provider names, with what happens to each; empty where it names none.
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
        inputs: its inputs, None where the provider does not tell.
    """

    id: str
    outputs: Values
    inputs: Values | None


class Handler(Protocol):
    """Serves resources: a plugin those of its package, the engine itself the provider resources."""

    @property
    def known(self) -> bool:
        """Whether the configuration is known; otherwise nothing that depends on it is."""

    async def check(self, urn: str, olds: Values, news: Values) -> tuple[Values, list[CheckFailure]]:
        """Return the inputs as they are completed, and what is not accepted of them."""

    async def diff(self, urn: str, old: Resource, news: Values, ignored: list[str]) -> Diff:
        """Compare a resource, which the state may know by a former URN, with the inputs that it is to have."""

    async def create(self, new: Resource, *, preview: bool) -> tuple[str, Values]:
        """Create a resource and return its id and its outputs; a preview only says what is known of them."""

    async def update(self, old: Resource, new: Resource, *, preview: bool) -> Values:
        """Update a resource and return its outputs; a preview only says what is known of them."""

    async def delete(self, old: Resource) -> None:
        """Delete a resource."""

    async def read(self, resource: Resource) -> Live:
        """Look a resource up."""
