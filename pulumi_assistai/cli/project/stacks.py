"""The stack of a project: in its sandbox or in the backend of the Pulumi CLI."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pulumi_assistai.engine import Stack
from pulumi_assistai.engine.storage.project import PYTHON, find_project_file, runtime_of
from pulumi_assistai.engine.storage.target import SANDBOX
from pulumi_assistai.errors import AssistAIError
from pulumi_assistai.keys import variable
from pulumi_assistai.settings import is_on_loopback


class KeptStack(Protocol):
    """A stack's configuration and state."""

    @property
    def place(self) -> str:
        """The stack's name for people."""

    def config(self) -> Mapping[str, str]:
        """Return the configuration by full key, secrets in clear."""

    def state(self, *, show_secrets: bool = False) -> dict[str, Any]:
        """Return the state in the format of `pulumi stack export`, empty if there is none."""


def find_stack(directory: Path, name: str | None, *, sandbox: bool = False) -> KeptStack:
    """Return the stack of the project in a folder: the Pulumi CLI's, or else the sandbox's.

    With a token in the environment, a sandbox is used only if `sandbox` is set: it may be left from a first try. Other
    languages than Python have no sandbox.

    Args:
        directory: the folder of Pulumi.yaml, or one without a project.
        name: the stack's name. None means the selected one; in a sandbox, `dev`.
        sandbox: use only the sandbox.

    Raises:
        AssistAIError: a stack was named, but there is no project, or no `pulumi` that knows the stack.
    """
    if find_project_file(directory) is None:
        if name is not None:
            raise AssistAIError(
                f"no Pulumi.yaml in {directory.resolve()}; run this in the project's folder, or use -C DIR"
            )
        return NoStack("no stack (no Pulumi.yaml)")
    kept = SandboxStack(directory, name or "dev")
    if sandbox:
        return kept
    if shutil.which("pulumi") is None:
        if kept.is_runnable and not _has_token():
            return kept
        hint = "; --sandbox uses the sandbox of the folder" if kept.is_there else ""
        return NoStack(f"no stack (the Pulumi CLI was not found{hint})")
    try:
        found = _selected(directory, name)
    except AssistAIError:
        if kept.is_there and not _has_token():
            return kept
        raise
    return kept if isinstance(found, NoStack) and kept.is_there and not _has_token() else found


def _has_token() -> bool:
    """Return whether the environment has a token for an API other than an emulator on this machine."""
    base_url = os.environ.get(variable("base_url"), "")
    return bool(os.environ.get(variable("api_token"))) and not is_on_loopback(base_url)


@dataclass(frozen=True)
class NoStack:
    """A missing stack: nothing is declared.

    Attributes:
        place: "no stack", and why.
        directory: the project's folder, if its backend may have other stacks.
    """

    place: str = "no stack"
    directory: Path | None = None

    def config(self) -> Mapping[str, str]:
        """Return nothing."""
        return {}

    def state(self, *, show_secrets: bool = False) -> dict[str, Any]:  # noqa: ARG002 - there are no secrets either
        """Return nothing."""
        return {}


@dataclass(frozen=True)
class SandboxStack:
    """A stack of the embedded engine."""

    directory: Path
    name: str

    @property
    def place(self) -> str:
        """Name the stack."""
        return f"stack {self.name} of the sandbox"

    @property
    def is_there(self) -> bool:
        """Whether the stack has a state."""
        return self.is_runnable and (self.directory / SANDBOX / f"{self.name}.json").is_file()

    @property
    def is_runnable(self) -> bool:
        """Whether the project is in the language of sandboxes."""
        return runtime_of(self.directory) == PYTHON

    def config(self) -> Mapping[str, str]:
        """Read the stack's file."""
        return Stack(self.directory, self.name).config

    def state(self, *, show_secrets: bool = False) -> dict[str, Any]:
        """Read the sandbox's state."""
        return Stack(self.directory, self.name).export_state(show_secrets=show_secrets)


@dataclass(frozen=True)
class PulumiStack:
    """A stack of the Pulumi CLI, in the backend that it is logged in to."""

    directory: Path
    name: str

    @property
    def place(self) -> str:
        """Name the stack."""
        return f"stack {self.name}"

    def config(self) -> Mapping[str, str]:
        """Run `pulumi config --show-secrets`."""
        entries = json.loads(_pulumi(self.directory, "config", "--show-secrets", "--json", "--stack", self.name))
        return {key: entry.get("value", "") for key, entry in entries.items()}

    def state(self, *, show_secrets: bool = False) -> dict[str, Any]:
        """Run `pulumi stack export`. Secrets stay encrypted unless asked for."""
        flags = ("--show-secrets",) if show_secrets else ()
        state: dict[str, Any] = json.loads(_pulumi(self.directory, "stack", "export", "--stack", self.name, *flags))
        return state


def list_stacks(directory: Path) -> list[str]:
    """Run `pulumi stack ls --all` and return the stacks' names; those of other projects include the project.

    Raises:
        AssistAIError: it failed. The message has its output.
    """
    return [stack["name"] for stack in json.loads(_pulumi(directory, "stack", "ls", "--all", "--json"))]


def _selected(directory: Path, name: str | None) -> KeptStack:
    stacks = json.loads(_pulumi(directory, "stack", "ls", "--json"))
    found = [stack["name"] for stack in stacks if (stack["name"] == name if name else stack["current"])]
    if found:
        return PulumiStack(directory, found[0])
    if name is None:
        return NoStack("no stack (none is selected)", directory)
    raise AssistAIError(f"no stack named {name}; `pulumi stack ls` lists the stacks")


def _pulumi(directory: Path, *arguments: str) -> str:
    """Run `pulumi` and return what it printed.

    Raises:
        AssistAIError: it failed. The message has its output.
    """
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "1"}
    command = ["pulumi", *arguments, "--non-interactive", "--color=never"]
    # The command is the user's own `pulumi`, with arguments of ours.
    done = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise AssistAIError(f"`pulumi {' '.join(arguments[:2])}` failed: {' '.join(done.stderr.split())}")
    return done.stdout
