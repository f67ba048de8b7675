"""Cancellation: ends the waiting requests of a provider's process when the engine cancels the run.

The engine calls Cancel after the first Ctrl-C, and waits for the resources in progress. The SDK answers that call and
does nothing, so a request that waits minutes for the API's rate limit would keep waiting.
"""

from __future__ import annotations

import sys
from types import FunctionType
from typing import Any


def sdk_servicer() -> type | None:
    """Return the SDK's servicer class in a provider's process, None in any other process."""
    return getattr(sys.modules["__main__"], "DynamicResourceProviderServicer", None)


def end_waiting_when_cancelled() -> None:
    """Make the SDK's Cancel end all waiting requests of this process. Without such a Cancel nothing changes."""
    # The server already refers to the method, so only its code can be exchanged. With an SDK of another shape, requests
    # keep waiting until a second Ctrl-C.
    cancel = getattr(sdk_servicer(), "Cancel", None)
    if isinstance(cancel, FunctionType) and cancel.__code__.co_argcount == _cancel.__code__.co_argcount:
        cancel.__code__ = _cancel.__code__


def _cancel(_self: Any, _request: Any, _context: Any) -> Any:
    # It runs with the globals of the SDK's module, so it imports its own names.
    from google.protobuf.empty_pb2 import Empty  # noqa: PLC0415

    from pulumi_assistai.client.limiter import cancel_requests  # noqa: PLC0415

    cancel_requests()
    return Empty()
