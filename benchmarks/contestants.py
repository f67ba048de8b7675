"""The contestants."""

from __future__ import annotations

import shutil

from benchmarks import tofu
from benchmarks.contest import Contestant
from benchmarks.engines import PATH, Program, YamlProgram
from benchmarks.limit import Limit
from benchmarks.programs import NATIVE, NOTHING, OURS, PLAIN, WITH_NOTHING

_PULUMI = ("pulumi",)
_PULUMI_FLAGS = ("--yes", "--skip-preview", "--non-interactive")


def contestants() -> list[Contestant]:
    """Return the contestants that this machine can run."""
    found: list[Contestant] = [
        Limit(),
        _embedded("embedded engine", OURS),
        _embedded("embedded engine, native", NATIVE),
    ]
    if shutil.which("pulumi"):
        toolchains = ("uv", "pip") if shutil.which("uv", path=PATH) else ("pip",)
        for toolchain in toolchains:
            found += _on_the_cli(toolchain)
        found += [_cli("native", NATIVE, "", toolchains[0]), _cli("plain dynamic provider", PLAIN, "", toolchains[0])]
    if shutil.which("pulumi") and shutil.which("pulumi-language-yaml"):
        found.append(YamlProgram("Pulumi CLI, YAML", "", _PULUMI, _PULUMI_FLAGS))
    if tofu.is_there():
        found.append(tofu.OpenTofu())
    return found


def _embedded(name: str, head: str) -> Program:
    return Program(name, head, ("assistai", "sandbox"), ("--yes",))


def _on_the_cli(toolchain: str) -> list[Contestant]:
    return [_cli("", OURS, "", toolchain), _cli("provider that does nothing", WITH_NOTHING, NOTHING, toolchain)]


def _cli(what: str, head: str, module: str, toolchain: str) -> Program:
    name = ", ".join(filter(None, ("Pulumi CLI", toolchain, what)))
    return Program(name, head, _PULUMI, _PULUMI_FLAGS, module, toolchain)
