"""The processes of `assistai sandbox`, which can be started before it is known what exactly they are for.

They import the SDK, which is what a small operation takes longest for; meanwhile the command imports what it needs.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Sequence

from pulumi_assistai.engine.processes.interpreters import Interpreters
from pulumi_assistai.providers import NEEDED

interpreters = Interpreters(os.environ, NEEDED)


def start_for(arguments: Sequence[str]) -> None:
    """Start what a command will need, as far as its first words tell; what it then has no use for ends with it."""
    atexit.register(interpreters.close)
    if "--help" in arguments:
        return
    match arguments:
        case ["sandbox", "preview" | "up", *_]:
            interpreters.start_ahead("provider", "program")
        case ["sandbox", "refresh" | "destroy", *_]:
            interpreters.start_ahead("provider")
