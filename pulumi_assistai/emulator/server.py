"""A server for the emulator in a thread."""

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
    """An emulator that runs while its context is open. Several may run at once.

    Args:
        db: the SQLite file for its data; None keeps the data in memory.
        host: the address to listen on.
        port: the port to listen on; 0 picks a free one.
        accounts: the accounts that may use it.
        welcome: whether an unknown organization is added with the first token that uses it.
        whatsapp: whether new agents have a WhatsApp integration.
        dialect: the form of answers that the API's document leaves open: "nest", or the very different "other".
        qr_lifetime: seconds until a QR code changes; 0 makes a new one at each call.
        latency: delay in seconds of each request to the emulated API.
        rate: the rate limit of each organization, such as "10/s" or "10/3s"; "" means no limit.
        burst: the capacity of a token bucket that is refilled at the rate; None counts in windows.
        windows: the kind of the windows: "nest", "clock" or "sliding"; docs/emulator.md describes them.
        headers: the headers that report the limit: "nest", "ietf", "retry-after" or "none".
        faults: whether it accepts rules for failures at /sandbox/faults.
        odd: names of oddities, separated by commas; docs/emulator.md lists them.
        clock: the time in seconds for lagging listings and rate limits.

    Attributes:
        url: its address, such as http://127.0.0.1:8787.
        accounts: the initial accounts.

    Raises:
        EmulatorError: it cannot listen there, the database cannot be opened, an oddity does not exist, or the rate
            limit is invalid.
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
    """Open the socket. The server itself would end the process if that fails."""
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
