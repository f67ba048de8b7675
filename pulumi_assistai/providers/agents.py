"""The dynamic provider of agents."""

from __future__ import annotations

from typing import Any

from pulumi.dynamic import CreateResult, DiffResult, ReadResult, UpdateResult

from pulumi_assistai import lifecycle
from pulumi_assistai.lifecycle.values import Problem
from pulumi_assistai.providers.base import AssistAIProvider, coded, from_pulumi, from_state, is_native


class AgentProvider(AssistAIProvider):
    """Translates between Pulumi and `pulumi_assistai.lifecycle.agents`."""

    def problems(self, recorded: dict[str, Any], inputs: dict[str, Any]) -> list[Problem]:
        """Return all problems of a declaration."""
        return lifecycle.agents.check(self.session, recorded, inputs)

    @coded
    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Compare recorded outputs with declared inputs."""
        difference = lifecycle.agents.diff(self.session, _id, from_state(_olds), from_pulumi(_news))
        return DiffResult(changes=difference.changes or is_native(_olds))

    @coded
    def create(self, props: dict[str, Any]) -> CreateResult:
        """Create or adopt an agent."""
        made = lifecycle.agents.create(self.session, from_pulumi(props))
        return CreateResult(made.id, made.outputs)

    @coded
    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Read an agent from the shared listing."""
        found = lifecycle.agents.read(self.session, id_, from_state(props))
        return ReadResult(id_, found.outputs, found.inputs) if found else ReadResult(None, {})

    @coded
    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Send the changed fields."""
        return UpdateResult(lifecycle.agents.update(self.session, _id, from_state(_olds), from_pulumi(_news)))

    @coded
    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Leave or archive an agent."""
        lifecycle.agents.delete(self.session, _id, from_state(_props))
