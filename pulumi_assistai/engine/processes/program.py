"""The main module of a program's process: runs a Pulumi program.

    python -m pulumi_assistai.engine.processes.program PROGRAM SETTINGS

SETTINGS is a JSON object; see `pulumi_assistai.engine.processes.runner`. The exit status is 0, or 32 if an error was
reported to the engine.
"""

from __future__ import annotations

import asyncio
import json
import runpy
import sys
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from inspect import isawaitable
from pathlib import Path
from typing import Any

import pulumi
from pulumi import runtime
from pulumi.runtime import config

REPORTED = 32
_THREADS_A_RESOURCE = 4


def main() -> int:
    """Run the program in the arguments, and return the exit status."""
    program, settings = sys.argv[1:]
    sys.argv = [program]
    place = program if Path(program).is_dir() else str(Path(program).parent)
    configuration = (config.get_config_env(), config.get_config_secret_keys_env())
    return run(lambda: _execute(program), place, json.loads(settings), *configuration)


def run(
    program: Callable[[], Any],
    place: str,
    settings: Mapping[str, Any],
    configuration: dict[str, str],
    secret_keys: Collection[str],
) -> int:
    """Run a program against the engine and return its exit status.

    Args:
        program: the function that declares the resources.
        place: the folder or file of its code, where its tracebacks begin.
        settings: the SDK's settings for the deployment.
        configuration: full configuration keys to strings.
        secret_keys: the keys of secrets.
    """
    runtime.settings.ROOT.set(None)
    config.set_all_config(configuration, list(secret_keys))
    runtime.configure(runtime.Settings(**settings))
    loop = asyncio.new_event_loop()
    # A failure of the program is reported once, without the futures that wait for it.
    loop.set_exception_handler(lambda *_: None)
    with ThreadPoolExecutor(max(settings["parallel"], 1) * _THREADS_A_RESOURCE) as executor, _no_debug_messages():
        asyncio.set_event_loop(loop)
        loop.set_default_executor(executor)
        try:
            return _run(loop, program, place)
        finally:
            _close(loop)


def _run(loop: asyncio.AbstractEventLoop, program: Callable[[], Any], place: str) -> int:
    try:
        loop.run_until_complete(runtime.run_in_stack(lambda: _begin(program)))
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        return REPORTED
    except Exception as error:  # noqa: BLE001 - the program may raise anything
        pulumi.log.error(f"Program failed with an unhandled exception:\n{_users_traceback(error, place)}")
        return REPORTED
    return 0


async def _begin(program: Callable[[], Any]) -> None:
    result = program()
    if isawaitable(result):
        await result
    # Lets every registration begin, because the SDK then waits for the registrations first. Otherwise it waits for each
    # output of the program and looks at all of them each time, which grows with the square of the number of agents.
    await asyncio.sleep(0)


def _close(loop: asyncio.AbstractEventLoop) -> None:
    waiting = asyncio.all_tasks(loop)
    for task in waiting:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*waiting, return_exceptions=True))
    asyncio.set_event_loop(None)
    loop.close()


def _execute(program: str) -> None:
    path = Path(program)
    file = path / "__main__.py" if path.is_dir() else path
    if not file.is_file():
        raise pulumi.RunError(f"unable to find main python program `{file.name}` in `{file.parent}`")
    sys.path.insert(0, str(file.parent))
    # The file, not its folder: Python would cache compiled code, and miss the second of two edits within a second.
    runpy.run_path(str(file), run_name="__main__")


def _users_traceback(error: Exception, place: str) -> str:
    """Return the part of the traceback that begins in the program, without the engine's own frames."""
    frames = traceback.extract_tb(error.__traceback__)
    own = next((index for index, frame in enumerate(frames) if frame.filename.startswith(place)), 0)
    return "".join(traceback.format_exception(error, limit=own - len(frames)))


@contextmanager
def _no_debug_messages() -> Iterator[None]:
    """Stop the SDK from sending debug messages, several per resource, which the engine does not show."""
    original = pulumi.log.debug

    def debug(*_: Any, **__: Any) -> None:
        """Say nothing."""

    pulumi.log.debug = debug
    try:
        yield
    finally:
        pulumi.log.debug = original


if __name__ == "__main__":
    sys.exit(main())
