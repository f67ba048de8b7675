"""The steps that remove resources from the state."""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_assistai.engine.errors import ProtectedError
from pulumi_assistai.engine.execution.steps import Step
from pulumi_assistai.engine.model.resource import Resource
from pulumi_assistai.engine.reporting.events import Op
from pulumi_assistai.engine.storage.state import State


@dataclass(eq=False, kw_only=True)
class DeleteStep(Step):
    """Delete a resource. If it is only read, retained, or deleted with another one, only remove it from the state."""

    op = Op.DELETE
    pending = "deleting"
    old: Resource

    @property
    def shown(self) -> bool:  # noqa: D102
        return super().shown and not self.old.external

    async def apply(self) -> None:  # noqa: D102
        if self.old.protect:
            raise ProtectedError(
                f'resource "{self.old.urn}" cannot be deleted because it is protected; '
                "take `protect` off it in the program and run `up` first"
            )
        await self.remove()

    async def remove(self) -> None:
        """Make the provider delete the resource, if that is necessary."""
        old = self.old
        kept = old.external or old.retain_on_delete or old.deleted_with in self.context.deletes
        if old.custom and not kept and not self.context.preview:
            await self.context.providers.handler(old).delete(old)

    def settle(self, state: State) -> bool:  # noqa: D102
        state.remove(self.old)
        return True


@dataclass(eq=False, kw_only=True)
class DeleteReplacedStep(DeleteStep):
    """Delete a resource that is, or will be, replaced.

    Attributes:
        replacement_follows: it is deleted before it is replaced. The state keeps it until then.
    """

    op = Op.DELETE_REPLACED
    counted = False
    replacement_follows: bool = False

    async def apply(self) -> None:  # noqa: D102
        await self.remove()
        if self.replacement_follows:
            self.old.pending_replacement = True

    def settle(self, state: State) -> bool:  # noqa: D102
        if not self.old.pending_replacement:
            state.remove(self.old)
        return True


@dataclass(eq=False, kw_only=True)
class ForgetStep(Step):
    """Remove a resource from the state that was deleted for a replacement which the program no longer declares."""

    op = Op.DELETE
    old: Resource

    @property
    def shown(self) -> bool:  # noqa: D102
        return False

    def settle(self, state: State) -> bool:  # noqa: D102
        state.remove(self.old)
        return True
