"""The data functions under `pulumi.runtime.set_mocks`: they call the program's mocks, never the network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import pulumi
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import rpc
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.settings import get_monitor

from pulumi_assistai.keys import native_type, snake_case
from pulumi_assistai.resources.records import ConnectionLike

T = TypeVar("T")


@dataclass(frozen=True)
class MockAnswer:
    """The values that `Mocks.call` returned for a function."""

    token: str
    values: Mapping[str, Any]

    def records(self, kind: type[T], key: str) -> list[T]:
        """Return the records below `key`; an empty list if the mocks return none."""
        return [self._as_record(kind, values) for values in self.values.get(key) or []]

    def record(self, kind: type[T]) -> T:
        """Return the one record."""
        return self._as_record(kind, self.values)

    def _as_record(self, kind: type[T], values: Mapping[str, Any]) -> T:
        names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
        given = {snake_case(key): value for key, value in values.items()}
        try:
            return kind(**{name: given[name] for name in names if name in given})
        except TypeError as error:
            raise pulumi.RunError(f"Mocks.call returned no {kind.__name__} for {self.token}: {error}") from None


def mocked(function: str, connection: ConnectionLike | None, arguments: Mapping[str, Any]) -> MockAnswer | None:
    """Return the mocks' answer to a call, None if the program runs without mocks.

    Args:
        function: the last part of the token, such as "getAgents".
        connection: the connection. The mocks get it without its token.
        arguments: the other arguments. None values are omitted.
    """
    monitor = get_monitor()
    if not isinstance(monitor, MockMonitor):
        return None
    token = native_type(function)
    sent = Struct()
    sent.update({name: value for name, value in arguments.items() if value is not None})
    if connection is not None:
        sent.update({"connection": _without_token(connection)})
    invoke: Any = monitor.Invoke
    answer = invoke(resource_pb2.ResourceInvokeRequest(tok=token, args=sent))
    if answer.failures:
        raise pulumi.RunError(f"{token}: {answer.failures[0].reason}")
    return MockAnswer(token, rpc.deserialize_properties(getattr(answer, "return")))


def _without_token(connection: ConnectionLike) -> dict[str, str]:
    values = connection if isinstance(connection, Mapping) else vars(connection)
    named = {"tenantDomain": "tenant_domain", "organizationCode": "organization_code", "baseUrl": "base_url"}
    return {shown: str(values[name]) for shown, name in named.items() if values.get(name) is not None}
