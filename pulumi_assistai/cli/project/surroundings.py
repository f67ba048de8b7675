"""The surroundings of a command: an organization, and the stack that declares its agents."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pulumi_assistai.cli.project.apis import api_of
from pulumi_assistai.cli.project.stacks import KeptStack, find_stack
from pulumi_assistai.client import Client, announce_retries
from pulumi_assistai.settings import Settings


@dataclass(frozen=True)
class Surroundings:
    """What a command that looks at an organization has.

    Attributes:
        settings: the connection.
        client: the API.
        stack: where the project's stack is kept.
    """

    settings: Settings
    client: Client
    stack: KeptStack


@contextmanager
def open_organization(directory: Path, name: str | None) -> Iterator[Surroundings]:
    """Give the organization that environment and stack configuration name; of a sandbox, the one of its emulator.

    Args:
        directory: the folder of Pulumi.yaml, or one without a project.
        name: the stack's name; None is the selected one, and `dev` in a sandbox.

    Raises:
        ConfigurationError: settings are missing or not usable.
        AssistAIError: the stack could not be found.
    """
    announce_retries()
    stack = find_stack(directory, name)
    config = stack.config()
    with api_of(directory, config) as environment:
        settings = Settings.load({}, environment, config)
        with Client(settings) as client:
            yield Surroundings(settings, client, stack)
