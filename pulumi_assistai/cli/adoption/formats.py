"""Formats of an import: what is written, and what suits a project."""

from __future__ import annotations

from enum import StrEnum

from pulumi_assistai.cli.project.organizations import Organization
from pulumi_assistai.engine.storage.project import PYTHON
from pulumi_assistai.errors import AssistAIError

ENDINGS = {"dotnet": "cs", "go": "go", "java": "java", "nodejs": "ts", PYTHON: "py", "yaml": "yaml"}
"""File name endings of the code that `pulumi import` writes, by the project's runtime."""


class Format(StrEnum):
    """A format of an import."""

    PYTHON = "python"
    MARKDOWN = "markdown"
    NATIVE = "native"


def choose_format(wanted: Format | None, owner: Organization, runtime: str, *, is_native: bool) -> Format:
    """Return the wanted format, or the one that suits the stack.

    Args:
        wanted: the format that was asked for.
        owner: the organization of the agents.
        runtime: the runtime of the project, empty without a project.
        is_native: whether programs of the stack declare native resources.

    Raises:
        AssistAIError: the wanted format does not suit the project or the provider.
    """
    suits_native = owner.is_native if owner.provider else is_native
    if wanted is None:
        return Format.NATIVE if suits_native else Format.PYTHON
    if wanted is not Format.NATIVE and runtime not in ("", PYTHON):
        raise AssistAIError(f"--format {wanted} is for Python programs; the runtime of this project is {runtime}")
    if wanted is Format.NATIVE and not runtime:
        raise AssistAIError("--format native needs a project: `pulumi import` writes code in its language")
    if owner.provider and suits_native != (wanted is Format.NATIVE):
        raise AssistAIError(f"--format {wanted} does not suit the provider {owner.provider}; leave --format out")
    return wanted
