"""Who is compared."""

from __future__ import annotations

import shutil

from benchmarks import tofu
from benchmarks.contest import Contestant
from benchmarks.engines import Program
from benchmarks.limit import Limit
from benchmarks.programs import NOTHING, OURS, PLAIN, WITH_NOTHING

_PULUMI = ("pulumi",)
_PULUMI_FLAGS = ("--yes", "--skip-preview", "--non-interactive")


def contestants() -> list[Contestant]:
    """Return all who can take part on this machine."""
    found: list[Contestant] = [Limit(), Program("embedded engine", OURS, ("assistai", "sandbox"), ("--yes",))]
    if shutil.which("pulumi"):
        found.append(Program("Pulumi CLI", OURS, _PULUMI, _PULUMI_FLAGS))
        found.append(Program("Pulumi CLI, provider that does nothing", WITH_NOTHING, _PULUMI, _PULUMI_FLAGS, NOTHING))
        found.append(Program("Pulumi CLI, plain dynamic provider", PLAIN, _PULUMI, _PULUMI_FLAGS))
    if tofu.is_there():
        found.append(tofu.OpenTofu())
    return found
