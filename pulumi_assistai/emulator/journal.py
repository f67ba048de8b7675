"""The journal of requests to the emulated API. It never keeps credentials."""

from __future__ import annotations

import json
from collections import deque
from itertools import count
from threading import Lock
from typing import Any, NoReturn

from starlette.datastructures import Headers
from starlette.types import Scope

_LARGEST = 50_000


class Journal:
    """The latest requests, in memory: at most 50,000."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._numbers = count(1)
        self._entries: deque[dict[str, Any]] = deque(maxlen=_LARGEST)
        self._in_flight = 0
        self._most_in_flight = 0

    def arrive(self) -> int:
        """Return the sequence number of a new request."""
        with self._lock:
            self._in_flight += 1
            self._most_in_flight = max(self._most_in_flight, self._in_flight)
        return next(self._numbers)

    def leave(self) -> None:
        """Count the end of a request."""
        with self._lock:
            self._in_flight -= 1

    def note(self, number: int, scope: Scope, body: bytes, status: int) -> None:
        """Record a request.

        Args:
            number: its number from `arrive`.
            scope: its ASGI scope.
            body: its whole body.
            status: its response status.
        """
        headers = Headers(scope=scope)
        entry = {
            "sequence": number,
            "method": scope["method"],
            "path": scope["raw_path"].decode("latin-1"),
            "query": scope["query_string"].decode("latin-1"),
            "body": _content(body),
            "status": status,
            "tenant": headers.get("x-tenant-domain"),
            "organization": headers.get("x-organization-code"),
            "userAgent": headers.get("user-agent"),
        }
        with self._lock:
            self._entries.append(entry)

    def entries(self) -> list[dict[str, Any]]:
        """Return the requests in the order of their arrival."""
        with self._lock:
            return sorted(self._entries, key=lambda entry: entry["sequence"])

    def summary(self) -> dict[str, int]:
        """Return the number of requests, and the most at one time."""
        with self._lock:
            return {"count": len(self._entries), "mostInFlight": self._most_in_flight}

    def clear(self) -> None:
        """Forget the requests so far."""
        with self._lock:
            self._entries.clear()
            self._most_in_flight = self._in_flight


def _content(body: bytes) -> Any:
    """Return a body as JSON, or as text if it is not JSON."""
    try:
        return json.loads(body, parse_constant=_refuse) if body else None
    except (ValueError, RecursionError):
        return body.decode(errors="replace")


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")
