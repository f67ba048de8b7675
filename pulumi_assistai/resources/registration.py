"""Registers a program's first resource while the program goes on declaring others.

The SDK registers nothing before the program waits for something, which most do at their end alone. Only then does the
engine learn which provider is needed, and starting that takes as long as declaring hundreds of agents.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from weakref import WeakSet

import pulumi

try:
    # What the SDK itself waits with for the functions that a program calls. It is not public: without it, registrations
    # are sent when the program ends.
    from pulumi.runtime.sync_await import _sync_await
except ImportError:
    _sync_await = None  # type: ignore[assignment]

_LONGEST_WAIT = 2.0
"""Seconds: a component is registered within milliseconds, and another resource may take as long as it likes."""

_TURNS = 100
"""Of the event loop: a registration is sent some twenty after its parent's name is known."""

_begun: WeakSet[pulumi.Resource] = WeakSet()


def register_early(opts: pulumi.ResourceOptions | None) -> None:
    """Let the registration that has just been asked for be sent, if it is the first of the program.

    Args:
        opts: the options of the resource.
    """
    stack = pulumi.runtime.get_root_resource()
    if stack is None or stack in _begun or not _runs_in_a_loop() or _sync_await is None:
        return
    _begun.add(stack)
    parent = opts.parent if opts is not None and opts.parent is not None else stack
    _sync_await(_sent(parent))


def _runs_in_a_loop() -> bool:
    try:
        return isinstance(asyncio.get_running_loop(), asyncio.BaseEventLoop)
    except RuntimeError:
        return False


async def _sent(parent: pulumi.Resource) -> None:
    await asyncio.wait([asyncio.ensure_future(_registered(parent))], timeout=_LONGEST_WAIT)
    for _ in range(_TURNS):
        await asyncio.sleep(0)


async def _registered(resource: pulumi.Resource) -> None:
    # Whatever went wrong is told by whoever registers it.
    with suppress(Exception):
        await resource.urn.future()
