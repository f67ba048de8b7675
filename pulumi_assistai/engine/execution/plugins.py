"""Plugins: call configured providers over Pulumi's provider protocol."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2

from pulumi_assistai import urns
from pulumi_assistai.engine.errors import ProviderError
from pulumi_assistai.engine.execution.connections import Connection
from pulumi_assistai.engine.execution.handlers import CheckFailure, Diff, Live
from pulumi_assistai.engine.model.paths import parse_path
from pulumi_assistai.engine.model.resource import Resource
from pulumi_assistai.engine.reporting.events import Mark
from pulumi_assistai.properties import (
    UNKNOWN,
    Values,
    contains_unknown,
    from_struct,
    revealed,
    to_struct,
    with_secrets_of,
)

_Kind = provider_pb2.PropertyDiff
_MARKS = {
    _Kind.ADD: Mark.ADD,
    _Kind.ADD_REPLACE: Mark.ADD,
    _Kind.DELETE: Mark.DELETE,
    _Kind.DELETE_REPLACE: Mark.DELETE,
    _Kind.UPDATE: Mark.UPDATE,
    _Kind.UPDATE_REPLACE: Mark.UPDATE,
}


class Plugin:
    """One provider with its configuration. The first call configures it.

    As long as the configuration is unknown, which happens only in previews, the provider gets no calls.

    Args:
        connection: the connection to the provider.
        urn: the provider resource.
        config: its configuration.
    """

    def __init__(self, connection: Connection, urn: str, config: Values) -> None:
        self.known = not contains_unknown(config)
        self._connection = connection
        self._urn = urn
        self._config = config
        self._configured: asyncio.Task[provider_pb2.ConfigureResponse] | None = None

    async def check(self, urn: str, olds: Values, news: Values) -> tuple[Values, list[CheckFailure]]:
        """Return the inputs as the provider completes them, and its failures."""
        if not self.known:
            return news, []
        struct = await self._encoder()
        response = await self._call("Check", provider_pb2.CheckRequest, urn, olds=struct(olds), news=struct(news))
        return await self._decoded(response.inputs, news), failures_of(response)

    async def diff(self, urn: str, old: Resource, news: Values, ignored: list[str]) -> Diff:
        """Compare a resource with its new inputs."""
        if not self.known:
            return Diff(changes=True)
        struct = await self._encoder()
        response = await self._call(
            "Diff", provider_pb2.DiffRequest, urn, **_olds(old, struct), news=struct(news), ignoreChanges=ignored
        )
        return diff_of(response)

    async def create(self, new: Resource, *, preview: bool) -> tuple[str, Values]:
        """Create a resource and return its id and its outputs."""
        inputs = new.inputs or {}
        if not self.known:
            return "", {}
        if preview and not (await self._ready()).supportsPreview:
            return "", dict(inputs)
        struct = await self._encoder()
        timeout = new.custom_timeouts.get("create", 0)
        response = await self._call(
            "Create",
            provider_pb2.CreateRequest,
            new.urn,
            properties=struct(inputs),
            timeout=timeout,
            preview=preview,
        )
        if not response.id and not preview:
            raise ProviderError("the provider returned no id for the new resource")
        return response.id, await self._decoded(response.properties, inputs)

    async def update(self, old: Resource, new: Resource, *, preview: bool) -> Values:
        """Update a resource and return its outputs."""
        inputs = new.inputs or {}
        if not self.known:
            return {}
        if preview and not (await self._ready()).supportsPreview:
            return dict(inputs)
        struct = await self._encoder()
        response = await self._call(
            "Update",
            provider_pb2.UpdateRequest,
            new.urn,
            **_olds(old, struct),
            news=struct(inputs),
            ignoreChanges=new.ignore_changes,
            timeout=new.custom_timeouts.get("update", 0),
            preview=preview,
        )
        return await self._decoded(response.properties, inputs)

    async def delete(self, old: Resource) -> None:
        """Delete a resource."""
        struct = await self._encoder()
        await self._call(
            "Delete",
            provider_pb2.DeleteRequest,
            old.urn,
            id=old.id,
            old_inputs=struct(old.inputs or {}),
            properties=struct(old.outputs or {}),
            timeout=old.custom_timeouts.get("delete", 0),
        )

    async def read(self, resource: Resource) -> Live:
        """Read a resource. One that the program only reads has inputs, but no outputs."""
        if not self.known:
            return Live(resource.id, {}, {})
        inputs = resource.inputs or {}
        state = inputs if resource.outputs is None else resource.outputs
        struct = await self._encoder()
        # Older SDKs have neither this timeout nor its field.
        seconds = resource.custom_timeouts.get("read")
        timeout = {} if seconds is None else {"timeout": seconds}
        response = await self._call(
            "Read",
            provider_pb2.ReadRequest,
            resource.urn,
            id=resource.id,
            inputs=struct(inputs),
            properties=struct(state),
            **timeout,
        )
        told = await self._decoded(response.inputs, inputs) if response.HasField("inputs") else None
        return Live(response.id, await self._decoded(response.properties, state), told)

    async def invoke(self, token: str, arguments: Values) -> tuple[Any, list[CheckFailure]]:
        """Call a function that only reads. Return its result and its failures.

        The result is unknown if the configuration is unknown.
        """
        if not self.known:
            return UNKNOWN, []
        struct = await self._encoder()
        response = await self._connection.call("Invoke", provider_pb2.InvokeRequest(tok=token, args=struct(arguments)))
        # The name of the field is a keyword of Python.
        return from_struct(getattr(response, "return")), failures_of(response)

    async def close(self) -> None:
        """End the process."""
        if self._configured is not None:
            await asyncio.wait([self._configured])
        await self._connection.close()

    async def cancel(self) -> None:
        """Tell the process that the run was cancelled, so that it stops waiting."""
        await self._connection.cancel()

    async def _call(self, method: str, request: Callable[..., Any], urn: str, **fields: Any) -> Any:
        await self._ready()
        message = request(urn=urn, name=urns.name_of(urn), type=urns.type_of(urn), **fields)
        return await self._connection.call(method, message)

    async def _encoder(self) -> Callable[[Values], struct_pb2.Struct]:
        """Return the function that writes properties in the form that the provider accepts."""
        secrets = (await self._ready()).acceptSecrets
        return lambda values: to_struct(values, secrets=secrets)

    async def _decoded(self, properties: struct_pb2.Struct, model: Values) -> Values:
        """Return properties. If the provider drops secrets, those with a secret namesake in `model` become secrets."""
        values = from_struct(properties)
        return values if (await self._ready()).acceptSecrets else with_secrets_of(values, model)

    async def _ready(self) -> provider_pb2.ConfigureResponse:
        """Return the provider's answer to its configuration."""
        if self._configured is None:
            self._configured = asyncio.create_task(self._configure())
        return await self._configured

    async def _configure(self) -> provider_pb2.ConfigureResponse:
        type_ = urns.type_of(self._urn)
        prefix = f"{urns.provided_package(type_)}:config:"
        answer: provider_pb2.ConfigureResponse = await self._connection.call(
            "Configure",
            provider_pb2.ConfigureRequest(
                urn=self._urn,
                name=urns.name_of(self._urn),
                type=type_,
                variables={prefix + key: _as_text(value) for key, value in self._config.items() if key != "version"},
                args=to_struct(self._config, secrets=True, references=True),
                acceptSecrets=True,
                acceptResources=True,
                sends_old_inputs=True,
                sends_old_inputs_to_delete=True,
            ),
        )
        return answer


