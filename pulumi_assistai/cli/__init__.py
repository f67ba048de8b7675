"""The command `assistai`."""

from __future__ import annotations

import sys
from importlib.util import find_spec

from pulumi_assistai.cli.sandbox import ahead
from pulumi_assistai.garbage import search_seldom


def main() -> None:
    """Run the command `assistai` with the arguments of this process, and exit."""
    if find_spec("typer") is None:
        sys.exit("assistai needs its command line extra: pip install 'pulumi-assistai[cli]'")
    search_seldom()
    ahead.start_for(sys.argv[1:])
    from pulumi_assistai.cli.app import run  # noqa: PLC0415 - needs the extra

    run()
