"""Providers of a deployment: the process for each provider resource."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2

from pulumi_assistai import urns
from pulumi_assistai.engine.errors import EngineError, UnsupportedError
from pulumi_assistai.engine.execution.connections import Connection, Source
from pulumi_assistai.engine.execution.handlers import CheckFailure, Diff, Handler, Live
from pulumi_assistai.engine.execution.plugins import Plugin, diff_of, failures_of
from pulumi_assistai.engine.model.resource import Resource
from pulumi_assistai.properties import Values, equal, from_struct, to_struct

_INTERNAL = "__internal"


class Providers:
    """The configured providers by reference. It also handles the provider resources themselves.

    Each provider has its own process, which starts with the first call. For native providers that is the check of their
    configuration.

    Args:
        source: returns the source of a package's providers, None if there is none.
        olds: returns the recorded resources, which include providers that were not registered again.
    """

    def __init__(self, source: Callable[[str], Source | None], olds: Callable[[], Sequence[Resource]]) -> None:
        self._source = source
        self._olds = olds
        self._checking: dict[str, Connection] = {}
        self._plugins: dict[str, Plugin] = {}
        self._retired: list[Plugin] = []
        self._aliases: dict[str, str] = {}

    def configure(self, urn: str, id_: str, inputs: Mapping[str, object]) -> Values:
        """Configure a provider with `inputs`, and return the configuration.

        Raises:
            UnsupportedError: no plugin serves the package.
        """
        configuration = public_inputs(inputs)
        connection = self._checking_connection(urn)
        del self._checking[urn]
        plugin = Plugin(connection, urn, configuration)
        for known_urn in {urn, self._aliases.get(urn, urn)}:
            reference = urns.make_reference(known_urn, id_)
            if reference in self._plugins:
                self._retired.append(self._plugins[reference])
            self._plugins[reference] = plugin
        return configuration

    def rename(self, urn: str, former: str) -> None:
        """Let the provider `urn` also serve the resources that refer to it by its former URN."""
        self._aliases[urn] = former

    def serves(self, reference: str) -> bool:
        """Return whether the provider is configured."""
        return reference in self._plugins

    def get(self, reference: str) -> Plugin:
        """Return a provider. One that this deployment did not register is configured as in the state.

        Raises:
            EngineError: there is no such provider.
        """
        if reference not in self._plugins:
            self._configure_old(reference)
        return self._plugins[reference]

    def handler(self, resource: Resource) -> Handler:
        """Return the handler of a custom resource."""
        return self if resource.is_provider else self.get(resource.provider)

    @property
    def known(self) -> bool:
        """Always True for provider resources."""
        return True

    def serves_package(self, package: str) -> bool:
        """Return whether there are providers of a package."""
        return self._source(package) is not None

    def require(self, package: str) -> Source:
        """Return the source of a package's providers.

        Raises:
            UnsupportedError: there is none.
        """
        source = self._source(package)
        if source is None:
            raise UnsupportedError(f"the provider {package}")
        return source

    async def check(self, urn: str, olds: Values, news: Values) -> tuple[Values, list[CheckFailure]]:
        """Make a native provider check its configuration. A dynamic one accepts any."""
        if not self._is_native(urn):
            return news, []
        response = await self._checking_connection(urn).call(
            "CheckConfig",
            provider_pb2.CheckRequest(**_named(urn), olds=_struct(olds), news=_struct(public_inputs(news))),
        )
        return from_struct(response.inputs) | _internal_inputs(news), failures_of(response)

    async def diff(self, urn: str, old: Resource, news: Values, ignored: list[str]) -> Diff:
        """Compare configurations. A native provider does it itself. No change replaces a dynamic one."""
        if not self._is_native(urn):
            return Diff(changes=not equal(old.outputs or {}, public_inputs(news)))
        response = await self._checking_connection(urn).call(
            "DiffConfig",
            provider_pb2.DiffRequest(
                **_named(urn),
                id=old.id,
                old_inputs=_struct(public_inputs(old.inputs or {})),
                olds=_struct(old.outputs or {}),
                news=_struct(public_inputs(news)),
                ignoreChanges=ignored,
            ),
        )
        return diff_of(response)

    async def create(self, new: Resource, *, preview: bool) -> tuple[str, Values]:
        """Configure a new provider."""
        id_ = urns.UNKNOWN_ID if preview else str(uuid.uuid4())
        return id_, self.configure(new.urn, id_, new.inputs or {})

    async def update(self, old: Resource, new: Resource, *, preview: bool) -> Values:  # noqa: ARG002 - a preview needs it too
        """Configure a provider again, in place."""
        return self.configure(new.urn, old.id, new.inputs or {})

    async def delete(self, old: Resource) -> None:
        """Do nothing: the process ends with the deployment."""

    async def read(self, resource: Resource) -> Live:
        """Refuse: a provider exists only in the state."""
        raise EngineError(f"the provider {urns.name_of(resource.urn)} cannot be read")

    async def cancel(self) -> None:
        """Tell all processes that the run was cancelled."""
        await asyncio.gather(*(plugin.cancel() for plugin in {*self._plugins.values(), *self._retired}))

    async def close(self) -> None:
        """End all processes."""
        plugins = {*self._plugins.values(), *self._retired}
        await asyncio.gather(*(served.close() for served in plugins), *(one.close() for one in self._checking.values()))

    def _is_native(self, urn: str) -> bool:
        return self.require(_package(urn)).handshake is not None

    def _connection(self, urn: str) -> Connection:
        return Connection(self.require(_package(urn)), urns.name_of(urn))

    def _checking_connection(self, urn: str) -> Connection:
        """Return the connection to the process of a provider that is not configured yet."""
        if urn not in self._checking:
            self._checking[urn] = self._connection(urn)
        return self._checking[urn]

    def _configure_old(self, reference: str) -> None:
        for old in self._olds():
            if old.is_provider and urns.make_reference(old.urn, old.id) == reference:
                self.configure(old.urn, old.id, old.inputs or {})
                return
        raise EngineError(f"the state has no provider {reference}")


def public_inputs(inputs: Mapping[str, object]) -> Values:
    """Return a provider's configuration: its inputs without the engine's own."""
    return {key: value for key, value in inputs.items() if key != _INTERNAL}


def _internal_inputs(inputs: Mapping[str, object]) -> Values:
    return {key: value for key, value in inputs.items() if key == _INTERNAL}


def _package(urn: str) -> str:
    return urns.provided_package(urns.type_of(urn))


def _named(urn: str) -> dict[str, Any]:
    return {"urn": urn, "name": urns.name_of(urn), "type": urns.type_of(urn)}


def _struct(values: Values) -> struct_pb2.Struct:
    return to_struct(values, secrets=True, references=True)
