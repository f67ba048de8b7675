"""Processes that `assistai sandbox` starts ahead.

Importing the SDK is the longest part of a small operation. These processes import it while the command itself starts.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Sequence

from pulumi_assistai.engine.processes.interpreters import Interpreters
from pulumi_assistai.providers import NEEDED

interpreters = Interpreters(os.environ, NEEDED)


def start_for(arguments: Sequence[str]) -> None:
    """Start the processes that the command's first words call for. Unused ones end with the command."""
    atexit.register(interpreters.close)
    if "--help" in arguments:
        return
    match arguments:
        case ["sandbox", "preview" | "up", *_]:
            interpreters.start_ahead("provider", "program")
        case ["sandbox", "refresh" | "destroy", *_]:
            interpreters.start_ahead("provider")
