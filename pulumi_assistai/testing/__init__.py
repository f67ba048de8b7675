"""Testing a Pulumi program of AssistAI agents: real provider code and real HTTP, with no account and no Pulumi CLI.

pytest finds the fixtures `assistai_stack` and `assistai_emulator` by itself where this package is installed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pulumi_assistai.engine.model.values import UNKNOWN, Secret
    from pulumi_assistai.engine.reporting.events import Change, Diagnostic, Op, Severity
    from pulumi_assistai.engine.reporting.recorder import Result
    from pulumi_assistai.testing.api import Api, Faults
    from pulumi_assistai.testing.stack import ProgramStack

__all__ = [
    "UNKNOWN",
    "Api",
    "Change",
    "Diagnostic",
    "Faults",
    "Op",
    "ProgramStack",
    "Result",
    "Secret",
    "Severity",
]

_MODULES = {
    "engine.reporting.events": ("Change", "Diagnostic", "Op", "Severity"),
    "engine.reporting.recorder": ("Result",),
    "engine.model.values": ("UNKNOWN", "Secret"),
    "testing.api": ("Api", "Faults"),
    "testing.stack": ("ProgramStack",),
}


def __getattr__(name: str) -> Any:
    # pytest imports this package in every run, also where the extra that the engine needs is not installed.
    for module, names in _MODULES.items():
        if name in names:
            return getattr(import_module(f"pulumi_assistai.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
