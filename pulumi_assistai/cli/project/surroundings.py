"""The surroundings of a command: the stack of a project, and the organizations that it has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pulumi_assistai.cli.project.apis import announce, api_of
from pulumi_assistai.cli.project.organizations import (
    Organization,
    Unconnected,
    choose,
    connections_of,
    has_explicit_providers,
)
from pulumi_assistai.cli.project.stacks import KeptStack, SandboxStack, find_stack
from pulumi_assistai.client import announce_retries


@dataclass(frozen=True)
class Surroundings:
    """What a command that looks at organizations has.

    Attributes:
        stack: where the project's stack is kept.
        state: its state as `pulumi stack export` writes it; secrets may be in clear.
        organizations: the organizations to look at: the chosen ones, or all of the stack.
        others: the organizations of the stack that were not chosen.
        unconnected: the connections of the stack that cannot be used, where none was chosen.
    """

    stack: KeptStack
    state: Mapping[str, Any]
    organizations: Sequence[Organization]
    others: Sequence[Organization]
    unconnected: Sequence[Unconnected]


def read_stack(stack: KeptStack) -> tuple[Mapping[str, str], dict[str, Any]]:
    """Return the configuration and the state of a stack; its secrets are in clear where connections need them."""
    config, state = stack.config(), stack.state()
    return config, stack.state(show_secrets=True) if has_explicit_providers(state) else state


@contextmanager
def open_organizations(
    directory: Path,
    name: str | None,
    provider: str | None = None,
    organization: str | None = None,
    *,
    sandbox: bool = False,
) -> Iterator[Surroundings]:
    """Give the organizations of a stack; of a sandbox, those of its emulator.

    Args:
        directory: the folder of Pulumi.yaml, or one without a project.
        name: the stack's name; None is the selected one, and `dev` in a sandbox.
        provider: the name of an explicit provider, to choose its organization alone.
        organization: the code of an organization, to choose it alone.
        sandbox: look at the sandbox of the folder, whatever stacks and credentials there are.

    Raises:
        ConfigurationError: settings are missing or not usable.
        AssistAIError: the stack could not be found, or has no such organization.
    """
    announce_retries()
    stack = find_stack(directory, name, sandbox=sandbox)
    is_sandbox = isinstance(stack, SandboxStack)
    announce(f"Looking at {stack.place} in {directory.resolve()}.", sandbox=is_sandbox)
    config, state = read_stack(stack)
    with api_of(directory, config, sandbox=is_sandbox) as environment:
        organizations, unconnected = connections_of(state, environment, config)
        chosen = choose(organizations, provider, organization)
        is_all = provider is None and organization is None
        others = [known for known in organizations if known not in chosen]
        yield Surroundings(stack, state, chosen, others, unconnected if is_all else [])
