"""The command `assistai`."""

from __future__ import annotations

import atexit
import gc
import sys
from importlib.util import find_spec

from pulumi_assistai.cli.sandbox import ahead


def main() -> None:
    """Run the command `assistai` with the arguments of this process, and exit."""
    if find_spec("typer") is None:
        sys.exit("assistai needs its command line extra: pip install 'pulumi-assistai[cli]'")
    # An interpreter looks for garbage while it imports and again when it ends. There is little, and the user waits.
    gc.set_threshold(200_000)
    atexit.register(gc.freeze)
    ahead.start_for(sys.argv[1:])
    from pulumi_assistai.cli.app import run  # noqa: PLC0415 - needs the extra

    run()
