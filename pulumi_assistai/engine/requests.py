"""Requests to a stack, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi_assistai.engine.model.targets import Targets
from pulumi_assistai.engine.processes.runner import Runner


@dataclass(frozen=True)
class Options:
    """The options of an operation.

    Attributes:
        preview: only show what the operation would do.
        parallel: the number of resources in progress at a time.
        targets: the resources that may be touched.
    """

    preview: bool
    parallel: int
    targets: Targets = field(default_factory=Targets)


@dataclass(frozen=True)
class Deploy:
    """Run the program and deploy its resources.

    Attributes:
        runner: runs the program.
        refresh: refresh all resources first.
    """

    runner: Runner
    refresh: bool


@dataclass(frozen=True)
class Refresh:
    """Update the state to what the providers report.

    Attributes:
        clear_pending_creates: remove the pending creations of a killed run from the state.
    """

    clear_pending_creates: bool


@dataclass(frozen=True)
class Destroy:
    """Delete all resources."""


@dataclass(frozen=True)
class Import:
    """Import existing resources into the state.

    Attributes:
        document: an import file for `pulumi import --file`, with inputs and outputs of each resource.
    """

    document: Mapping[str, Any]


VerbRequest = Deploy | Refresh | Destroy | Import
