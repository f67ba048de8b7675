"""QR codes that link a phone: payloads, which change until one is scanned, and pictures."""

from __future__ import annotations

import base64
import io
import secrets
import time
from functools import lru_cache

import segno

from pulumi_assistai.emulator.records import Agent

_RANDOM_BYTES = (48, 32, 32)
_SCALE = 4


def new_payload() -> str:
    """Return a payload that looks like one of WhatsApp Web's."""
    parts = [base64.b64encode(secrets.token_bytes(size)).decode() for size in _RANDOM_BYTES]
    return f"2@{','.join(parts)},1"


def is_fresh(agent: Agent, lifetime: float) -> bool:
    """Return whether an agent's QR code can be shown again: it is at most `lifetime` seconds old."""
    return agent.whatsapp == "connecting" and time.time() - agent.qr_at < lifetime


def can_scan(agent: Agent, payload: str, lifetime: float) -> bool:
    """Return whether a phone can link with `payload`. Without a lifetime, a QR code is valid until the next one."""
    shown = agent.whatsapp == "connecting" and agent.qr == payload
    return shown and (lifetime == 0 or is_fresh(agent, lifetime))


@lru_cache(maxsize=128)
def png(payload: str) -> bytes:
    """Return the picture of a payload."""
    picture = io.BytesIO()
    # Trying all eight masks for the best one would take four times as long.
    code = segno.make_qr(payload, error="l", boost_error=False, mask=3)
    code.save(picture, kind="png", scale=_SCALE, border=4)
    return picture.getvalue()
