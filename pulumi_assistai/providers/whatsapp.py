"""The dynamic provider of WhatsApp integrations."""

from __future__ import annotations

from typing import Any

from pulumi.dynamic import CreateResult, DiffResult, ReadResult, UpdateResult

from pulumi_assistai import lifecycle
from pulumi_assistai.lifecycle.values import Problem
from pulumi_assistai.providers.base import AssistAIProvider, coded, from_pulumi, from_state, is_native


class WhatsAppIntegrationProvider(AssistAIProvider):
    """Translates between Pulumi and `pulumi_assistai.lifecycle.whatsapp`."""

    def problems(self, recorded: dict[str, Any], inputs: dict[str, Any]) -> list[Problem]:
        """Return all problems of a declaration."""
        return lifecycle.whatsapp.check(self.session, recorded, inputs)

    @coded
    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Compare recorded outputs with declared inputs. A new agent connects before the old one is disconnected."""
        difference = lifecycle.whatsapp.diff(self.session, from_state(_olds), from_pulumi(_news))
        changes = difference.changes or is_native(_olds)
        return DiffResult(changes, list(difference.replaces), delete_before_replace=False)

    @coded
    def create(self, props: dict[str, Any]) -> CreateResult:
        """Start to connect."""
        made = lifecycle.whatsapp.create(self.session, from_pulumi(props))
        return CreateResult(made.id, made.outputs)

    @coded
    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Ask whether a phone is linked."""
        found = lifecycle.whatsapp.read(self.session, from_state(props))
        return ReadResult(id_, found.outputs, found.inputs) if found else ReadResult(None, {})

    @coded
    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Connect again."""
        return UpdateResult(lifecycle.whatsapp.update(self.session, from_state(_olds), from_pulumi(_news)))

    @coded
    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Disconnect."""
        lifecycle.whatsapp.delete(self.session, from_state(_props))
