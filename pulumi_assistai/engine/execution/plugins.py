"""Provider processes: Pulumi's provider protocol, spoken to the dynamic providers of the Python SDK."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Protocol

import grpc
import grpc.aio
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from pulumi_assistai.engine.errors import ProviderError
from pulumi_assistai.engine.execution.handlers import CheckFailure, Diff, Live
from pulumi_assistai.engine.model import urns
from pulumi_assistai.engine.model.resource import Resource
from pulumi_assistai.properties import (
    Values,
    contains_unknown,
    from_struct,
    revealed,
    to_struct,
    with_secrets_of,
)

CHANNEL_OPTIONS = [
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    # Else a proxy of the environment would be asked for a port of this machine.
    ("grpc.enable_http_proxy", 0),
]
_TRACEBACK = "Traceback (most recent call last):\n"
_CLASS = re.compile(r"(?:\w+\.)*\w+(?:Error|Exception|Interrupt|Exit): ")
_EXCEPTION = re.compile(r"[A-Za-z_][\w.]*(?:: |$)")
_WRAPPER = "Exception calling application: "


class Process(Protocol):
    """A process that serves a provider."""

    async def first_line(self) -> str:
        """Return the first line that it prints: the port that it serves at."""

    def drain(self) -> None:
        """Pass on what else it prints."""

    async def stop(self) -> None:
        """End it."""


Launch = Callable[[], Awaitable[Process]]
"""Starts a process that serves a provider."""


class Plugin:
    """One provider: its configuration, and the process that serves it once there is something to do.

    Where the configuration is not known yet, which happens in previews alone, no process is asked anything.

    Args:
        launch: starts the process.
        urn: the provider resource.
        config: its configuration.
    """

    def __init__(self, launch: Launch, urn: str, config: Values) -> None:
        self.known = not contains_unknown(config)
        self._launch = launch
        self._urn = urn
        self._config = config
        self._process: Process | None = None
        self._channel: grpc.aio.Channel | None = None
        self._started: asyncio.Task[provider_pb2_grpc.ResourceProviderStub] | None = None

    async def check(self, urn: str, olds: Values, news: Values) -> tuple[Values, list[CheckFailure]]:
        """Return the inputs as the provider completes them, and what it does not accept of them."""
        if not self.known:
            return news, []
        response = await self._call("Check", provider_pb2.CheckRequest, urn, olds=to_struct(olds), news=to_struct(news))
        failures = [CheckFailure(failure.property, failure.reason) for failure in response.failures]
        return with_secrets_of(from_struct(response.inputs), news), failures

    async def diff(self, old: Resource, news: Values, ignored: list[str]) -> Diff:
        """Compare a resource with the inputs that it is to have."""
        if not self.known:
            return Diff(changes=True)
        response = await self._call(
            "Diff", provider_pb2.DiffRequest, old.urn, **_olds(old), news=to_struct(news), ignoreChanges=ignored
        )
        unknown = response.changes == provider_pb2.DiffResponse.DIFF_UNKNOWN
        changes = None if unknown else response.changes == provider_pb2.DiffResponse.DIFF_SOME
        return Diff(changes, tuple(response.replaces), response.deleteBeforeReplace)

    async def create(self, new: Resource, *, preview: bool) -> tuple[str, Values]:
        """Create a resource and return its id and its outputs."""
        inputs = new.inputs or {}
        if preview:
            return "", dict(inputs) if self.known else {}
        timeout = new.custom_timeouts.get("create", 0)
        response = await self._call(
            "Create", provider_pb2.CreateRequest, new.urn, properties=to_struct(inputs), timeout=timeout
        )
        if not response.id:
            raise ProviderError("the provider returned no id for the new resource")
        return response.id, with_secrets_of(from_struct(response.properties), inputs)

    async def update(self, old: Resource, new: Resource, *, preview: bool) -> Values:
        """Update a resource and return its outputs."""
        inputs = new.inputs or {}
        if preview:
            return dict(inputs) if self.known else {}
        response = await self._call(
            "Update",
            provider_pb2.UpdateRequest,
            new.urn,
            **_olds(old),
            news=to_struct(inputs),
            ignoreChanges=new.ignore_changes,
            timeout=new.custom_timeouts.get("update", 0),
        )
        return with_secrets_of(from_struct(response.properties), inputs)

    async def delete(self, old: Resource) -> None:
        """Delete a resource."""
        await self._call(
            "Delete",
            provider_pb2.DeleteRequest,
            old.urn,
            id=old.id,
            old_inputs=to_struct(old.inputs or {}),
            properties=to_struct(old.outputs or {}),
            timeout=old.custom_timeouts.get("delete", 0),
        )

    async def read(self, resource: Resource) -> Live:
        """Look a resource up; one that is only to be read has inputs alone."""
        if not self.known:
            return Live(resource.id, {}, {})
        inputs = resource.inputs or {}
        state = inputs if resource.outputs is None else resource.outputs
        # SDKs that cannot declare this timeout have no field for it either.
        seconds = resource.custom_timeouts.get("read")
        timeout = {} if seconds is None else {"timeout": seconds}
        response = await self._call(
            "Read",
            provider_pb2.ReadRequest,
            resource.urn,
            id=resource.id,
            inputs=to_struct(inputs),
            properties=to_struct(state),
            **timeout,
        )
        told = with_secrets_of(from_struct(response.inputs), inputs) if response.HasField("inputs") else None
        return Live(response.id, with_secrets_of(from_struct(response.properties), state), told)

    async def close(self) -> None:
        """End the process."""
        if self._started is not None:
            await asyncio.wait([self._started])
        if self._channel is not None:
            await self._channel.close()
        if self._process is not None:
            await self._process.stop()

    async def cancel(self) -> None:
        """Let the process know that the run was cancelled, so that it waits for nothing any more."""
        if self._started is None or not self._started.done():
            return
        with suppress(grpc.aio.AioRpcError, ProviderError):
            await (await self._started).Cancel(empty_pb2.Empty())

    async def _call(self, method: str, request: Callable[..., Any], urn: str, **fields: Any) -> Any:
        if self._started is None:
            self._started = asyncio.create_task(self._start())
        stub = await self._started
        message = request(urn=urn, name=urns.name_of(urn), type=urns.type_of(urn), **fields)
        try:
            return await getattr(stub, method)(message)
        except grpc.aio.AioRpcError as error:
            if error.code() is grpc.StatusCode.UNAVAILABLE:
                raise ProviderError(f"the process of the provider {urns.name_of(self._urn)} has ended") from None
            raise ProviderError(readable(error.details() or str(error.code()))) from None

    async def _start(self) -> provider_pb2_grpc.ResourceProviderStub:
        self._process = await self._launch()
        port = await self._process.first_line()
        self._process.drain()
        if not port.isdecimal():
            raise ProviderError("the provider process did not start: " + (port or "it ended without a word"))
        self._channel = grpc.aio.insecure_channel(f"127.0.0.1:{port}", CHANNEL_OPTIONS)
        stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        prefix = f"{urns.provided_package(urns.type_of(self._urn))}:config:"
        variables = {prefix + key: _as_text(value) for key, value in self._config.items() if key != "version"}
        await stub.Configure(
            provider_pb2.ConfigureRequest(
                variables=variables,
                args=to_struct(self._config, secrets=True, references=True),
                acceptSecrets=True,
                acceptResources=True,
                sends_old_inputs=True,
                sends_old_inputs_to_delete=True,
            )
        )
        return stub


def readable(details: str) -> str:
    """Return what a provider's exception says, without its class; a traceback that it came with follows.

    Without a traceback the class may be missing as well: older SDKs send the words alone.

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


def _olds(old: Resource) -> dict[str, Any]:
    return {"id": old.id, "old_inputs": to_struct(old.inputs or {}), "olds": to_struct(old.outputs or {})}


def _as_text(value: Any) -> str:
    plain = revealed(value)
    return plain if isinstance(plain, str) else json.dumps(plain)
