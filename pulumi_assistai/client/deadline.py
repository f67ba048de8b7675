"""The deadline of an exchange: one limit for connecting, sending and receiving together.

The time-outs of httpx limit each read alone: an answer of one byte a second would never end.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from ipaddress import ip_address
from threading import Thread
from typing import Any

import httpcore

_PIECE = 16 * 1024
"""Bytes of one write, as many as a TLS record holds. Each write gets the time that is left before it."""


class Exchange:
    """One request and its answer.

    Args:
        seconds: how long both may take together.

    Attributes:
        is_sent: whether a byte of the request may have left this machine.
    """

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self.is_sent = False

    def left(self, over: type[httpcore.TimeoutException]) -> float:
        """Return the seconds that are left.

        Raises:
            httpcore.TimeoutException: no time is left; `over` is the class of the error.
        """
        seconds = self._until - time.monotonic()
        if seconds <= 0:
            raise over
        return seconds


_current: ContextVar[Exchange] = ContextVar("exchange")


@contextmanager
def exchange(seconds: float) -> Iterator[Exchange]:
    """Limit what this thread sends and receives. No other thread reads its connection meanwhile."""
    token = _current.set(Exchange(seconds))
    try:
        yield _current.get()
    finally:
        _current.reset(token)


class DeadlineBackend(httpcore.NetworkBackend):
    """Opens connections that keep the deadline of the current exchange.

    Args:
        layers: the number of TLS handshakes before the request, with a proxy and with the API.
    """

    def __init__(self, layers: int) -> None:
        self._layers = layers
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the deadline limits it
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of the host that accepts. Each address gets a share of the time that is left."""
        addresses = _addresses(host)
        failure: httpcore.ConnectError | httpcore.ConnectTimeout = httpcore.ConnectError(f"{host} has no address")
        for number, address in enumerate(addresses):
            share = _current.get().left(httpcore.ConnectTimeout) / (len(addresses) - number)
            try:
                stream = self._backend.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(stream, self._layers)
        raise failure


class _Stream(httpcore.NetworkStream):
    """A connection.

    Args:
        stream: the connection of httpcore.
        layers: the number of TLS handshakes still to come; what is written before them is for a proxy.
    """

    def __init__(self, stream: httpcore.NetworkStream, layers: int) -> None:
        self._stream = stream
        self._layers = layers

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - the deadline limits it
        return self._stream.read(max_bytes, _current.get().left(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - the deadline limits it
        under_way = _current.get()
        for start in range(0, len(buffer), _PIECE):
            left = under_way.left(httpcore.WriteTimeout)
            under_way.is_sent |= not self._layers
            self._stream.write(buffer[start : start + _PIECE], left)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - the deadline limits it
    ) -> httpcore.NetworkStream:
        left = _current.get().left(httpcore.ConnectTimeout)
        try:
            stream = self._stream.start_tls(ssl_context, server_hostname, left)
        except ValueError as error:
            # No certificate can have this host, such as one that begins with a dot.
            raise httpcore.ConnectError(str(error)) from None
        return _Stream(stream, self._layers - 1)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _addresses(host: str) -> list[str]:
    """Look up a host. A lookup cannot be stopped, so it runs in a thread that is left behind when the time is over."""
    with suppress(ValueError):
        return [str(ip_address(host))]
    answer: Future[list[str]] = Future()
    Thread(target=_look_up, args=(host, answer), daemon=True).start()
    try:
        return answer.result(_current.get().left(httpcore.ConnectTimeout))
    except TimeoutError:
        raise httpcore.ConnectTimeout from None
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(str(error)) from None


def _look_up(host: str, answer: Future[list[str]]) -> None:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        answer.set_exception(error)
    else:
        answer.set_result([str(address[0]) for *_, address in found])
