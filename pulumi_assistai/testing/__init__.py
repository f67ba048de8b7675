"""Testing a Pulumi program of AssistAI agents: real provider code and real HTTP, with no account and no Pulumi CLI.

pytest finds the fixtures `assistai_stack` and `assistai_emulator` by itself where this package is installed.
"""

from pulumi_assistai.engine.events import Change, Diagnostic, Op, Severity
from pulumi_assistai.engine.recorder import Result
from pulumi_assistai.engine.values import UNKNOWN, Secret
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
