"""Rendering of the console's pages, in the user's language."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import RedirectResponse

from pulumi_assistai.emulator.parts import Parts
from pulumi_assistai.emulator.records import Organization
from pulumi_assistai.emulator.texts import LANGUAGES, TEXTS, Language

HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
"""Headers of every console response. Agents' names and texts may be hostile: nothing in them can run or load."""

_COOKIE = "assistai-emulator-language"
_YEAR = 365 * 24 * 3600
_LONGEST_BODY = 4_000


def render(request: Request, template: str, status: int = 200, /, **values: Any) -> Response:
    """Return a page.

    Args:
        request: its request. The query can name the language and the last action.
        template: the name of its template, without the suffix.
        status: the HTTP status.
        values: the template's values. `owner` is the organization of its links.
    """
    parts: Parts = request.app.state.parts
    owner = values.setdefault("owner", next(iter(parts.accounts.organizations), None))
    language = _language(request)
    content = _TEMPLATES.get_template(f"{template}.html").render(
        values,
        say=_Sayer(TEXTS[language]),
        done=_done(request),
        language=language,
        others={code: name for code, name in LANGUAGES.items() if code != language},
        here=_here(request),
        query=organization_query,
        exports=_exports(request, parts, owner),
        organizations=parts.accounts.organizations,
    )
    # What a request repeats may hold half a surrogate pair, which UTF-8 cannot say.
    answer = Response(content.encode(errors="replace"), status, HEADERS, "text/html")
    if "lang" in request.query_params:
        answer.set_cookie(_COOKIE, language, max_age=_YEAR, httponly=True, samesite="lax")
    return answer


def error_page(request: Request, status: int, message: str | list[str]) -> Response:
    """Return an error page."""
    text = message if isinstance(message, str) else ". ".join(message)
    return render(request, "error", status, title=f"error_{status}" if status in _NAMED else "error_400", message=text)


def redirect(path: str, done: str = "", **query: str) -> Response:
    """Return a redirect to a page.

    Args:
        path: its path.
        done: the action, which the page confirms.
        query: the rest of its query.
    """
    asked = urlencode(query | ({"done": done} if done else {}))
    return RedirectResponse(f"{path}?{asked}" if asked else path, 303)


def organization_query(owner: Organization) -> str:
    """Return the query that names an organization."""
    return urlencode({"tenant": owner.tenant, "organization": owner.code})


class _Sayer:
    """Texts in one language."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def __call__(self, key: str, **values: Any) -> str:
        return self._texts[key].format(**values)


def _language(request: Request) -> Language:
    """Return the chosen language, or the one that the browser prefers."""
    chosen = [request.query_params.get("lang"), request.cookies.get(_COOKIE), *_accepted(request)]
    return next((language for wanted in chosen for language in LANGUAGES if language == wanted), "en")


def _accepted(request: Request) -> list[str]:
    """Return the browser's languages, the preferred first."""
    found = re.findall(r"([a-z]{2})\b[^,;]*(?:;\s*q=([\d.]+))?", request.headers.get("accept-language", "").lower())
    weighed = [(float(weight) if re.fullmatch(r"[01](\.\d*)?", weight) else 1.0, code) for code, weight in found]
    return [code for weight, code in sorted(weighed, key=lambda pair: -pair[0]) if weight]


def _here(request: Request) -> str:
    """Return this page's address, ready to add a language. A posted form is not sent again."""
    if request.method != "GET":
        return "/?"
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in ("lang", "done")]
    return f"{request.url.path}?{urlencode(kept)}{'&' if kept else ''}"


def _done(request: Request) -> str | None:
    key = f"done_{request.query_params.get('done', '')}"
    return key if key in TEXTS["en"] else None


def _exports(request: Request, parts: Parts, owner: Organization | None) -> list[str]:
    """Return the commands that connect a shell to the emulator."""
    if owner is None:
        return []
    settings = {
        "ASSISTAI_BASE_URL": f"http://{request.headers.get('host', '')}",
        "ASSISTAI_API_TOKEN": parts.accounts.default_token(owner) or "...",
        "ASSISTAI_TENANT_DOMAIN": owner.tenant,
        "ASSISTAI_ORGANIZATION_CODE": owner.code,
    }
    return [f"export {name}={shlex.quote(value)}" for name, value in settings.items()]


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _json(body: Any) -> str:
    """Return the body of a request for people. Long bodies are cut."""
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False, indent=2)
    return text if len(text) <= _LONGEST_BODY else f"{text[:_LONGEST_BODY]}…"


_NAMED = (400, 403, 404, 409, 500)
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters |= {"moment": _moment, "json": _json}
