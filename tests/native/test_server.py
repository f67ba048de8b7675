"""The process `pulumi-resource-assistai`: it says its port, serves many at a time, and ends when it has to."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import provider_pb2_grpc

from pulumi_assistai.native.servicer import own_version
from tests.conftest import Api
from tests.native.conftest import AGENT, Provider, account
from tests.waiting import DEADLINE, wait_for

COMMAND = Path(sys.executable).with_name("pulumi-resource-assistai")
MANY = 32


@contextmanager
def running(environment: dict[str, str], *arguments: str) -> Iterator[tuple[subprocess.Popen[str], Provider]]:
    process = subprocess.Popen(
        [str(COMMAND), *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield process, Provider(provider_pb2_grpc.ResourceProviderStub(channel))
    finally:
        process.kill()
        process.communicate()


def test_it_serves_and_ends_with_sigterm(environment: dict[str, str]) -> None:
    with running(environment, "-v=3", "127.0.0.1:1x") as (process, provider):
        assert provider.stub.GetPluginInfo(Empty()).version == own_version()
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE) == 0


def test_a_run_that_was_cancelled_sends_nothing_more(environment: dict[str, str], api: Api) -> None:
    with running(environment) as (_, provider):
        provider.configure(account(environment["ASSISTAI_BASE_URL"]))
        provider.stub.Cancel(Empty())
        problem = provider.problem(lambda: provider.create(AGENT, {"name": "Ventas"}))
        assert problem.endswith("was not sent: the run was cancelled [AAI-113]")
    assert api.requests() == []


def test_it_ends_with_the_engine(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as engine:
        address = f"127.0.0.1:{engine.getsockname()[1]}"
        with running(environment, address) as (process, provider):
            assert provider.stub.GetPluginInfo(Empty()).version == own_version()
            assert process.poll() is None
            engine.close()
            assert process.wait(DEADLINE) == 0


def test_as_many_calls_are_in_flight_as_are_asked_for(environment: dict[str, str], api: Api) -> None:
    with running(environment) as (process, provider):
        provider.configure(account(environment["ASSISTAI_BASE_URL"], timeout=60))
        api.faults.add("hang-after", method="POST", seconds=60, count=0)
        with ThreadPoolExecutor(MANY) as pool:
            calls = [pool.submit(provider.create, AGENT, {"name": f"Agente {number}"}) for number in range(MANY)]
            wait_for(lambda: api.faults.all()[0]["seen"] == MANY)
            assert not any(call.done() for call in calls)
            process.kill()
            assert all(isinstance(call.exception(), grpc.RpcError) for call in calls)
