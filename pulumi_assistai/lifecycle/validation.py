"""Validation of a declaration, without the API."""

from __future__ import annotations

from pydantic import BaseModel, ValidationError

from pulumi_assistai.lifecycle.values import UNKNOWN, Problem, Properties, known


def trimmed(value: str) -> str:
    """Refuse blanks around a text: an API that trims it would make another text of it."""
    if value != value.strip():
        raise ValueError("must not begin or end with blanks")
    return value


def validate(model: type[BaseModel], inputs: Properties) -> list[Problem]:
    """Return everything that `model` finds wrong with `inputs`; what is not known yet is not wrong."""
    try:
        model.model_validate(known(inputs))
    except ValidationError as error:
        named = [(".".join(map(str, detail["loc"])), detail["msg"]) for detail in error.errors()]
        return [Problem(text, name) for name, text in named if inputs.get(name) is not UNKNOWN]
    return []
