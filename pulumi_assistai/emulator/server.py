"""Serves the emulator from a thread."""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Thread
from typing import Self

import uvicorn

from pulumi_assistai.emulator.accounts import DEFAULT_ACCOUNTS, Account
from pulumi_assistai.emulator.app import create_app


class Emulator:
    """An emulator that runs while its context is open.

    Args:
        db: where its data lies; None keeps it in memory.
        host: the address to listen on.
        port: the port to listen on; 0 takes a free one.
        accounts: who may ask.
        whatsapp: whether an agent has a WhatsApp integration to connect.
        dialect: "nest" or "other", how it says what the API's document leaves open.
        qr_lifetime: seconds until a QR changes; 0 changes it with every look.
        latency: seconds each answer of the imitated API waits.
        faults: whether it can be told to fail, at /sandbox/faults.

    Raises:
        OSError: the port is taken.
    """

    def __init__(
        self,
        *,
        db: Path | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        accounts: Sequence[Account] = DEFAULT_ACCOUNTS,
        whatsapp: bool = True,
        dialect: str = "nest",
        qr_lifetime: float = 20.0,
        latency: float = 0.0,
        faults: bool = False,
    ) -> None:
        self._socket = socket.create_server((host, port), backlog=256)
        # asyncio leaves sockets made by `create_server` with Nagle's delay of 40 ms an answer.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.url = f"http://{host}:{self._socket.getsockname()[1]}"
        app = create_app(
            db=db,
            accounts=accounts,
            whatsapp_integrations=whatsapp,
            dialect=dialect,
            qr_lifetime=qr_lifetime,
            latency=latency,
            faults=faults,
        )
        self._server = uvicorn.Server(
            uvicorn.Config(app, log_level="error", access_log=False, timeout_graceful_shutdown=1)
        )
        self._thread = Thread(target=self._server.run, args=([self._socket],), daemon=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Serve, and return once requests are answered."""
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.005)

    def stop(self) -> None:
        """Stop serving, and return once the data is written."""
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()
