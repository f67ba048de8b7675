"""The native provider in this process, over gRPC as the engine speaks to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2, provider_pb2_grpc

from pulumi_assistai import properties
from pulumi_assistai.emulator import Emulator
from pulumi_assistai.native.reports import EngineReporter
from pulumi_assistai.native.server import start

AGENT, WHATSAPP = "assistai:index:Agent", "assistai:index:WhatsAppIntegration"
DEFAULT = "urn:pulumi:dev::trial::pulumi:providers:assistai::default_0_1_0"
EXPLICIT = "urn:pulumi:dev::trial::pulumi:providers:assistai::acme"


def urn(type_: str, name: str = "ventas") -> str:
    return f"urn:pulumi:dev::trial::{type_}::{name}"


class Engine(engine_pb2_grpc.EngineServicer):
    """The side of the engine that takes messages."""

    def __init__(self) -> None:
        self.logged: list[tuple[str, str, str]] = []
        self.refuses = False

    def Log(self, request: engine_pb2.LogRequest, context: grpc.ServicerContext) -> Empty:  # noqa: N802
        if self.refuses:
            context.abort(grpc.StatusCode.UNAVAILABLE, "no")
        severity = engine_pb2.LogSeverity.Name(request.severity)
        self.logged.append((severity, request.urn.rpartition("::")[2], request.message))
        return Empty()


class Provider:
    """A client of the provider that speaks in dictionaries."""

    def __init__(self, stub: provider_pb2_grpc.ResourceProviderStub) -> None:
        self.stub = stub

    def configure(self, args: Mapping[str, Any], provider: str = DEFAULT) -> provider_pb2.ConfigureResponse:
        struct = properties.to_struct(args, secrets=True)
        return self.stub.Configure(provider_pb2.ConfigureRequest(urn=provider, args=struct, acceptSecrets=True))

    def check_config(self, news: Mapping[str, Any], provider: str = EXPLICIT) -> tuple[dict[str, Any], list[str]]:
        return _checked(self.stub.CheckConfig(provider_pb2.CheckRequest(urn=provider, news=_struct(news))))

    def check(
        self, type_: str, news: Mapping[str, Any], olds: Mapping[str, Any] | None = None
    ) -> tuple[dict[str, Any], list[str]]:
        request = provider_pb2.CheckRequest(urn=urn(type_), news=_struct(news), olds=_struct(olds or {}))
        return _checked(self.stub.Check(request))

    def diff(
        self,
        type_: str,
        id_: str,
        olds: Mapping[str, Any],
        news: Mapping[str, Any],
        old_inputs: Mapping[str, Any] | None = None,
    ) -> provider_pb2.DiffResponse:
        before = _struct(olds if old_inputs is None else old_inputs)
        request = provider_pb2.DiffRequest(
            id=id_, urn=urn(type_), olds=_struct(olds), news=_struct(news), old_inputs=before
        )
        return self.stub.Diff(request)

    def create(self, type_: str, news: Mapping[str, Any], *, preview: bool = False) -> tuple[str, dict[str, Any]]:
        request = provider_pb2.CreateRequest(urn=urn(type_), properties=_struct(news), preview=preview)
        made = self.stub.Create(request)
        return made.id, properties.from_struct(made.properties)

    def read(
        self, type_: str, id_: str, olds: Mapping[str, Any] | None = None, inputs: Mapping[str, Any] | None = None
    ) -> tuple[str, dict[str, Any], dict[str, Any]]:
        request = provider_pb2.ReadRequest(
            id=id_, urn=urn(type_), properties=_struct(olds or {}), inputs=_struct(inputs or {})
        )
        found = self.stub.Read(request)
        return found.id, properties.from_struct(found.properties), properties.from_struct(found.inputs)

    def update(
        self, type_: str, id_: str, olds: Mapping[str, Any], news: Mapping[str, Any], *, preview: bool = False
    ) -> dict[str, Any]:
        request = provider_pb2.UpdateRequest(
            id=id_, urn=urn(type_), olds=_struct(olds), news=_struct(news), preview=preview
        )
        return properties.from_struct(self.stub.Update(request).properties)

    def delete(self, type_: str, id_: str, olds: Mapping[str, Any]) -> None:
        self.stub.Delete(provider_pb2.DeleteRequest(id=id_, urn=urn(type_), properties=_struct(olds)))

    def invoke(self, function: str, args: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
        answer = self.stub.Invoke(provider_pb2.InvokeRequest(tok=f"assistai:index:{function}", args=_struct(args)))
        return properties.from_struct(getattr(answer, "return")), _reasons(answer.failures)

    def problem(self, call: Callable[[], Any]) -> str:
        """Return the error of a call that fails."""
        with pytest.raises(grpc.RpcError) as caught:
            call()
        assert caught.value.code() is grpc.StatusCode.UNKNOWN
        details: str = caught.value.details()
        return details


def _struct(values: Mapping[str, Any]) -> Any:
    return properties.to_struct(values, secrets=True)


def _checked(response: provider_pb2.CheckResponse) -> tuple[dict[str, Any], list[str]]:
    return properties.from_struct(response.inputs), _reasons(response.failures)


def _reasons(failures: Any) -> list[str]:
    assert [failure.property for failure in failures] == [""] * len(failures)
    return [failure.reason for failure in failures]


def account(url: str, **others: Any) -> dict[str, Any]:
    """Return a provider's arguments for an emulator's first account."""
    names = {"apiToken": "sandbox-token", "tenantDomain": "sandbox", "organizationCode": "SANDBOX"}
    return names | {"baseUrl": url, "gracePeriod": 0, "settleTime": 0.2} | others


@pytest.fixture
def reporter() -> EngineReporter:
    return EngineReporter()


@pytest.fixture
def connect(reporter: EngineReporter, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Provider]]:
    """Return the function that starts a provider of its own, as the engine does for each operation."""
    for name in ("API_TOKEN", "TENANT_DOMAIN", "ORGANIZATION_CODE", "BASE_URL"):
        monkeypatch.delenv(f"ASSISTAI_{name}", raising=False)
    monkeypatch.delenv("PULUMI_CONFIG", raising=False)
    servers, channels = [], []

    def connected() -> Provider:
        server, port = start(reporter)
        channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        servers.append(server)
        channels.append(channel)
        return Provider(provider_pb2_grpc.ResourceProviderStub(channel))

    yield connected
    for channel in channels:
        channel.close()
    for server in servers:
        server.stop(0).wait()


@pytest.fixture
def unconfigured(connect: Callable[[], Provider]) -> Provider:
    return connect()


@pytest.fixture
def provider(unconfigured: Provider, emulator: Emulator) -> Provider:
    unconfigured.configure(account(emulator.url))
    return unconfigured


@pytest.fixture
def again(connect: Callable[[], Provider], emulator: Emulator) -> Callable[[], Provider]:
    """Return the function that begins another operation, which looks anew."""

    def begun() -> Provider:
        other = connect()
        other.configure(account(emulator.url))
        return other

    return begun


@pytest.fixture
def engine(reporter: EngineReporter) -> Iterator[Engine]:
    """Return an engine that the provider reports to."""
    servicer = Engine()
    server = grpc.server(ThreadPoolExecutor(4))
    engine_pb2_grpc.add_EngineServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    reporter.attach(f"127.0.0.1:{port}")
    yield servicer
    server.stop(0).wait()
