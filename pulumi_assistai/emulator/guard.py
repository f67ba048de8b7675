"""Keeps pages of the web away from the emulator: what people and control programs do, no foreign page may do for them.

The imitated API needs none of it: it wants a token, which a foreign page does not have.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from fastapi import Depends, Request

from pulumi_assistai.emulator.errors import ApiProblem
from pulumi_assistai.emulator.parts import Here

_READING = ("GET", "HEAD")
_OWN_SITES = (None, "same-origin", "none")


async def _check(request: Request, parts: Here) -> None:
    host = request.headers.get("host", "")
    if parts.host is not None and not _is_ours(host, parts.host):
        raise ApiProblem(403, f"this emulator is not {host}: open it by its address, or as localhost")
    if request.method not in _READING and _is_foreign(request, host):
        raise ApiProblem(403, "another site sent this request, and only the emulator's own pages may")


OWN_PAGES = Depends(_check)
"""A router's dependency: requests that a foreign page may have sent are refused with 403."""


def _is_ours(host: str, listening: str) -> bool:
    """Tell whether a Host header can be trusted: a foreign page can give its own name to our address, but no other."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return name == "localhost" or name == listening.lower() or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_foreign(request: Request, host: str) -> bool:
    """Tell whether a browser says that another site's page sent this; programs say nothing of the kind."""
    origin = request.headers.get("origin")
    is_cross_origin = origin is not None and origin.partition("://")[2] != host
    return is_cross_origin or request.headers.get("sec-fetch-site") not in _OWN_SITES
