"""Reports: the messages of the lifecycle go to the engine, with the URN of the resource, or to standard error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from pulumi_assistai import redaction
from pulumi_assistai.native.names import in_words
from pulumi_assistai.text import one_line

CHANNEL_OPTIONS = [
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    # Otherwise grpc would send requests to this machine through a proxy in the environment.
    ("grpc.enable_http_proxy", 0),
]

_LONGEST_WAIT = 1.0
"""Seconds for the engine to take a message."""

_urn: ContextVar[str] = ContextVar("urn", default="")


@contextmanager
def about(urn: str) -> Iterator[None]:
    """Assign the messages of this thread to a resource meanwhile."""
    token = _urn.set(urn)
    try:
        yield
    finally:
        _urn.reset(token)


def clean(message: str) -> str:
    """Return a message in one line and without any API token."""
    return redaction.redact(one_line(message))


class EngineReporter:
    """Sends messages to the engine. Once the engine does not take one, all go to standard error."""

    def __init__(self) -> None:
        self._engine: engine_pb2_grpc.EngineStub | None = None

    def attach(self, address: str) -> None:
        """Send messages to the engine at `HOST:PORT` from now on."""
        self._engine = engine_pb2_grpc.EngineStub(grpc.insecure_channel(address, CHANNEL_OPTIONS))

    def tell(self, message: str) -> None:
        """Tell the user something worth knowing."""
        if not self._log(engine_pb2.LogSeverity.INFO, in_words(message)):
            redaction.tell(in_words(message))

    def warn(self, message: str) -> None:
        """Warn the user of something."""
        if not self._log(engine_pb2.LogSeverity.WARNING, in_words(message)):
            redaction.tell(f"warning: {in_words(message)}")

    def _log(self, severity: engine_pb2.LogSeverity.ValueType, message: str) -> bool:
        """Return whether the engine took a message. A report must neither fail nor block an operation."""
        if self._engine is None:
            return False
        request = engine_pb2.LogRequest(severity=severity, message=clean(message), urn=_urn.get())
        try:
            self._engine.Log(request, timeout=_LONGEST_WAIT)
        except grpc.RpcError:
            self._engine = None
            return False
        return True
