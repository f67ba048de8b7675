"""Who is compared."""

from __future__ import annotations

import shutil

from benchmarks import tofu
from benchmarks.contest import Contestant
from benchmarks.engines import PATH, Program
from benchmarks.limit import Limit
from benchmarks.programs import NOTHING, OURS, PLAIN, WITH_NOTHING

_PULUMI = ("pulumi",)
_PULUMI_FLAGS = ("--yes", "--skip-preview", "--non-interactive")


def contestants() -> list[Contestant]:
    """Return all who can take part on this machine."""
    found: list[Contestant] = [Limit(), Program("embedded engine", OURS, ("assistai", "sandbox"), ("--yes",))]
    if shutil.which("pulumi"):
        toolchains = ("uv", "pip") if shutil.which("uv", path=PATH) else ("pip",)
        for toolchain in toolchains:
            found += _on_the_cli(toolchain)
        found.append(_cli("plain dynamic provider", PLAIN, "", toolchains[0]))
    if tofu.is_there():
        found.append(tofu.OpenTofu())
    return found


def _on_the_cli(toolchain: str) -> list[Contestant]:
    return [_cli("", OURS, "", toolchain), _cli("provider that does nothing", WITH_NOTHING, NOTHING, toolchain)]


def _cli(what: str, head: str, module: str, toolchain: str) -> Program:
    name = ", ".join(filter(None, ("Pulumi CLI", toolchain, what)))
    return Program(name, head, _PULUMI, _PULUMI_FLAGS, module, toolchain)
