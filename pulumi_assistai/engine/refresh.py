"""Refresh: updates the state to what the providers report of each resource."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pulumi_assistai.engine.execution.executor import Executor
from pulumi_assistai.engine.execution.steps import Step, StepContext, mark_secret_outputs
from pulumi_assistai.engine.model.resource import Resource, now
from pulumi_assistai.engine.planning.comparison import compare
from pulumi_assistai.engine.reporting.events import Change, Op
from pulumi_assistai.engine.storage.state import State
from pulumi_assistai.properties import equal


@dataclass(eq=False, kw_only=True)
class RefreshStep(Step):
    """Refresh one resource.

    Attributes:
        found: the live resource, None if it is gone.
        result: the change of the state: SAME, UPDATE or DELETE; None before it is known.
        alone: the operation is only a refresh, so its results count in the summary.
    """

    op = Op.REFRESH
    fatal = False
    old: Resource
    found: Resource | None = None
    result: Op | None = None
    alone: bool = True

    @property
    def change(self) -> Change:  # noqa: D102
        outputs = self.found.outputs if self.found else None
        old = self.old
        op, hidden = self.result or self.op, tuple(old.hide_diff)
        return Change(op, old.urn, old.id, old.outputs, outputs, refreshed=True, hidden=hidden)

    @property
    def counted_op(self) -> Op | None:  # noqa: D102
        return self.result if self.alone and self.shown else None

    async def apply(self) -> None:  # noqa: D102
        old = self.old
        self.result = Op.SAME
        if not old.custom or old.is_provider or old.pending_replacement:
            return
        handler = self.context.providers.handler(old)
        live = await handler.read(old)
        if not live.id:
            self.found, self.result = None, Op.DELETE
            return
        self.found = found = old.copy()
        found.id, found.outputs, found.init_errors = live.id, live.outputs, []
        found.inputs = old.inputs if live.inputs is None else live.inputs
        mark_secret_outputs(found)
        if not (equal(found.inputs, old.inputs) and equal(found.outputs, old.outputs)):
            found.modified = now()
        if await self._differs(found):
            self.result = Op.UPDATE

    async def _differs(self, found: Resource) -> bool:
        if self.old.external:
            return not equal(found.outputs, self.old.outputs)
        handler = self.context.providers.handler(found)
        # Drift is what an update would change.
        diff = await compare(handler, found.urn, found, self.old.inputs or {}, self.old.ignore_changes)
        return bool(diff.changes)

    def settle(self, state: State) -> bool:  # noqa: ARG002, D102
        # All results enter the state together, after it is known which resources are gone.
        return False


async def refresh(state: State, executor: Executor, context: StepContext, *, alone: bool) -> None:
    """Refresh all resources.

    Args:
        state: the state.
        executor: carries out the steps.
        context: the context of the steps.
        alone: the operation is only a refresh.

    Raises:
        ShutdownError: a resource could not be read. The state keeps it, and the error was reported.
    """
    steps = [RefreshStep(context=context, old=old, found=old, alone=alone) for old in state.olds]
    try:
        await executor.run_group(steps)
    finally:
        await executor.drain()
        state.rebuild(rebuilt([step.found for step in steps if step.found is not None]))
        await state.save()
    executor.check_failed()


def rebuilt(resources: Sequence[Resource]) -> list[Resource]:
    """Return the resources without references to those that are gone.

    Args:
        resources: the resources that are left, dependencies first.
    """
    known: set[str] = set()
    parents: dict[str, str] = {}
    kept_all = []
    for resource in resources:
        kept = resource.copy()
        kept.dependencies = [urn for urn in resource.dependencies if urn in known]
        kept.replace_with = [urn for urn in resource.replace_with if urn in known]
        kept.deleted_with = resource.deleted_with if resource.deleted_with in known else ""
        kept.property_dependencies = {
            key: left
            for key, urns in resource.property_dependencies.items()
            if (left := [urn for urn in urns if urn in known])
        }
        kept.parent = resource.parent if resource.parent in known else parents.get(resource.parent, "")
        known.add(resource.urn)
        parents[resource.urn] = kept.parent
        kept_all.append(kept)
    return kept_all
