"""The step generator: decides which steps lead from the state of a resource to its goal."""

from __future__ import annotations

from dataclasses import dataclass

from pulumi_assistai import urns
from pulumi_assistai.engine.errors import EngineError, InvalidResourceError, ProtectedError, UnsupportedError
from pulumi_assistai.engine.execution.deletions import DeleteReplacedStep, DeleteStep, ForgetStep
from pulumi_assistai.engine.execution.handlers import Diff, Handler
from pulumi_assistai.engine.execution.steps import (
    CreateReplacementStep,
    CreateStep,
    ImportStep,
    ReadStep,
    ReplaceStep,
    SameStep,
    Step,
    StepContext,
    UpdateStep,
)
from pulumi_assistai.engine.model.goals import Goal, ReadGoal
from pulumi_assistai.engine.model.paths import ignore_changes
from pulumi_assistai.engine.model.resource import Resource
from pulumi_assistai.engine.model.targets import Targets
from pulumi_assistai.engine.planning.aliases import Aliases
from pulumi_assistai.engine.planning.comparison import compare, replaced_along, with_replace_on_changes
from pulumi_assistai.engine.reporting.events import Severity
from pulumi_assistai.engine.reporting.recorder import Recorder
from pulumi_assistai.properties import Values, contains_unknown, equal, revealed

_UNKNOWN_CONFIGURATION = (
    "the configuration of this resource's provider is not known yet, so this preview cannot show its changes"
)


@dataclass(frozen=True)
class Plan:
    """The plan for one registration.

    Attributes:
        resource: the resource after the steps.
        steps: the steps, in order; empty for a new resource that is not a target.
    """

    resource: Resource
    steps: list[Step]


