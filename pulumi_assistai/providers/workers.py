"""Lets a provider's process work on as much at a time as the engine asks for.

The SDK serves dynamic providers with four threads, so that four calls are in flight whatever `--parallel` says. The
pool makes threads only as calls wait for one: a higher ceiling costs nothing where the engine asks for less.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import current_thread
from weakref import ReferenceType

CEILING = 128
"""Calls at a time, beyond any `--parallel` that an API would bear."""


def widen_own_pool() -> None:
    """Raise the ceiling of the pool that this thread works for; leave all as it is where it works for none."""
    # No attribute used here is public. Where one is missing, four at a time is slower and no less right.
    reference, *_ = getattr(current_thread(), "_args", None) or (None,)
    pool = reference() if isinstance(reference, ReferenceType) else None
    if isinstance(pool, ThreadPoolExecutor) and isinstance(getattr(pool, "_max_workers", None), int):
        pool._max_workers = max(pool._max_workers, CEILING)  # noqa: SLF001
        _start_threads_for_waiting_calls(pool)


def _start_threads_for_waiting_calls(pool: ThreadPoolExecutor) -> None:
    """Let calls begin that were asked for before: the pool makes a thread when a call arrives, and not later."""
    adjust, queue = getattr(pool, "_adjust_thread_count", None), getattr(pool, "_work_queue", None)
    if adjust is None or queue is None:
        return
    for _ in range(queue.qsize()):
        adjust()
