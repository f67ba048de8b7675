"""The process `pulumi-resource-assistai`: serves the provider until the engine ends it or is gone."""

from __future__ import annotations

import os
import re
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from pulumi_assistai.client.limiter import cancel_requests
from pulumi_assistai.garbage import search_new_objects_alone
from pulumi_assistai.native.reports import CHANNEL_OPTIONS, EngineReporter
from pulumi_assistai.native.servicer import NativeProvider
from pulumi_assistai.providers.orphans import watch
from pulumi_assistai.providers.workers import CEILING

_ADDRESS = re.compile(r"(127\.0\.0\.1|localhost):(\d{1,5})")
_GRACE_SECONDS = 1.5


def start(reporter: EngineReporter) -> tuple[grpc.Server, int]:
    """Serve the provider on a free port of this machine. Return the server and the port."""
    server = grpc.server(ThreadPoolExecutor(CEILING), options=CHANNEL_OPTIONS)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(NativeProvider(reporter), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def main() -> None:
    """Serve until a SIGTERM, or until the engine's address, the last argument, refuses connections."""
    over, reporter = Event(), EngineReporter()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    signal.signal(signal.SIGINT, lambda *_: over.set())
    engine = _ADDRESS.fullmatch(sys.argv[-1])
    if engine is not None:
        reporter.attach(engine[0])
        Thread(target=watch, args=(engine[1], int(engine[2]), over.set), daemon=True).start()
    server, port = start(reporter)
    search_new_objects_alone()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    over.wait()
    _end(server)


def _end(server: grpc.Server) -> None:
    """Send no more requests, give those under way a moment to reach the journal, and end the process."""
    cancel_requests()
    server.stop(_GRACE_SECONDS).wait()
    os._exit(0)
