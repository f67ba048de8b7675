"""The dynamic provider of WhatsApp integrations."""

from __future__ import annotations

from typing import Any

from pulumi.dynamic import CreateResult, DiffResult, ReadResult, UpdateResult

from pulumi_assistai.lifecycle import whatsapp
from pulumi_assistai.lifecycle.values import Problem
from pulumi_assistai.providers.base import AssistAIProvider, from_pulumi


class WhatsAppIntegrationProvider(AssistAIProvider):
    """Translates for `pulumi_assistai.lifecycle.whatsapp`."""

    def problems(self, recorded: dict[str, Any], inputs: dict[str, Any]) -> list[Problem]:  # noqa: ARG002 - not needed
        """Return everything that is wrong with a declaration."""
        return whatsapp.check(inputs)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Compare recorded outputs with declared inputs; another agent is a replacement, the old one ends first."""
        difference = whatsapp.diff(self.session, from_pulumi(_olds), from_pulumi(_news))
        return DiffResult(difference.changes, list(difference.replaces), delete_before_replace=True)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Start to connect."""
        made = whatsapp.create(self.session, from_pulumi(props))
        return CreateResult(made.id, made.outputs)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Ask whether a phone is linked."""
        found = whatsapp.read(self.session, from_pulumi(props))
        return ReadResult(id_, found.outputs, found.inputs) if found else ReadResult(None, {})

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Connect again."""
        return UpdateResult(whatsapp.update(self.session, from_pulumi(_olds), from_pulumi(_news)))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Disconnect."""
        whatsapp.delete(self.session, from_pulumi(_props))
