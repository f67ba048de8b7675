"""Attribution of messages to resources: providers name agents by code or name, the engine names no resource."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pulumi_assistai.cli.report.model import Diagnostic, Kind, Severity, Step, name_of
from pulumi_assistai.cli.report.words import Gate

_WORD = re.compile(r"[^\s\"'(),;:`]+")
_QUOTED = re.compile(r'"([^"]+)"')
_DRIFT = " was edited in AssistAI: recorded "
_LONGEST_VALUE = 60


@dataclass(frozen=True)
class Alert:
    """A message of the preview and the URNs of its resources."""

    severity: Severity
    text: str
    urns: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its resources."""
        return tuple(sorted({name_of(urn) for urn in self.urns}))

    @property
    def gates(self) -> frozenset[Gate]:
        """The gates that it closes."""
        if self.severity is Severity.ERROR:
            return frozenset({Gate.ERROR})
        drift = {Gate.DRIFT} if _DRIFT in self.text else set()
        return frozenset(drift | ({Gate.WARNING} if self.severity is Severity.WARNING else set()))


class Attribution:
    """A search for the resources of messages, by the codes and names in them."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = [step for step in steps if step.kind is not Kind.OTHER]

    def alert(self, said: Diagnostic) -> Alert:
        """Return a message with its resources."""
        urns = (said.urn,) if said.urn else tuple(sorted(step.urn for step in self._meant(said.message)))
        return Alert(said.severity, said.message, urns)

    def _meant(self, message: str) -> list[Step]:
        words = {word.strip(".") for word in _WORD.findall(message)}
        by_code = [step for step in self._steps if _codes(step) & words]
        if message.startswith("adopts "):
            return [step for step in by_code if step.declared("adopt") in words]
        if by_code:
            # Two organizations may use the same code: the values in the message tell which one is meant.
            sure = [step for step in by_code if all(value[:_LONGEST_VALUE] in message for value in _changed(step))]
            agents = [step for step in sure or by_code if step.kind is Kind.AGENT]
            return agents or sure or by_code
        quoted = set(_QUOTED.findall(message))
        return [step for step in self._steps if step.kind is Kind.AGENT and step.declared("name") in quoted]


def _codes(step: Step) -> set[str]:
    known = {step.recorded("code"), step.recorded("agent_code"), step.declared("adopt")}
    return known - {""}


def _changed(step: Step) -> Iterator[str]:
    for name in ("name", "description"):
        if step.declared(name) != step.recorded(name):
            yield step.declared(name)
