"""One deployment: deploys what the program registers, and deletes what it does not register any more."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from pulumi_assistai import urns
from pulumi_assistai.engine.errors import EngineError, InvalidResourceError, ShutdownError
from pulumi_assistai.engine.execution.executor import Executor
from pulumi_assistai.engine.execution.plugins import Plugin
from pulumi_assistai.engine.execution.steps import StepContext
from pulumi_assistai.engine.model.goals import Goal, ReadGoal
from pulumi_assistai.engine.model.graph import deletion_order, dependencies
from pulumi_assistai.engine.model.resource import Resource, stack_outputs
from pulumi_assistai.engine.model.targets import Targets
from pulumi_assistai.engine.planning.generator import Plan, StepGenerator
from pulumi_assistai.engine.planning.inheritance import Family
from pulumi_assistai.engine.reporting.events import Severity
from pulumi_assistai.engine.reporting.recorder import Recorder
from pulumi_assistai.engine.storage.state import State
from pulumi_assistai.properties import Values, equal


class Deployment:
    """A preview or an update in progress.

    Args:
        stack: the stack's name.
        project: the project's name.
        config: the configuration of the default providers, under full keys.
        state: the state.
        context: the context of the steps.
        executor: carries out the steps.
        targets: the resources that may change.
        recorder: receives the events.

    Attributes:
        skipped: the URNs of new resources that were not created because they are not targets.
    """

    def __init__(
        self,
        *,
        stack: str,
        project: str,
        config: Values,
        state: State,
        context: StepContext,
        executor: Executor,
        targets: Targets,
        recorder: Recorder,
    ) -> None:
        self.executor = executor
        self.registered: dict[str, Resource] = {}
        self.skipped: set[str] = set()
        self._targets = targets
        self._config = config
        self._state = state
        self._recorder = recorder
        self._generator = StepGenerator(context, state.olds, stack, project, recorder=recorder, targets=targets)
        self._deciding = asyncio.Lock()
        self._family = Family(self.default_provider)
        self._providers = context.providers
        self._defaults: dict[tuple[str, str], asyncio.Task[str]] = {}
        self._stack_outputs: Values | None = None
        self._ignored: set[str] = set()

    async def register(self, goal: Goal) -> Resource:
        """Deploy a resource and return it.

        Raises:
            ShutdownError: this or something else failed; it was reported.
        """
        goal = await self._family.complete(goal)
        async with self._deciding:
            self.executor.check()
            try:
                plan = await self._generator.register(goal)
            except EngineError as error:
                raise self._failed(error, goal) from None
        await self._carry_out(plan)
        self._family.remember(plan.resource.urn, goal)
        return plan.resource

    async def read(self, goal: ReadGoal) -> Resource:
        """Read a resource that this stack does not manage.

        Raises:
            ShutdownError: this or something else failed; it was reported.
        """
        provider = goal.provider or await self.default_provider(urns.package_of(goal.type), goal.version)
        async with self._deciding:
            self.executor.check()
            try:
                plan = self._generator.read(goal, provider)
            except EngineError as error:
                raise self._failed(error, goal) from None
        await self._carry_out(plan)
        return plan.resource

    def warn_about_ignored(self, option: str, name: str) -> None:
        """Warn, once per deployment, that a resource option is ignored.

        Args:
            option: the option.
            name: the first resource that has it.
        """
        if option not in self._ignored:
            self._ignored.add(option)
            self._recorder.diagnose(
                Severity.WARNING,
                f"the resource option {option} (resource {name}) is ignored: "
                "the embedded engine runs the installed version",
            )

    async def default_provider(self, package: str, version: str = "") -> str:
        """Return the reference of the default provider of a package. Create the provider if there is none.

        Args:
            package: the package.
            version: the version that the program asks for, empty for any; dynamic providers have none.

        Raises:
            UnsupportedError: no plugin serves the package.
            ShutdownError: this or something else failed; it was reported.
        """
        key = package, "" if package == urns.PYTHON_PACKAGE else version
        if key not in self._defaults:
            self._defaults[key] = asyncio.create_task(self._register_default(*key))
        return await asyncio.shield(self._defaults[key])

    def has_functions(self, package: str) -> bool:
        """Return whether there may be functions of a package."""
        return package != urns.PYTHON_PACKAGE and self._providers.serves_package(package)

    async def function_provider(self, package: str, version: str, reference: str) -> Plugin:
        """Return the provider of a function: that of the reference, otherwise the default provider.

        Raises:
            UnsupportedError: no plugin serves the package.
            ShutdownError: the provider failed; it was reported.
        """
        return self._providers.get(reference or await self.default_provider(package, version))

    async def register_outputs(self, urn: str, outputs: Values) -> None:
        """Set a component's outputs. Those of the stack are set when the deployment ends.

        Raises:
            EngineError: the component was not registered.
        """
        if urns.type_of(urn) == urns.STACK_TYPE:
            self._stack_outputs = outputs
            return
        if self._targets.include(urn):
            await self._set_outputs(urn, outputs)

    async def delete_rest(self) -> None:
        """Delete the resources that the program did not register.

        Raises:
            ShutdownError: this or something else failed; it was reported.
        """
        self.executor.check()
        for target in self._generator.unmatched_targets():
            self._recorder.diagnose(Severity.WARNING, f"no resource matches --target {target}")
        steps = {step.resource: step for step in self._generator.deletes()}
        left = self._generator.left_alone()
        for group in deletion_order(steps, self._state.olds):
            needed = dependencies(self.executor.kept | left, self._state.olds)
            await self.executor.run_group([steps[resource] for resource in group if resource not in needed])

    async def finish(self) -> None:
        """Set the stack's outputs and save the state."""
        await self.executor.drain()
        stack = next((urn for urn in self.registered if urns.type_of(urn) == urns.STACK_TYPE), None)
        if stack is not None and self._stack_outputs is not None:
            await self._set_outputs(stack, {**self._kept_outputs(), **self._stack_outputs})
        await self._state.save()

    def _kept_outputs(self) -> Mapping[str, Any]:
        # After a failure, outputs may be missing because the program did not reach them.
        return stack_outputs(self._state.olds) if self._recorder.failed else {}

    async def _set_outputs(self, urn: str, outputs: Values) -> None:
        resource = self.registered.get(urn)
        if resource is None:
            raise EngineError(f"the program registered outputs of {urn}, but not the resource itself")
        if not equal(resource.outputs or {}, outputs):
            resource.outputs = outputs
            await self._state.save()

    async def _carry_out(self, plan: Plan) -> None:
        if not plan.steps:
            self.skipped.add(plan.resource.urn)
        await self.executor.run(plan.steps)
        self.registered[plan.resource.urn] = plan.resource

    async def _register_default(self, package: str, version: str) -> str:
        self._providers.require(package)
        name, inputs = urns.default_provider_name(version), self._config
        if package != urns.PYTHON_PACKAGE:
            inputs = _own(package, self._config) | ({"version": version} if version else {})
        provider = await self.register(Goal(urns.provider_type(package), name, custom=True, inputs=inputs))
        return urns.make_reference(provider.urn, provider.id)

    def _failed(self, error: EngineError, goal: Goal | ReadGoal) -> ShutdownError:
        if isinstance(error, InvalidResourceError):
            for problem in error.problems:
                self._recorder.error(problem, error.urn)
            self.executor.stop()
        else:
            self.executor.fail(str(error), self._generator.urn_of(goal))
        return ShutdownError(str(error))


def _own(package: str, config: Values) -> Values:
    """Return a package's own part of a configuration, with keys without the namespace."""
    named = {key.partition(":")[::2]: value for key, value in config.items()}
    return {name: value for (namespace, name), value in named.items() if namespace == package}
