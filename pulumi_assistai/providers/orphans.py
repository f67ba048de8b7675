"""Orphans: ends a provider's process when the engine that started it is gone.

The Pulumi CLI ends its providers itself, unless it is killed. Then they would run for ever, with the token in their
environment. The end of the parent process proves nothing, because a shell may be between the CLI and this process. The
engine's port does: it is an argument of this process, and nothing listens there once the engine is gone.
"""

from __future__ import annotations

import os
import re
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from threading import Thread

from pulumi_assistai.providers.cancellation import sdk_servicer

_ADDRESS = re.compile(r"(127\.0\.0\.1|localhost):(\d{1,5})")
_PAUSE_SECONDS = 1.0
_GRACE_SECONDS = 1.5


@cache
def end_with_engine() -> None:
    """Watch the engine from now on, once per process. In a process that no engine started, do nothing."""
    address = _ADDRESS.fullmatch(sys.argv[1]) if len(sys.argv) > 1 else None
    if address is None or sdk_servicer() is None:
        return
    Thread(target=watch, args=(address[1], int(address[2]), _end), daemon=True).start()


def watch(host: str, port: int, end: Callable[[], None], pause: float = _PAUSE_SECONDS) -> None:
    """Call `end` when nothing listens at an address any more.

    Each look opens and closes a connection, which costs the engine nothing. A connection that stays open could keep its
    server from ending.

    Args:
        host: the host.
        port: the port.
        end: the function to call.
        pause: seconds between two looks.
    """
    refusals = 0
    # A single refusal may have another cause. Two of them, with a pause between, do not.
    while refusals < 2:  # noqa: PLR2004
        time.sleep(pause)
        refusals = refusals + 1 if _is_refused(host, port) else 0
    end()


def _is_refused(host: str, port: int) -> bool:
    # Any other failure, such as a lack of file descriptors, proves nothing about the engine.
    with suppress(OSError):
        try:
            socket.create_connection((host, port), timeout=_PAUSE_SECONDS).close()
        except ConnectionRefusedError:
            return True
    return False


def _end() -> None:
    """Send no more requests, give those under way a moment to reach the journal, and end the process."""
    from pulumi_assistai.client.limiter import cancel_requests  # noqa: PLC0415 - most processes never need it here

    cancel_requests()
    time.sleep(_GRACE_SECONDS)
    os._exit(1)
