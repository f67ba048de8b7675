"""Every error is one line, and knows whether something may have happened."""

from __future__ import annotations

import pytest

import pulumi_assistai as assistai
from pulumi_assistai import (
    ApiError,
    AssistAIError,
    FleetError,
    NoAnswerError,
    NotFoundError,
    NotSentError,
    ServerError,
    TransportError,
    UnexpectedAnswerError,
    errors,
)

ALL = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, AssistAIError)]


def drawn() -> dict[str, str]:
    """Return the tree at the top of the module: each error and the one above it."""
    above: dict[str, str] = {}
    path: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        if "Error" in line and (line.startswith(("AssistAIError", "├", "│", "└"))):
            name = next(word for word in line.split() if word.endswith("Error"))
            depth = line.index(name) // 4
            path[depth:] = [name]
            above[name] = path[depth - 1] if depth else "Exception"
    return above


def test_the_tree_at_the_top_of_the_module_is_the_tree() -> None:
    assert drawn() == {kind.__name__: kind.__mro__[1].__name__ for kind in ALL}


def test_a_message_is_one_line() -> None:
    assert str(AssistAIError("one\r\n\x1b[31mtwo ")) == "one [31mtwo"


def test_a_fleets_problems_are_one_line_each() -> None:
    error = FleetError(["a.md:1:1: one\ntwo", "b.md:1:1: three"])
    assert error.problems == ("a.md:1:1: one two", "b.md:1:1: three")
    assert str(error) == "a.md:1:1: one two; b.md:1:1: three"


def test_an_answer_is_told_with_what_was_asked_and_what_to_do() -> None:
    error = NotFoundError("GET", "/api/v1/agents", 404, "no such\nthing", retry_after=7)
    assert str(error) == ("GET /api/v1/agents answered 404: no such thing; check the code and the organization")
    assert (error.method, error.path, error.status, error.retry_after) == ("GET", "/api/v1/agents", 404, 7)
    assert error.detail == "no such\nthing"


def test_an_answer_without_words_is_told_without_them() -> None:
    error = ApiError("GET", "/", 418)
    assert str(error) == "GET / answered 418; check the request and try again"
    assert (error.detail, error.retry_after) == ("", None)


@pytest.mark.parametrize(
    ("error", "may_have_happened"),
    [
        (TransportError("x"), True),
        (NoAnswerError("x"), True),
        (NotSentError("x"), False),
        (ApiError("GET", "/", 418), False),
        (NotFoundError("GET", "/", 404), False),
        (ServerError("GET", "/", 500), True),
        *((UnexpectedAnswerError("GET", "/", status), True) for status in (200, 201, 299, 408, 500, 101)),
        *((UnexpectedAnswerError("GET", "/", status), False) for status in (300, 302, 399, 400, 407, 409, 499)),
    ],
)
def test_whether_something_may_have_happened(error: TransportError | ApiError, *, may_have_happened: bool) -> None:
    assert error.may_have_happened is may_have_happened


UNAUTHORIZED = (
    "check the API token (ASSISTAI_API_TOKEN or assistai:apiToken); if you changed the token of an explicit "
    "provider, run `pulumi up` without --refresh first, or `pulumi refresh --run-program`"
)
FORBIDDEN = (
    "check that the token belongs to this tenant and organization (ASSISTAI_TENANT_DOMAIN, ASSISTAI_ORGANIZATION_CODE)"
)


@pytest.mark.parametrize(
    ("kind", "advice"),
    [
        (assistai.BadRequestError, "correct what the API names"),
        (assistai.UnauthorizedError, UNAUTHORIZED),
        (assistai.ForbiddenError, FORBIDDEN),
        (
            assistai.TooManyRequestsError,
            assistai.RateLimitError.advice,
        ),
        (assistai.ServerError, "try again later; if it persists, contact AssistAI support"),
        (
            UnexpectedAnswerError,
            "check ASSISTAI_BASE_URL and anything between this machine and the API, such as a proxy",
        ),
    ],
)
def test_every_kind_of_answer_says_what_to_do(kind: type[ApiError], advice: str) -> None:
    assert str(kind("GET", "/", 499)) == f"GET / answered 499; {advice}"
