"""The embedded engine with its program and its providers in the tests' own process.

All that crosses the protocols is the same; what is spared is starting Python for each run.
"""

from __future__ import annotations

import asyncio
import os
import runpy
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from types import CodeType
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from pulumi_assistai import urns
from pulumi_assistai.engine import Stack, operation
from pulumi_assistai.engine.execution.connections import Source
from pulumi_assistai.keys import NAMESPACE
from pulumi_assistai.lifecycle import session
from pulumi_assistai.native import server as native
from pulumi_assistai.native.reports import EngineReporter
from tests.engines import EmbeddedEngine, Outcome
from tests.in_process import as_in_its_own

_SDKS_THREADS = 4

Served = tuple[grpc.Server, int]


class OneProcess(EmbeddedEngine):
    """An engine that starts no processes."""

    def __init__(self, directory: Path, environment: dict[str, str]) -> None:
        super().__init__(directory, environment)
        self._program = directory / "__main__.py"
        self._stack = Stack(directory, environment=environment, program=self._run_program)

    def run(self, verb: str, *flags: str) -> Outcome:
        with _served_here(self._environment):
            return super().run(verb, *flags)

    def import_resources(self, file: Path) -> None:
        with _served_here(self._environment):
            super().import_resources(file)

    def _run_program(self) -> None:
        runpy.run_path(str(self._program), run_name="__main__")


class _Here:
    """What serves a provider, in place of a process."""

    def __init__(self, served: Served) -> None:
        self._server, self._port = served

    async def first_line(self) -> str:
        return str(self._port)

    def drain(self) -> None:
        """Print nothing."""

    async def stop(self) -> None:
        await asyncio.to_thread(self._server.stop(0).wait)


@contextmanager
def _served_here(environment: Mapping[str, str]) -> Iterator[None]:
    """Serve providers in this process, each anew and in this environment."""
    with pytest.MonkeyPatch.context() as patch, as_in_its_own():
        for name in os.environ.keys() - environment.keys():
            patch.delenv(name)
        for name, value in environment.items():
            patch.setenv(name, value)
        patch.syspath_prepend(str(Path(__file__).parent))
        patch.setattr(
            operation, "_sources", lambda _target, _config, _interpreters, engine, _: partial(_source, engine)
        )
        # A session lives as long as the process of its provider.
        session._sessions.clear()  # noqa: SLF001
        yield


def _source(engine: str, package: str) -> Source | None:
    if package == urns.PYTHON_PACKAGE:
        return _started(_dynamic)
    if package == NAMESPACE:
        handshake = provider_pb2.ProviderHandshakeRequest(engine_address=engine, configure_with_urn=True)
        return _started(lambda: native.start(EngineReporter()), handshake)
    return None


def _started(serve: Callable[[], Served], handshake: provider_pb2.ProviderHandshakeRequest | None = None) -> Source:
    async def launch() -> _Here:
        return _Here(serve())

    return Source(launch, handshake)


def _dynamic() -> Served:
    names: dict[str, Any] = {"__name__": "pulumi.dynamic.__main__"}
    exec(_sdks_module(), names)
    server = grpc.server(ThreadPoolExecutor(_SDKS_THREADS))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(names["DynamicResourceProviderServicer"](), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


@cache
def _sdks_module() -> CodeType:
    """Return the module of the SDK that serves dynamic providers, without its last line, which does so for ever."""
    found = find_spec("pulumi.dynamic.__main__")
    assert found is not None
    assert found.origin is not None
    source = Path(found.origin).read_text(encoding="utf-8")
    assert source.endswith("\nmain()\n")
    return compile(source.removesuffix("main()\n"), found.origin, "exec")
