"""The deadline of an exchange: it bounds connecting, sending and receiving together, however slowly bytes arrive.

The time-outs of httpx bound each read alone: an answer of one byte a second never ends.
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
"""Bytes that are sent at a time, each piece with the time that is left then: as many as a record of TLS holds."""


class Exchange:
    """One request and its answer.

    Args:
        seconds: how long it may take in all.

    Attributes:
        is_sent: whether any byte of the request may have left.
    """

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds
        self.is_sent = False

    def left(self, over: type[httpcore.TimeoutException]) -> float:
        """Return the seconds that are left.

        Raises:
            httpcore.TimeoutException: none are; the error is of the given kind.
        """
        seconds = self._until - time.monotonic()
        if seconds <= 0:
            raise over
        return seconds


_current: ContextVar[Exchange] = ContextVar("exchange")


@contextmanager
def exchange(seconds: float) -> Iterator[Exchange]:
    """Bound what this thread sends and receives; a connection is never read by another thread meanwhile."""
    token = _current.set(Exchange(seconds))
    try:
        yield _current.get()
    finally:
        _current.reset(token)


class DeadlineBackend(httpcore.NetworkBackend):
    """Opens connections that keep to the deadline of the exchange under way.

    Args:
        layers: how many layers of TLS there are, to a proxy and to the API, before the request is sent.
    """

    def __init__(self, layers: int) -> None:
        self._layers = layers
        self._backend = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - the deadline bounds it
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of a host that accepts; each gets its share of the time that is left."""
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
        layers: how many layers of TLS are yet to come; what is written before is for a proxy.
    """

    def __init__(self, stream: httpcore.NetworkStream, layers: int) -> None:
        self._stream = stream
        self._layers = layers

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002 - the deadline bounds it
        return self._stream.read(max_bytes, _current.get().left(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002 - the deadline bounds it
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
        timeout: float | None = None,  # noqa: ARG002 - the deadline bounds it
    ) -> httpcore.NetworkStream:
        left = _current.get().left(httpcore.ConnectTimeout)
        try:
            stream = self._stream.start_tls(ssl_context, server_hostname, left)
        except ValueError as error:
            # A host that no certificate can have, such as one that begins with a dot.
            raise httpcore.ConnectError(str(error)) from None
        return _Stream(stream, self._layers - 1)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _addresses(host: str) -> list[str]:
    """Look a host up; only a thread that is left behind bounds that."""
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