def failures_of(response: Any) -> list[CheckFailure]:
    """Return the failures in a provider's answer."""
    return [CheckFailure(failure.property, failure.reason) for failure in response.failures]


def diff_of(response: provider_pb2.DiffResponse) -> Diff:
    """Return the difference in a provider's answer."""
    unknown = response.changes == provider_pb2.DiffResponse.DIFF_UNKNOWN
    changes = None if unknown else response.changes == provider_pb2.DiffResponse.DIFF_SOME
    details = _details(response.detailedDiff)
    return Diff(
        changes,
        tuple(response.replaces),
        response.deleteBeforeReplace,
        changed=tuple(path for path in map(parse_path, response.detailedDiff) if path),
        details=details,
    )


def _details(paths: Mapping[str, _Kind]) -> dict[str, Mark]:
    """Return the marks of whole properties. A change inside of a property is an update of it."""
    marks = {}
    for text, difference in paths.items():
        path = parse_path(text)
        if path:
            marks[str(path[0])] = _MARKS[difference.kind] if len(path) == 1 else Mark.UPDATE
    return marks


def _olds(old: Resource, struct: Callable[[Values], struct_pb2.Struct]) -> dict[str, Any]:
    return {"id": old.id, "old_inputs": struct(old.inputs or {}), "olds": struct(old.outputs or {})}


def _as_text(value: Any) -> str:
    plain = revealed(value)
    return plain if isinstance(plain, str) else json.dumps(plain)
