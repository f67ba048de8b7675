"""The steps of a deployment: each does one thing to one resource, and updates the state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from pulumi_assistai import urns
from pulumi_assistai.engine.execution.providers import Providers
from pulumi_assistai.engine.model.resource import Resource, now
from pulumi_assistai.engine.reporting.events import Change, Mark, Op
from pulumi_assistai.engine.storage.state import State
from pulumi_assistai.properties import Secret, equal

# Fields that may differ between two resources with the same inputs.
_SAVED_WITHOUT_CHANGE = (
    "urn",
    "type",
    "custom",
    "custom_timeouts",
    "retain_on_delete",
    "provider",
    "parent",
    "deleted_with",
    "replace_with",
    "protect",
    "inputs",
    "outputs",
    "dependencies",
    "replacement_trigger",
)


@dataclass(frozen=True)
class StepContext:
    """The context of the steps.

    Attributes:
        providers: handle the resources.
        preview: only show what the steps would do.
        deletes: the URNs of all resources that are or will be deleted; it grows.
    """

    providers: Providers
    preview: bool
    deletes: set[str] = field(default_factory=set)


@dataclass(eq=False, kw_only=True)
class Step:
    """The base of the steps.

    Attributes:
        op: the operation that the step shows.
        pending: its name among the pending operations of the state; empty if a crash would not leave it unclear.
        counted: whether it counts in the summary, or is only a part of another operation.
        fatal: whether its failure stops the deployment.
        context: the context of the step.
        old: the resource before.
        new: the resource after.
        keys: the properties that made a replacement necessary.
        details: the properties that differ according to the provider.
    """

    op: ClassVar[Op]
    pending: ClassVar[str] = ""
    counted: ClassVar[bool] = True
    fatal: ClassVar[bool] = True
    context: StepContext
    old: Resource | None = None
    new: Resource | None = None
    keys: tuple[str, ...] = ()
    details: Mapping[str, Mark] = field(default_factory=dict)

    @property
    def resource(self) -> Resource:
        """The resource; the new one if there are two."""
        resource = self.new or self.old
        assert resource is not None, "a step is about a resource"
        return resource

    @property
    def change(self) -> Change:
        """The change that the display shows."""
        before = self.old.inputs or {} if self.old else None
        after = self.new.inputs or {} if self.new else None
        id_ = self.resource.id or (self.old.id if self.old else "")
        hidden = tuple(self.resource.hide_diff)
        return Change(
            self.op,
            self.resource.urn,
            id_,
            before,
            after,
            self.keys,
            hidden=hidden,
            old_urn=self.old.urn if self.old else "",
            old_outputs=self.old.outputs or {} if self.old else None,
            provider=self.resource.provider,
            details=self.details,
        )

    @property
    def shown(self) -> bool:
        """Whether the display shows it. Steps for the engine's own resources are not shown."""
        return not self.resource.is_default_provider

    @property
    def counted_op(self) -> Op | None:
        """The operation for which it counts in the summary, None if it does not count."""
        return self.op if self.counted and self.shown else None

    async def apply(self) -> None:
        """Carry out the step.

        Raises:
            ProviderError: the provider failed.
            ProtectedError: the resource is protected.
        """

    def settle(self, state: State) -> bool:
        """Update the state after success. Return whether it must be saved."""
        raise NotImplementedError


@dataclass(eq=False, kw_only=True)
class SameStep(Step):
    """Leave a resource unchanged. Its record in the state may change."""

    op = Op.SAME
    old: Resource
    new: Resource

    async def apply(self) -> None:
        """Keep the outputs of the provider."""
        self.new.id, self.new.outputs = self.old.id, self.old.outputs
        self.new.created, self.new.modified = self.old.created, self.old.modified
        mark_secret_outputs(self.new)
        providers = self.context.providers
        if self.new.is_provider and not providers.serves(urns.make_reference(self.new.urn, self.new.id)):
            # The provider compared the old inputs, so it must get these.
            providers.configure(self.new.urn, self.new.id, self.old.inputs or {})

    def settle(self, state: State) -> bool:  # noqa: D102
        state.remove(self.old)
        state.add(self.new)
        return any(not equal(getattr(self.old, name), getattr(self.new, name)) for name in _SAVED_WITHOUT_CHANGE)


