"""Requests to a stack, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi_assistai.engine.model.targets import Targets
from pulumi_assistai.engine.processes.runner import Runner


@dataclass(frozen=True)
class Options:
    """How an operation is to be done.

    Attributes:
        preview: nothing is to be done, only said.
        parallel: how many resources are worked on at a time.
        targets: the resources that may be touched.
    """

    preview: bool
    parallel: int
    targets: Targets = field(default_factory=Targets)


@dataclass(frozen=True)
class Deploy:
    """Run the program and bring its resources about.

    Attributes:
        runner: runs the program.
        refresh: look at all resources first.
    """

    runner: Runner
    refresh: bool


@dataclass(frozen=True)
class Refresh:
    """Take what the providers say of the resources into the state.

    Attributes:
        clear_pending_creates: forget the creations that a killed run left under way.
    """

    clear_pending_creates: bool


@dataclass(frozen=True)
class Destroy:
    """Delete all resources."""


@dataclass(frozen=True)
class Import:
    """Take resources that exist into the state.

    Attributes:
        document: an import file as `pulumi import --file` takes it, with inputs and outputs of each resource.
    """

    document: Mapping[str, Any]


VerbRequest = Deploy | Refresh | Destroy | Import
