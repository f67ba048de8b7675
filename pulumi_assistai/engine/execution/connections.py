"""Connections to provider processes: each starts its process with the first call, and ends it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

import grpc
import grpc.aio
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from pulumi_assistai.engine.errors import ProviderError

CHANNEL_OPTIONS = [
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    # Otherwise grpc would send requests to this machine through a proxy in the environment.
    ("grpc.enable_http_proxy", 0),
]
_TRACEBACK = "Traceback (most recent call last):\n"
_CLASS = re.compile(r"(?:\w+\.)*\w+(?:Error|Exception|Interrupt|Exit): ")
_EXCEPTION = re.compile(r"[A-Za-z_][\w.]*(?:: |$)")
_WRAPPER = "Exception calling application: "


class Process(Protocol):
    """A process that serves a provider."""

    async def first_line(self) -> str:
        """Return the first line that it prints, which is its port."""

    def drain(self) -> None:
        """Pass on everything else that it prints."""

    async def stop(self) -> None:
        """End it."""


Launch = Callable[[], Awaitable[Process]]
"""Starts a process that serves a provider."""


@dataclass(frozen=True)
class Source:
    """The source of a package's providers.

    Attributes:
        launch: starts a process for one of them.
        handshake: the handshake with a native provider; None for dynamic ones, which cannot check their configuration.
    """

    launch: Launch
    handshake: provider_pb2.ProviderHandshakeRequest | None = None


class Connection:
    """A provider's process, which starts with the first call.

    Args:
        source: starts the process.
        name: the provider's name, for errors.
    """

    def __init__(self, source: Source, name: str) -> None:
        self._source = source
        self._name = name
        self._process: Process | None = None
        self._channel: grpc.aio.Channel | None = None
        self._started: asyncio.Task[provider_pb2_grpc.ResourceProviderStub] | None = None

    async def call(self, method: str, message: Any) -> Any:
        """Call a method of the provider protocol and return its answer.

        Raises:
            ProviderError: the provider refused or failed, or its process has ended.
        """
        if self._started is None:
            self._started = asyncio.create_task(self._start())
        stub = await self._started
        try:
            return await getattr(stub, method)(message)
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.UNAVAILABLE:
                raise ProviderError(f"the process of the provider {self._name} has ended") from None
            raise ProviderError(readable(error.details() or str(error.code()))) from None

    async def cancel(self) -> None:
        """Tell the process that the run was cancelled, so that it stops waiting."""
        if self._started is None or not self._started.done():
            return
        with suppress(grpc.aio.AioRpcError, ProviderError):
            await (await self._started).Cancel(empty_pb2.Empty())

    async def close(self) -> None:
        """End the process."""
        if self._started is not None:
            await asyncio.wait([self._started])
        if self._channel is not None:
            await self._channel.close()
        if self._process is not None:
            await self._process.stop()

    async def _start(self) -> provider_pb2_grpc.ResourceProviderStub:
        self._process = await self._source.launch()
        port = await self._process.first_line()
        self._process.drain()
        if not port.isdecimal():
            raise ProviderError("the provider process did not start: " + (port or "it ended without output"))
        self._channel = grpc.aio.insecure_channel(f"127.0.0.1:{port}", CHANNEL_OPTIONS)
        stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        if self._source.handshake is not None:
            await stub.Handshake(self._source.handshake)
        return stub


def readable(details: str) -> str:
    """Return the message of a provider's exception without its class, followed by its traceback if it has one.

    Without a traceback the class may be missing as well: older SDKs only send the message.

    Args:
        details: the text of the exception as the SDK formats it.
    """
    text = details.removeprefix(_WRAPPER)
    if _TRACEBACK not in text:
        return _CLASS.sub("", text, count=1).strip() if _CLASS.match(text) else text.strip()
    *_, last = text.split(_TRACEBACK)
    lines = last.splitlines(keepends=True)
    frames = next((index for index, line in enumerate(lines) if not line.startswith(" ")), 0)
    message = _EXCEPTION.sub("", "".join(lines[frames:]), count=1).strip() or last.strip()
    return f"{message}\n{text.strip()}"
