"""Serves the emulator from a thread."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Thread
from typing import Self

import uvicorn

from pulumi_assistai.emulator.accounts import DEFAULT_ACCOUNTS, Account
from pulumi_assistai.emulator.app import create_app
from pulumi_assistai.emulator.dialects import DialectName
from pulumi_assistai.emulator.errors import EmulatorError
from pulumi_assistai.emulator.rates import HeaderStyle, Windows

_BACKLOG = 1024
_EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where a server on all addresses is reached


class Emulator:
    """An emulator that runs while its parts is open; several may run side by side.

    Args:
        db: the SQLite file that keeps its data; None keeps them in memory.
        host: the address to listen on.
        port: the port to listen on; 0 takes a free one.
        accounts: who may ask.
        welcome: whether an organization that nobody knows is taken in with the first token that asks for it.
        whatsapp: whether new agents have a WhatsApp integration.
        dialect: how it says what the API's document leaves open: "nest", or "other" as unlike as can be.
        qr_lifetime: seconds until a QR changes; 0 makes a new one at each call.
        latency: seconds that each request of the imitated API waits.
        rate: how many requests of the imitated API an organization may make, such as "10/s" or "10/3s"; "" limits none.
        burst: the capacity of a token bucket that is refilled at the rate; None counts in windows.
        windows: the kind of the windows: "nest", "clock" or "sliding"; docs/emulator.md describes them.
        headers: the headers that tell the limit: "nest", "ietf", "retry-after" or "none".
        faults: whether it can be told to fail, at /sandbox/faults.
        odd: the names of what is odd about the API, with commas between them; docs/emulator.md has them.
        clock: the seconds by which a listing lags and a rate is counted.

    Attributes:
        url: where it answers, such as http://127.0.0.1:8787.
        accounts: who may ask from the beginning on.

    Raises:
        EmulatorError: it cannot listen there, the database cannot be opened, there is no such oddity, or the rate limit
            is wrong.
    """

    def __init__(
        self,
        *,
        db: Path | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        accounts: Sequence[Account] = DEFAULT_ACCOUNTS,
        welcome: bool = False,
        whatsapp: bool = True,
        dialect: DialectName = "nest",
        qr_lifetime: float = 20.0,
        latency: float = 0.0,
        rate: str = "",
        burst: int | None = None,
        windows: Windows = "nest",
        headers: HeaderStyle = "nest",
        faults: bool = False,
        odd: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.accounts = tuple(accounts)
        self._socket = _listen(host, port)
        self.url = _url(self._socket)
        try:
            app = create_app(
                db=db,
                accounts=accounts,
                welcome=welcome,
                whatsapp=whatsapp,
                dialect=dialect,
                qr_lifetime=qr_lifetime,
                latency=latency,
                rate=rate,
                burst=burst,
                windows=windows,
                headers=headers,
                faults=faults,
                odd=odd,
                clock=clock,
                host=host,
            )
        except BaseException:
            self._socket.close()
            raise
        config = uvicorn.Config(app, log_level="error", access_log=False, timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = Thread(target=self._server.run, args=([self._socket],), name="emulator", daemon=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Serve, and return once requests are answered."""
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.002)

    def stop(self) -> None:
        """Stop serving, and return once the database is closed."""
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()


def _listen(host: str, port: int) -> socket.socket:
    """Open the socket here and not in the server, which would end the process where that fails."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        # With the protocol named, asyncio sends small answers at once instead of 40 ms later.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port))
            listener.listen(_BACKLOG)
        except BaseException:
            listener.close()
            raise
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise EmulatorError(f"cannot listen on {host}:{port}: {reason}; choose another port or address") from None
    return listener


def _url(listener: socket.socket) -> str:
    address, port = listener.getsockname()[:2]
    host = _EVERY_ADDRESS.get(address, address)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
