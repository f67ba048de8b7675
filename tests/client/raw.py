"""A server that answers with the bytes that a test gives it, as slowly as it likes."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

LONGEST = 15.0
"""Seconds after which nothing more is said: what should have ended long before must fail, not hang."""

Talk = Callable[[socket.socket, Event], None]
"""Talks on a connection until it has nothing to say any more, or the event says that the test is over."""


@contextmanager
def speaking(talk: Talk) -> Iterator[str]:
    """Give the address of a server that hands every connection to `talk`, which has not read anything yet."""
    over = Event()

    def attend(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            talk(connection, over)

    def listen() -> None:
        with suppress(OSError):
            while True:
                Thread(target=attend, args=(listener.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        Thread(target=listen, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            over.set()
            # Else it goes on to wait for a connection.
            listener.shutdown(socket.SHUT_RDWR)


def saying(*pieces: bytes, last: bytes = b"") -> Talk:
    """Read a request and answer with these bytes, then with the last ones again and again."""

    def talk(connection: socket.socket, over: Event) -> None:
        hear(connection)
        for piece in pieces:
            connection.sendall(piece)
        until = time.monotonic() + LONGEST
        while last and not over.is_set() and time.monotonic() < until:
            connection.sendall(last)

    return talk


def hear(connection: socket.socket) -> bytes:
    """Read a head, and what came with it."""
    heard = b""
    while b"\r\n\r\n" not in heard and (more := connection.recv(65536)):
        heard += more
    return heard