@dataclass(eq=False, kw_only=True)
class ImportStep(Step):
    """Import a resource that was read before."""

    op = Op.IMPORT
    new: Resource

    async def apply(self) -> None:  # noqa: D102
        mark_secret_outputs(self.new)
        self.new.created = self.new.modified = now()

    def settle(self, state: State) -> bool:  # noqa: D102
        state.add(self.new)
        return True


@dataclass(eq=False, kw_only=True)
class CreateStep(Step):
    """Create a resource."""

    op = Op.CREATE
    pending = "creating"
    new: Resource

    async def apply(self) -> None:  # noqa: D102
        if self.new.custom:
            handler = self.context.providers.handler(self.new)
            self.new.id, self.new.outputs = await handler.create(self.new, preview=self.context.preview)
            mark_secret_outputs(self.new)
        self.new.created = self.new.modified = now()

    def settle(self, state: State) -> bool:  # noqa: D102
        state.add(self.new)
        return True


@dataclass(eq=False, kw_only=True)
class CreateReplacementStep(CreateStep):
    """Create the replacement of a resource.

    Attributes:
        old: the replaced resource.
        delete_later: the old resource still exists, and is deleted at the end of the deployment.
    """

    op = Op.CREATE_REPLACEMENT
    counted = False
    old: Resource
    delete_later: bool = True

    async def apply(self) -> None:  # noqa: D102
        await super().apply()
        if self.delete_later:
            self.old.delete = True

    def settle(self, state: State) -> bool:  # noqa: D102
        if self.old.pending_replacement:
            state.remove(self.old)
        return super().settle(state)


@dataclass(eq=False, kw_only=True)
class ReplaceStep(Step):
    """Show that a resource is replaced. Other steps replace it."""

    op = Op.REPLACE
    old: Resource
    new: Resource

    def settle(self, state: State) -> bool:  # noqa: ARG002, D102
        return False


@dataclass(eq=False, kw_only=True)
class UpdateStep(Step):
    """Update a resource in place."""

    op = Op.UPDATE
    pending = "updating"
    old: Resource
    new: Resource

    async def apply(self) -> None:  # noqa: D102
        self.new.id, self.new.created, self.new.modified = self.old.id, self.old.created, self.old.modified
        if self.new.custom:
            handler = self.context.providers.handler(self.new)
            self.new.outputs = await handler.update(self.old, self.new, preview=self.context.preview)
            self.new.modified = now()
            mark_secret_outputs(self.new)

    def settle(self, state: State) -> bool:  # noqa: D102
        state.remove(self.old)
        state.add(self.new)
        return True


@dataclass(eq=False, kw_only=True)
class ReadStep(Step):
    """Read a resource that this stack does not manage."""

    op = Op.READ
    pending = "reading"
    new: Resource
    replacing: bool = False

    @property
    def counted_op(self) -> Op | None:  # noqa: D102
        changed = self.old is not None and not equal(self.old.outputs or {}, self.new.outputs or {})
        return self.op if changed and not self.replacing else None

    async def apply(self) -> None:  # noqa: D102
        new, old = self.new, self.old
        if new.id == urns.UNKNOWN_ID:
            new.outputs = {}
        else:
            live = await self.context.providers.handler(new).read(new)
            new.id, new.outputs = live.id or new.id, live.outputs
        mark_secret_outputs(new)
        if old is not None:
            old.delete = old.delete or self.replacing
            new.created, new.modified = old.created, old.modified
            if not (equal(old.inputs, new.inputs) and equal(old.outputs, new.outputs)):
                new.modified = now()

    def settle(self, state: State) -> bool:  # noqa: D102
        if self.old is not None and not self.replacing:
            state.remove(self.old)
        state.add(self.new)
        return True


def mark_secret_outputs(resource: Resource) -> None:
    """Mark outputs as secret that are declared as secret, or whose input of the same name is a secret."""
    outputs = dict(resource.outputs or {})
    inputs = resource.inputs or {}
    secret = {*resource.additional_secret_outputs, *(key for key, value in inputs.items() if isinstance(value, Secret))}
    for key in secret & outputs.keys() - {"id"}:
        if not isinstance(outputs[key], Secret):
            outputs[key] = Secret(outputs[key])
    resource.outputs = outputs