class StepGenerator:
    """Plans one registration after the other.

    Args:
        context: the context of the steps.
        resources: the resources of the state, dependencies first.
        stack: the stack's name.
        project: the project's name.
        recorder: receives messages for the user.
        targets: the resources that may change.
    """

    def __init__(
        self,
        context: StepContext,
        resources: list[Resource],
        stack: str,
        project: str,
        *,
        recorder: Recorder,
        targets: Targets,
    ) -> None:
        self._context = context
        self._resources = resources
        self._olds = {resource.urn: resource for resource in resources if not resource.delete}
        self._stack = stack
        self._project = project
        self._recorder = recorder
        self._targets = targets
        self._skipped: set[str] = set()
        self._aliases = Aliases(stack, project)
        self._seen: set[str] = set()
        self._created: set[str] = set()
        self._kept: set[str] = set()
        self._replaced: set[str] = set()
        self._removed: set[Resource] = set()
        self._replace_keys: dict[str, tuple[str, ...]] = {}

    def urn_of(self, goal: Goal | ReadGoal) -> str:
        """Return the URN of a goal."""
        return urns.make_urn(self._stack, self._project, goal.parent, goal.type, goal.name)

    def read(self, goal: ReadGoal, provider: str) -> Plan:
        """Plan to read a resource with the provider of the reference.

        Raises:
            EngineError: the registration is not valid.
        """
        urn = self._claim(goal)
        old = self._aliases.find(urn, (), goal.parent, self._olds, self._seen)
        new = Resource(
            urn=urn,
            type=goal.type,
            custom=True,
            external=True,
            id=goal.id,
            inputs=goal.inputs,
            parent=goal.parent,
            dependencies=goal.dependencies,
            provider=provider,
            additional_secret_outputs=goal.additional_secret_outputs,
            aliases=_former_urn(urn, old),
            source_position=goal.source_position,
        )
        self._kept.add(urn)
        if old is None or old.external or old.id == goal.id:
            return Plan(new, [ReadStep(context=self._context, old=old, new=new)])
        self._replaced.add(urn)
        read = ReadStep(context=self._context, old=old, new=new, replacing=True)
        return Plan(new, [read, ReplaceStep(context=self._context, old=old, new=new)])

    async def register(self, goal: Goal) -> Plan:
        """Plan the steps to the goal of a resource.

        Raises:
            EngineError: the registration is not valid, or the provider failed.
        """
        urn = self._claim(goal)
        old = self._aliases.find(urn, goal.aliases, goal.parent, self._olds, self._seen)
        new = goal.to_resource(urn, _former_urn(urn, old))
        if new.is_provider and old is not None and old.urn != urn:
            self._context.providers.rename(urn, old.urn)
        if not self._targets.include(urn):
            return self._left(old, new)
        self._require_created(new)
        handler = self._context.providers.handler(new) if new.custom else None
        if handler is not None and goal.import_id and not _manages(old, goal.import_id):
            return await self._import(goal, handler, old, new)
        again = urn in self._context.deletes
        fresh = again or old is None or old.external
        inputs = goal.inputs if old is None else self._ignoring(urn, goal, old)
        if handler is not None:
            before, wanted = ({}, goal.inputs) if fresh or old is None else (old.inputs or {}, inputs)
            inputs = new.inputs = await _checked(handler, urn, before, wanted)
        if old is None:
            self._created.add(urn)
            return Plan(new, [CreateStep(context=self._context, new=new)])
        if again:
            return self._recreated(old, new)
        if old.external:
            self._created.add(urn)
            return Plan(new, self._replacement(old, new, ()))
        return await self._changed(goal, handler, old, new, inputs)

    def deletes(self) -> list[DeleteStep | ForgetStep]:
        """Plan the deletion of the resources that the program did not register."""
        steps: list[DeleteStep | ForgetStep] = []
        for resource in self._resources:
            if not self._targets.include(resource.urn):
                continue
            if resource.delete and resource not in self._removed:
                steps.append(DeleteReplacedStep(context=self._context, old=resource))
            elif not resource.delete and self._aliases.successor(resource.urn) not in self._kept:
                step = ForgetStep if resource.pending_replacement else DeleteStep
                steps.append(step(context=self._context, old=resource))
        self._context.deletes.update(step.resource.urn for step in steps)
        return steps

    def left_alone(self) -> set[Resource]:
        """Return the recorded resources that the program did not register and that are not targets."""
        successor = self._aliases.successor
        return {
            resource
            for resource in self._resources
            if not self._targets.include(resource.urn) and successor(resource.urn) not in self._kept
        }

    def unmatched_targets(self) -> list[str]:
        """Return the targets that are neither in the program nor in the state."""
        return self._targets.unmatched(self._seen | self._olds.keys())

    def _left(self, old: Resource | None, new: Resource) -> Plan:
        """Leave a resource that is not a target unchanged, or do not create it."""
        if old is None:
            self._skipped.add(new.urn)
            return Plan(new, [])
        self._kept.add(new.urn)
        left = old.copy()
        left.urn, left.parent, left.aliases = new.urn, new.parent, new.aliases
        return Plan(left, [SameStep(context=self._context, old=old, new=left)])

    def _require_created(self, new: Resource) -> None:
        needed = {*new.dependency_urns, new.parent, new.provider_urn} & self._skipped
        if needed:
            raise EngineError(
                f"{new.urn} needs {', '.join(sorted(needed))}, which does not exist yet and is not a target: add it "
                "with --target"
            )

    def _claim(self, goal: Goal | ReadGoal) -> str:
        if goal.parent and goal.parent not in self._seen:
            raise EngineError(f"the parent {goal.parent} of {goal.name} is not registered")
        urn = self.urn_of(goal)
        if urn in self._seen:
            raise EngineError(f"duplicate resource URN '{urn}': the program registers it twice; give it another name")
        self._seen.add(urn)
        return urn

    def _ignoring(self, urn: str, goal: Goal, old: Resource) -> Values:
        inputs, refused = ignore_changes(goal.inputs, old.inputs or {}, goal.ignore_changes)
        if refused:
            paths = ", ".join(refused)
            self._recorder.diagnose(
                Severity.INFO, f"cannot ignore changes in added or removed elements of the path: {paths}", urn
            )
        return inputs

    async def _import(self, goal: Goal, handler: Handler, old: Resource | None, new: Resource) -> Plan:
        """Import an existing resource, and update it if it differs from the program."""
        if old is not None:
            raise UnsupportedError(f"the resource option import_ of a resource with another id (resource {goal.name})")
        found = await _existing(handler, new, goal.import_id)
        inputs = self._ignoring(new.urn, goal, found)
        new.inputs = await _checked(handler, new.urn, found.inputs or {}, inputs)
        diff = await compare(handler, new.urn, found, new.inputs, new.ignore_changes)
        if diff.replace_keys:
            keys = ", ".join(diff.replace_keys)
            raise EngineError(f"{goal.name} cannot be imported: its {keys} differ from those of {goal.import_id}")
        self._created.add(new.urn)
        if diff.changes:
            update = UpdateStep(context=self._context, old=found, new=new, details=diff.details)
            return Plan(new, [ImportStep(context=self._context, new=found), update])
        new.id, new.outputs = found.id, found.outputs
        return Plan(new, [ImportStep(context=self._context, new=new)])

    async def _changed(self, goal: Goal, handler: Handler | None, old: Resource, new: Resource, inputs: Values) -> Plan:
        triggered = _is_triggered(goal, old)
        diff = Diff(changes=True) if triggered else await self._diff(handler, old, new, inputs)
        if new.urn in self._context.deletes:
            # The replacement of another resource included this one while its provider compared.
            return self._recreated(old, new)
        if diff.changes:
            diff = with_replace_on_changes(diff, goal.replace_on_changes)
        if old.pending_replacement or (diff.changes and (triggered or diff.replace_keys)):
            return await self._replace(goal, handler, diff, old, new)
        self._kept.add(new.urn)
        if diff.changes or old.init_errors:
            return Plan(new, [UpdateStep(context=self._context, old=old, new=new, details=diff.details)])
        return Plan(new, [SameStep(context=self._context, old=old, new=new)])

    async def _diff(self, handler: Handler | None, old: Resource, new: Resource, inputs: Values) -> Diff:
        if self._replaced.intersection(new.replace_with):
            return Diff(changes=True, replace_keys=("replaceWith",))
        if new.deleted_with in self._replaced:
            return Diff(changes=True, replace_keys=("deletedWith",))
        if bool(old.provider) != bool(new.provider):
            return Diff(changes=True, replace_keys=("provider",))
        if handler is None:
            return Diff(changes=not equal(old.inputs or {}, inputs))
        if not handler.known:
            self._recorder.diagnose(Severity.WARNING, _UNKNOWN_CONFIGURATION, new.urn)
        return await compare(handler, new.urn, old, inputs, new.ignore_changes)

    async def _replace(self, goal: Goal, handler: Handler | None, diff: Diff, old: Resource, new: Resource) -> Plan:
        if new.protect and old.protect:
            self._refuse(
                f'unable to replace resource "{new.urn}" as it is protected; take `protect` off it and run `up` first',
                new.urn,
            )
        if handler is not None:
            # Values that the provider carried over from the old resource do not apply to the replacement.
            new.inputs = await _checked(handler, new.urn, {}, goal.inputs)
        wanted = goal.delete_before_replace
        before = diff.delete_before_replace if wanted is None else wanted
        steps = [] if not before else await self._deletes_along(old, new.urn)
        self._kept.add(new.urn)
        self._replaced.add(new.urn)
        if not before:
            return Plan(new, self._replacement(old, new, diff.replace_keys))
        if not old.pending_replacement:
            self._context.deletes.add(old.urn)
            steps.append(DeleteReplacedStep(context=self._context, old=old, replacement_follows=True))
        replace = ReplaceStep(context=self._context, old=old, new=new, keys=diff.replace_keys)
        create = CreateReplacementStep(
            context=self._context, old=old, new=new, keys=diff.replace_keys, delete_later=False
        )
        return Plan(new, [*steps, replace, create])

    def _replacement(self, old: Resource, new: Resource, keys: tuple[str, ...]) -> list[Step]:
        create = CreateReplacementStep(context=self._context, old=old, new=new, keys=keys)
        return [create, ReplaceStep(context=self._context, old=old, new=new, keys=keys)]

    def _recreated(self, old: Resource, new: Resource) -> Plan:
        self._context.deletes.discard(new.urn)
        self._kept.add(new.urn)
        self._replaced.add(new.urn)
        replace = ReplaceStep(context=self._context, old=old, new=new)
        keys = self._replace_keys.get(old.urn, ())
        create = CreateReplacementStep(context=self._context, old=old, new=new, keys=keys, delete_later=False)
        return Plan(new, [replace, create])

    async def _deletes_along(self, root: Resource, urn: str) -> list[Step]:
        """Return the steps that delete the resources to replace with `root`, the last dependents first."""
        handled = self._created | self._kept | self._context.deletes
        found = await replaced_along(root, self._resources, handled, self._context.providers.handler)
        bound = [old for old in self._olds.values() if urn in old.replace_with or urn == old.deleted_with]
        found += [(old, ()) for old in bound if old not in {known for known, _ in found}]
        steps: list[Step] = []
        for dependent, keys in reversed(found):
            if dependent in self._removed:
                continue
            if dependent.protect and not dependent.delete:
                raise ProtectedError(
                    f'unable to replace resource "{dependent.urn}" as part of replacing "{urn}" as it is protected; '
                    "take `protect` off it and run `up` first"
                )
            follows = not dependent.delete
            steps.append(DeleteReplacedStep(context=self._context, old=dependent, replacement_follows=follows))
            self._replace_keys[dependent.urn] = keys
            self._context.deletes.add(dependent.urn)
            self._removed.add(dependent)
        return steps

    def _refuse(self, message: str, urn: str) -> None:
        """Report that a change is refused. A preview continues, to show the rest."""
        if not self._context.preview:
            raise ProtectedError(message)
        self._recorder.error(message, urn)


async def _checked(handler: Handler, urn: str, olds: Values, news: Values) -> Values:
    inputs, failures = await handler.check(urn, olds, news)
    if failures:
        raise InvalidResourceError(urn, [str(failure) for failure in failures])
    return inputs


async def _existing(handler: Handler, new: Resource, id_: str) -> Resource:
    """Return the live resource to import."""
    asked = new.copy()
    asked.id, asked.inputs, asked.outputs = id_, None, None
    live = await handler.read(asked)
    if not live.id:
        raise EngineError(f"resource '{id_}' does not exist")
    found = new.copy()
    found.id, found.inputs, found.outputs = live.id, live.inputs, live.outputs
    return found


def _manages(old: Resource | None, id_: str) -> bool:
    return old is not None and not old.external and id_ in (old.id, old.import_id)


def _is_triggered(goal: Goal, old: Resource) -> bool:
    before, after = revealed(old.replacement_trigger), revealed(goal.replacement_trigger)
    if contains_unknown(before) or contains_unknown(after):
        return True
    return before is not None and after is not None and not equal(before, after)


def _former_urn(urn: str, old: Resource | None) -> list[str]:
    return [old.urn] if old is not None and old.urn != urn else []
