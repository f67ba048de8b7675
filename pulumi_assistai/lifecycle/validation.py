"""Validation of a declaration, without the API."""

from __future__ import annotations

from pydantic import BaseModel, ValidationError

from pulumi_assistai.lifecycle.values import UNKNOWN, Problem, Properties, known
from pulumi_assistai.text import problem_found


def trimmed(value: str) -> str:
    """Refuse blanks around a text: an API that trims them would store another text."""
    if value != value.strip():
        raise ValueError("must not begin or end with blanks")
    return value


def validate(model: type[BaseModel], inputs: Properties) -> list[Problem]:
    """Return all problems that `model` finds in `inputs`. Unknown values are no problem."""
    try:
        model.model_validate(known(inputs))
    except ValidationError as error:
        named = [(".".join(map(str, detail["loc"])), problem_found(detail["msg"])) for detail in error.errors()]
        return [Problem(text, name) for name, text in named if inputs.get(name) is not UNKNOWN]
    return []
