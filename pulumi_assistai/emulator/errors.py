"""Error answers in the shape that NestJS services give them."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException


class ApiProblem(Exception):  # noqa: N818 - it is an answer, not a defect
    """An error answer: its status and its message or messages."""

    def __init__(self, status: int, message: str | list[str]) -> None:
        self.status = status
        self.message = message
        super().__init__(status, message)


def add_error_answers(app: FastAPI) -> None:
    """Make every error of `app` an answer of this shape."""

    @app.exception_handler(ApiProblem)
    def problem(request: Request, error: ApiProblem) -> JSONResponse:
        return _answer(request, error.status, error.message)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return _answer(request, 400, [_say(detail) for detail in error.errors()])

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> JSONResponse:
        # NestJS has no 405: what no route answers is not there.
        status = 404 if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED else error.status_code
        return _answer(request, status, f"Cannot {request.method} {request.url.path}")


def _answer(request: Request, status: int, message: str | list[str]) -> JSONResponse:
    return JSONResponse(request.app.state.dialect.error(status, message), status)


def _say(detail: dict[str, object]) -> str:
    """Say what is wrong with a field as class-validator does."""
    location = detail["loc"]
    name = str(location[-1]) if isinstance(location, tuple) and len(location) > 1 else "body"
    match detail["type"]:
        case "extra_forbidden":
            return f"property {name} should not exist"
        case "missing" if name == "body":
            return "the body must be JSON"
        case "string_type":
            return f"{name} must be a string"
        case "missing":
            return f"{name} should not be empty"
        case "json_invalid":
            return "Unexpected token in JSON"
        case _:
            return f"{name}: {detail['msg']}"
