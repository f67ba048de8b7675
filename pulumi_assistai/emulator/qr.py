"""The QR that links a phone: its payload changes while nobody scans it."""

from __future__ import annotations

import io
import secrets
import time
from threading import Lock

import segno


class QrCodes:
    """The current payload of each agent.

    Args:
        lifetime: seconds until a payload changes; 0 changes it with every look.
    """

    def __init__(self, lifetime: float) -> None:
        self._lifetime = lifetime
        self._lock = Lock()
        self._payloads: dict[str, tuple[float, str]] = {}

    def show(self, code: str) -> str:
        """Return the payload to show now."""
        with self._lock:
            made, payload = self._payloads.get(code, (0.0, ""))
            if not payload or time.monotonic() - made >= self._lifetime:
                payload = _payload()
                self._payloads[code] = (time.monotonic(), payload)
            return payload

    def current(self, code: str) -> str | None:
        """Return the payload shown last, None where none was."""
        with self._lock:
            return self._payloads.get(code, (0.0, None))[1]

    def forget(self, code: str) -> None:
        """Make the payload of an agent worthless."""
        with self._lock:
            self._payloads.pop(code, None)


def png(payload: str) -> bytes:
    """Return the picture of a payload."""
    picture = io.BytesIO()
    segno.make_qr(payload, error="m").save(picture, kind="png", scale=6, border=4)
    return picture.getvalue()


def _payload() -> str:
    return "2@" + ",".join([*(secrets.token_urlsafe(32) for _ in range(3)), "1"])
