"""Tests of Pulumi programs with AssistAI agents: real provider code and HTTP, without an account or the Pulumi CLI.

pytest finds the fixtures `assistai_stack` and `assistai_emulator` once this package is installed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader

if TYPE_CHECKING:
    from pulumi_assistai.engine.reporting.events import Change, Diagnostic, Op, Severity
    from pulumi_assistai.engine.reporting.recorder import Result
    from pulumi_assistai.properties import UNKNOWN, Secret
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
    "properties": ["UNKNOWN", "Secret"],
    "engine.reporting.events": ["Change", "Diagnostic", "Op", "Severity"],
    "engine.reporting.recorder": ["Result"],
    "testing.api": ["Api", "Faults"],
    "testing.stack": ["ProgramStack"],
}

# pytest imports this package in every run, also where the extra that the engine needs is not installed.
__getattr__, _, _ = lazy_loader.attach("pulumi_assistai", submod_attrs=_MODULES)
