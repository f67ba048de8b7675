"""Odd answers to a QR request: starting sessions, other states, other forms of numbers."""

from __future__ import annotations

from fastapi import Response

from pulumi_assistai.emulator.dialects import Dialect
from pulumi_assistai.emulator.oddities.options import Oddities


def respond_starting(odd: Oddities, dialect: Dialect) -> Response:
    """Return the answer while a session starts."""
    if odd.starting == "connecting":
        return dialect.respond({"status": "connecting"})
    if odd.starting == "409":
        return dialect.respond(dialect.error(409, "reconnecting"), 409)
    answer = dialect.respond(dialect.error(503, "The session is starting"), 503)
    if odd.starting == "503-retry-after":
        answer.headers["retry-after"] = "1"
    return answer


def respond_connected(odd: Oddities, dialect: Dialect, phone_number: str) -> Response:
    """Return the answer when a phone is linked."""
    body = dialect.connected(phone_number)
    answer = dialect.respond({**body, "status": odd.connected, "phoneNumber": _written(odd, phone_number)})
    if odd.connected_html:
        answer.headers["content-type"] = "text/html; charset=utf-8"
    return answer


def _written(odd: Oddities, phone_number: str) -> str | None:
    match odd.phone:
        case "jid":
            return f"{phone_number}@s.whatsapp.net"
        case "jid-device":
            return f"{phone_number}:12@s.whatsapp.net"
        case "plus":
            return f"+{phone_number}"
        case "null":
            return None
        case _:
            return phone_number
