"""Workers: a provider's process serves as many calls at a time as the engine makes.

The SDK serves dynamic providers with four threads, so only four calls are in flight, whatever `--parallel` says. The
pool creates a thread only when a call waits for one: a higher ceiling costs nothing if the engine makes fewer calls.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import current_thread
from weakref import ReferenceType

CEILING = 128
"""Calls at a time, more than any useful `--parallel`."""


def widen_own_pool() -> None:
    """Raise the ceiling of the pool that this thread belongs to. Outside of a pool nothing changes."""
    # No attribute used here is public. If one is missing, there are four calls at a time: slower, but right.
    reference, *_ = getattr(current_thread(), "_args", None) or (None,)
    pool = reference() if isinstance(reference, ReferenceType) else None
    if isinstance(pool, ThreadPoolExecutor) and isinstance(getattr(pool, "_max_workers", None), int):
        pool._max_workers = max(pool._max_workers, CEILING)  # noqa: SLF001
        _start_threads_for_waiting_calls(pool)


def _start_threads_for_waiting_calls(pool: ThreadPoolExecutor) -> None:
    """Start threads for calls that wait already: the pool creates threads only when a call arrives."""
    adjust, queue = getattr(pool, "_adjust_thread_count", None), getattr(pool, "_work_queue", None)
    if adjust is None or queue is None:
        return
    for _ in range(queue.qsize()):
        adjust()
