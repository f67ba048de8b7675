"""The surroundings of a command: the project's stack and its organizations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pulumi_assistai.cli.project.apis import announce, api_of
from pulumi_assistai.cli.project.declared import declared_agents, declared_integrations, declares_natively
from pulumi_assistai.cli.project.organizations import (
    Organization,
    Unconnected,
    choose,
    connections_of,
    each_once,
    has_explicit_providers,
)
from pulumi_assistai.cli.project.stacks import KeptStack, SandboxStack, find_stack
from pulumi_assistai.client import announce_retries
from pulumi_assistai.engine.storage.project import runtime_of
from pulumi_assistai.errors import AssistAIError
from pulumi_assistai.lifecycle.comparison import DeclaredAgent, DeclaredIntegration
from pulumi_assistai.lifecycle.values import pick
from pulumi_assistai.native.names import in_words


@dataclass(frozen=True)
class Surroundings:
    """The stack and the organizations that a command works on.

    Attributes:
        stack: the project's stack.
        state: its state in the format of `pulumi stack export`; secrets may be in clear.
        organizations: the chosen organizations, or all of the stack.
        others: the organizations of the stack that were not chosen.
        unconnected: the stack's unusable connections; empty if an organization was chosen.
        is_native: whether programs of the stack declare native resources, in any language.
    """

    stack: KeptStack
    state: Mapping[str, Any]
    organizations: Sequence[Organization]
    others: Sequence[Organization]
    unconnected: Sequence[Unconnected]
    is_native: bool

    @property
    def elsewhere(self) -> list[DeclaredAgent | DeclaredIntegration]:
        """The declared resources of organizations to which the stack has no connection."""
        connected = [known.settings.place for known in (*self.organizations, *self.others)]
        declared: list[DeclaredAgent | DeclaredIntegration] = [*declared_agents(self.state)]
        declared += declared_integrations(self.state)
        return [known for known in declared if _place(known) not in ({}, *connected)]

    @property
    def deployment_command(self) -> str:
        """The command whose subcommands `up` and `refresh` work on the stack."""
        return "assistai sandbox" if isinstance(self.stack, SandboxStack) else "pulumi"

    def words(self, message: str) -> str:
        """Return a message with names as programs of the stack have them."""
        return in_words(message) if self.is_native else message


def _place(declared: DeclaredAgent | DeclaredIntegration) -> dict[str, Any]:
    return pick(declared.recorded, ("tenant_domain", "organization_code"))


def read_stack(stack: KeptStack) -> tuple[Mapping[str, str], dict[str, Any]]:
    """Return a stack's configuration and state. Secrets are in clear if connections need them."""
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
    """Open the organizations of a stack. For a sandbox, they are those of its emulator.

    Args:
        directory: the folder of Pulumi.yaml, or one without a project.
        name: the stack's name. None means the selected one; in a sandbox, `dev`.
        provider: use only the organization of this explicit provider.
        organization: use only the organization with this code.
        sandbox: use the sandbox of the folder, even if there are Pulumi stacks and credentials.

    Raises:
        ConfigurationError: settings are missing or unusable.
        AssistAIError: the stack was not found, or has no such organization.
    """
    announce_retries()
    stack = find_stack(directory, name, sandbox=sandbox)
    is_sandbox = isinstance(stack, SandboxStack)
    announce(f"Using {stack.place} in {directory.resolve()}.", sandbox=is_sandbox)
    config, state = read_stack(stack)
    with api_of(directory, config, sandbox=is_sandbox) as environment:
        organizations, unconnected = connections = connections_of(state, environment, config)
        chosen = each_once(choose(connections, provider, organization))
        is_all = provider is None and organization is None
        others = [known for known in organizations if known not in chosen]
        is_native = declares_natively(state, runtime_of(directory))
        around = Surroundings(stack, state, chosen, others, unconnected if is_all else [], is_native)
        try:
            yield around
        except AssistAIError as error:
            error.args = (around.words(str(error)),)
            raise
