"""Other stacks of the same backend or sandbox, and the agents that they manage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pulumi_assistai.cli.project.declared import declared_agents
from pulumi_assistai.cli.project.stacks import KeptStack, NoStack, PulumiStack, SandboxStack, list_stacks
from pulumi_assistai.engine import EngineError
from pulumi_assistai.engine.storage.target import SANDBOX
from pulumi_assistai.errors import AssistAIError


@dataclass(frozen=True)
class Neighbours:
    """Agents that other stacks manage, as far as their states are readable without their passphrases.

    Attributes:
        managed: the stack that manages an agent, by the agent's code.
        unread: the stacks that could not be read, each with the reason.
    """

    managed: dict[str, str]
    unread: dict[str, str]


def look_around(stack: KeptStack, place: Mapping[str, str]) -> Neighbours:
    """Return the agents of an organization that other stacks of the backend, or of the sandbox, manage.

    Args:
        stack: the current stack.
        place: the organization, as outputs record it.
    """
    found = Neighbours({}, {})
    try:
        others = list(_others(stack))
    except AssistAIError as error:
        return Neighbours({}, {"other stacks": str(error)})
    for other in others:
        try:
            agents = declared_agents(other.state())
        except (AssistAIError, EngineError) as error:
            found.unread[other.place] = str(error)
            continue
        for agent in agents:
            if place.items() <= agent.recorded.items():
                found.managed.setdefault(agent.code, other.place)
    return found


def _others(stack: KeptStack) -> Iterator[KeptStack]:
    if isinstance(stack, PulumiStack):
        yield from (PulumiStack(stack.directory, name) for name in list_stacks(stack.directory) if name != stack.name)
    if isinstance(stack, NoStack) and stack.directory:
        yield from (PulumiStack(stack.directory, name) for name in list_stacks(stack.directory))
    if isinstance(stack, SandboxStack):
        names = sorted(file.stem for file in (stack.directory / SANDBOX).glob("*.json"))
        yield from (SandboxStack(stack.directory, name) for name in names if name != stack.name)
