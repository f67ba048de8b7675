"""The command `assistai`."""

from __future__ import annotations

import atexit
import gc
import sys
from importlib.util import find_spec


def main() -> None:
    """Run the command `assistai` with the arguments of this process, and exit."""
    if find_spec("typer") is None:
        sys.exit("assistai needs its command line extra: pip install 'pulumi-assistai[cli]'")
    # At its end an interpreter looks for garbage in all that it imported, while the user waits.
    atexit.register(gc.freeze)
    from pulumi_assistai.cli.app import run  # noqa: PLC0415 - needs the extra

    run()
