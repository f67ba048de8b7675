"""Protection of the console and the control API against foreign web pages.

The emulated API does not need it: a foreign page has no token.
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
        raise ApiProblem(403, f"this emulator does not answer to {host}; open it by its address or as localhost")
    if request.method not in _READING and _is_foreign(request, host):
        raise ApiProblem(403, "a page of another site sent this request; only the emulator's own pages may")


OWN_PAGES = Depends(_check)
"""A router's dependency that refuses requests of possible foreign pages with 403."""


def _is_ours(host: str, listening: str) -> bool:
    """Return whether a Host header is trusted. A foreign page can only use its own name for our address."""
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
    """Return whether a browser reports that another site's page sent the request. Programs send no such header."""
    origin = request.headers.get("origin")
    is_cross_origin = origin is not None and origin.partition("://")[2] != host
    return is_cross_origin or request.headers.get("sec-fetch-site") not in _OWN_SITES
