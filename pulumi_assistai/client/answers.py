"""Answers of the API, before they are interpreted."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from pulumi_assistai.errors import UnexpectedAnswerError
from pulumi_assistai.redaction import redact
from pulumi_assistai.text import shorten

_LONGEST_WORDS = 20_000
"""Characters of a foreign text that are read for a message; the rest is cut off."""

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Answer:
    """A successful answer, with a documented status. `date` is the header of that name, "" if there is none."""

    method: str
    path: str
    status: int
    body: bytes
    date: str = ""

    def parse(self, model: type[Model]) -> Model:
        """Read the body as JSON.

        Raises:
            UnexpectedAnswerError: the body is not JSON, or has another shape.
        """
        try:
            return model.model_validate(json.loads(self.body))
        except ValidationError as error:
            raise self.unexpected(f"its body is not as documented: {explain(error)}") from None
        except (ValueError, RecursionError):
            raise self.unexpected("its body is not JSON") from None

    def unexpected(self, problem: str) -> UnexpectedAnswerError:
        """Return the error that says what is wrong with this answer."""
        return UnexpectedAnswerError(self.method, self.path, self.status, problem)


def explain(error: ValidationError) -> str:
    """Return the first problem of an answer, without the answer's content."""
    first = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"


def words(body: bytes) -> str:
    """Return the API's own words from a body of any shape."""
    try:
        return _message(json.loads(body))
    except (ValueError, RecursionError):
        page = body[:10_000].decode(errors="replace")
        without_code = re.sub(r"<(script|style)\b.*?(</\1\s*>|$)", " ", page, flags=re.IGNORECASE | re.DOTALL)
        return re.sub(r"<[^>]{0,1000}>", " ", without_code)


def clean(text: str) -> str:
    """Return foreign words in one short line, without the token."""
    # Redact before shortening: redaction would not recognise part of a token.
    return shorten(redact(text[:_LONGEST_WORDS]))


def _message(value: Any) -> str:
    """Return the message of an error body, in the shapes that services commonly send."""
    if isinstance(value, list):
        return "; ".join(_message(item) for item in value)
    if isinstance(value, dict):
        keys = [key for key in ("message", "detail", "error", "errors", "title") if value.get(key)]
        return _message(value[keys[0]]) if keys else "; ".join(f"{key}: {_message(value[key])}" for key in value)
    return str(value)
