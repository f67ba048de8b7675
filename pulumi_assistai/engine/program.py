"""Runs a Pulumi program: what the process of a program starts with.

    python -m pulumi_assistai.engine.program SETTINGS

SETTINGS is a JSON object; see `pulumi_assistai.engine.runner`. The exit status is 0, or 32 where an error was reported
to the engine.
"""

from __future__ import annotations

import asyncio
import json
import logging
import runpy
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pulumi
from pulumi import runtime
from pulumi.runtime import config

REPORTED = 32
_THREADS_A_RESOURCE = 4


def main() -> int:
    """Run the program that the command line names, and return the exit status."""
    settings = json.loads(sys.argv[1])
    program = settings.pop("program")
    config.set_all_config(config.get_config_env(), config.get_config_secret_keys_env())
    runtime.configure(runtime.Settings(**settings))
    _drop_debug_messages()
    # What fails in the program is reported once; the futures that wait for it in vain are no news.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    sys.argv = [program]
    with ThreadPoolExecutor(max(settings["parallel"], 1) * _THREADS_A_RESOURCE) as executor:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        loop.set_default_executor(executor)
        return _run(loop, program)


def _run(loop: asyncio.AbstractEventLoop, program: str) -> int:
    try:
        loop.run_until_complete(runtime.run_in_stack(lambda: _execute(program)))
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        return REPORTED
    except Exception as error:  # noqa: BLE001 - whatever the program raises is for its author
        pulumi.log.error(f"Program failed with an unhandled exception:\n{_users_traceback(error, program)}")
        return REPORTED
    return 0


def _execute(program: str) -> None:
    path = Path(program)
    file = path / "__main__.py" if path.is_dir() else path
    if not file.is_file():
        raise pulumi.RunError(f"unable to find main python program `{file.name}` in `{file.parent}`")
    sys.path.insert(0, str(file.parent))
    # The file, and not its folder, which Python would keep compiled: two edits within a second could be taken for one.
    runpy.run_path(str(file), run_name="__main__")


def _users_traceback(error: Exception, program: str) -> str:
    """Return the traceback from the program on; whatever called the program is none of its author's business."""
    folder = program if Path(program).is_dir() else str(Path(program).parent)
    frames = traceback.extract_tb(error.__traceback__)
    own = next((index for index, frame in enumerate(frames) if frame.filename.startswith(folder)), 0)
    return "".join(traceback.format_exception(error, limit=own - len(frames)))


def _drop_debug_messages() -> None:
    """Keep the SDK from sending its debug messages, several a resource, to an engine that has no use for them."""

    def debug(*_: Any, **__: Any) -> None:
        """Say nothing."""

    pulumi.log.debug = debug


if __name__ == "__main__":
    sys.exit(main())
