"""Ends what waits in a provider's process when the engine cancels the run.

The engine calls Cancel after the first Ctrl-C, and waits for the resources that are under way. The SDK answers that
call and does nothing, so that a request that waits minutes for the API's rate limit would wait on.
"""

from __future__ import annotations

import sys
from types import FunctionType
from typing import Any


def sdk_servicer() -> type | None:
    """Return the class with which the SDK serves a provider's process, None in any other process."""
    return getattr(sys.modules["__main__"], "DynamicResourceProviderServicer", None)


def end_waiting_when_cancelled() -> None:
    """Let the SDK's Cancel of this process end all requests that wait; leave all as it is where there is none."""
    # The server holds the method already: its code can be exchanged, and the method itself no more. Where the SDK is
    # another one, waiting goes on until a second Ctrl-C.
    cancel = getattr(sdk_servicer(), "Cancel", None)
    if isinstance(cancel, FunctionType) and cancel.__code__.co_argcount == _cancel.__code__.co_argcount:
        cancel.__code__ = _cancel.__code__


def _cancel(_self: Any, _request: Any, _context: Any) -> Any:
    # It runs among the names of the SDK's module, and has to bring its own.
    from google.protobuf.empty_pb2 import Empty  # noqa: PLC0415

    from pulumi_assistai.client.limiter import cancel_requests  # noqa: PLC0415

    cancel_requests()
    return Empty()
