"""Error responses."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from pulumi_assistai.emulator.dialects import NEST, Dialect
from pulumi_assistai.emulator.errors import ApiProblem

_SENTENCES = {
    "extra_forbidden": ["property {name} should not exist"],
    "missing": ["{name} should not be empty", "{name} must be a string"],
    "string_type": ["{name} must be a string"],
    "string_unicode": ["{name} must be a string"],
    "string_too_short": ["{name} should not be empty"],
    "int_parsing": ["{name} must be an integer number"],
    "int_parsing_size": ["{name} must be an integer number"],
    "int_from_float": ["{name} must be an integer number"],
    "greater_than_equal": ["{name} must not be less than {ge}"],
    "less_than_equal": ["{name} must not be greater than {le}"],
    "literal_error": ["{name} must be one of the following values: {values}"],
}
"""Messages of class-validator by pydantic's type of error."""


ErrorPage = Callable[[Request, int, str | list[str]], Response]
"""A function that makes a page from a status and a message."""


def add_error_answers(app: FastAPI, dialect: Dialect, page: ErrorPage) -> None:
    """Turn every error into a response: in the dialect for the API, in one form under /sandbox, else as a page."""

    def answer(request: Request, status: int, message: str | list[str]) -> Response:
        path = request.url.path
        if not path.startswith(("/api/", "/sandbox")):
            return page(request, status, message)
        speaker = NEST if path.startswith("/sandbox") else dialect
        return speaker.respond(speaker.error(status, message), status)

    async def problem(request: Request, error: Exception) -> Response:
        assert isinstance(error, ApiProblem)
        return answer(request, error.status, error.message)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return answer(request, 400, _explain(error.errors()))

    async def unrouted(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        # NestJS knows no 405: a path without a handler for the method is not there.
        missing = error.status_code in (404, 405)
        return answer(request, 404 if missing else error.status_code, _unrouted(request) if missing else error.detail)

    async def defect(request: Request, _: Exception) -> Response:
        return answer(request, 500, "Internal server error")

    app.add_exception_handler(ApiProblem, problem)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, unrouted)
    app.add_exception_handler(Exception, defect)


def _unrouted(request: Request) -> str:
    return f"Cannot {request.method} {request.url.path}"


def _explain(details: Sequence[Mapping[str, Any]]) -> str | list[str]:
    """Return all problems of a request; one sentence for an unreadable body."""
    if details[0]["type"] == "json_invalid":
        return f"Unexpected token in JSON at position {details[0]['loc'][-1]}"
    return [sentence for detail in details for sentence in _say(detail)]


def _say(detail: Mapping[str, Any]) -> list[str]:
    name = ".".join(map(str, detail["loc"][1:]))
    if not name:
        return ["the body must be a JSON object"]
    context = detail.get("ctx", {})
    # A required name that is null is both empty and no string.
    kind = "missing" if detail["input"] is None and name == "name" else detail["type"]
    values = ", ".join(re.findall(r"'(\w+)'", str(context.get("expected", ""))))
    sentences = _SENTENCES.get(kind, ["{name}: {message}"])
    return [
        sentence.format(name=name, message=detail["msg"], values=values, **_limits(context)) for sentence in sentences
    ]


def _limits(context: Mapping[str, Any]) -> dict[str, Any]:
    return {name: context[name] for name in ("ge", "le") if name in context}
