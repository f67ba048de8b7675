"""The QR that links a phone: its payload, which changes while nobody scans it, and its picture."""

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
    """Tell whether an agent's QR can be shown again, `lifetime` seconds after it was made at most."""
    return agent.whatsapp == "connecting" and time.time() - agent.qr_at < lifetime


def can_scan(agent: Agent, payload: str, lifetime: float) -> bool:
    """Tell whether a phone that sees `payload` can link; a QR without a lifetime is good until the next one."""
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
