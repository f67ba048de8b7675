"""Proxies of the environment: the engine's own traffic passes them by, the program's does not."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from threading import Thread

import pytest

from pulumi_assistai.engine import Stack
from pulumi_assistai.engine.processes.proxies import with_direct_loopback
from tests.engine.conftest import Events, Things

VARIABLES = ("http_proxy", "https_proxy", "grpc_proxy", "HTTP_PROXY", "HTTPS_PROXY", "GRPC_PROXY")
SECONDS = 30


class Proxy:
    """A proxy that notes what it is asked for, and refuses it."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                self.asked.append(connection.recv(4096).decode().splitlines()[0])
                connection.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    made = Proxy()
    yield made
    made.close()


@pytest.mark.parametrize("variable", VARIABLES)
def test_no_proxy_is_between_engine_and_processes(things: Things, proxy: Proxy, variable: str) -> None:
    things.environment[variable] = proxy.url
    # The engine's own channels read this process's environment.
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(variable, proxy.url)
        result = things.up(f'import os\nThing("a")\npulumi.export("proxy", os.environ["{variable}"])')
    assert result.outputs == {"proxy": proxy.url}
    assert things.calls() == ["create a"]
    assert proxy.asked == []


def test_no_proxy_is_between_the_engine_and_a_function(things: Things, proxy: Proxy) -> None:
    environment = {**os.environ, **things.environment, "https_proxy": proxy.url}
    stack = Stack(things.directory, environment=environment, program=lambda: None)
    assert stack.up(Events()).succeeded
    assert proxy.asked == []


def test_the_program_reaches_other_hosts_by_the_proxy(things: Things, proxy: Proxy) -> None:
    things.environment |= {"https_proxy": proxy.url, "no_proxy": "excepted.invalid"}
    things.up(
        f"""
        import grpc, os
        for host in ("example.invalid:443", "excepted.invalid:443"):
            with grpc.insecure_channel(host) as channel:
                try:
                    channel.unary_unary("/a/b")(b"", timeout={SECONDS})
                except grpc.RpcError:
                    pass
        pulumi.export("no_proxy", os.environ["no_proxy"])
        """
    )
    assert set(proxy.asked) == {"CONNECT example.invalid:443 HTTP/1.1"}
    assert things.stack.outputs() == {"no_proxy": "excepted.invalid"}


@pytest.mark.parametrize(
    ("given", "excepted"),
    [
        ({}, None),
        ({"no_proxy": "a"}, None),
        ({"http_proxy": "p"}, "127.0.0.1"),
        ({"grpc_proxy": "p", "no_proxy": "a, .b"}, "a, .b,127.0.0.1"),
        ({"https_proxy": "p", "no_proxy": "a", "no_grpc_proxy": "c"}, "c,127.0.0.1"),
        ({"https_proxy": "p", "no_proxy": "a", "no_grpc_proxy": ""}, "127.0.0.1"),
    ],
)
def test_what_grpc_is_told(given: dict[str, str], excepted: str | None) -> None:
    told = {} if excepted is None else {"no_grpc_proxy": excepted}
    assert with_direct_loopback(given) == {**given, **told}
