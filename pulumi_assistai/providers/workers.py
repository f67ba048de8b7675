"""Lets a provider's process work on as much at a time as the engine asks for.

The SDK serves dynamic providers with four threads, so that four calls are in flight whatever `--parallel` says. The
pool makes threads only as calls wait for one: a higher ceiling costs nothing where the engine asks for less.
"""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor
from threading import current_thread

CEILING = 128
"""Calls at a time, beyond any `--parallel` that an API would bear."""


def widen_own_pool() -> None:
    """Raise the ceiling of the pool that this thread works for; leave all as it is where it works for none."""
    thread = current_thread()
    for pool in [thing for thing in gc.get_objects() if type(thing) is ThreadPoolExecutor]:
        # Neither attribute is public. Where one is missing, four at a time is slower and no less right.
        if thread in getattr(pool, "_threads", ()) and isinstance(getattr(pool, "_max_workers", None), int):
            pool._max_workers = max(pool._max_workers, CEILING)  # noqa: SLF001
