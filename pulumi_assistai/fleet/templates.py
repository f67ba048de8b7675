"""Templates in the texts of a fleet's files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from traceback import extract_tb
from typing import Any

from jinja2 import (
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
)
from jinja2.meta import find_referenced_templates, find_undeclared_variables
from jinja2.sandbox import SandboxedEnvironment

from pulumi_assistai.errors import FleetError


@dataclass(frozen=True)
class Text:
    """A text that may hold a template.

    Attributes:
        source: the text.
        path: the file that it stands in.
        line: the number of its first line.
    """

    source: str
    path: Path
    line: int


class Templates:
    """Renders texts; `{% include "FILE" %}` finds files in the given folders, and nothing outside of them.

    Args:
        folders: where to look, the first one first.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._environment = SandboxedEnvironment(
            loader=FileSystemLoader(folders),
            undefined=StrictUndefined,
            autoescape=False,
        )

    def render(self, text: Text, variables: Mapping[str, Any]) -> str:
        """Return a text with its variables filled in, without blank lines around it.

        Raises:
            FleetError: a variable is missing, or a template is not one; with file and line.
        """
        try:
            code = self._environment.compile(_in_its_place(text), filename=str(text.path))
            template = self._environment.template_class.from_code(
                self._environment, code, self._environment.make_globals(None)
            )
            return template.render(variables).strip("\n")
        except TemplateSyntaxError as error:
            raise FleetError([f"{error.filename or text.path}:{error.lineno}: {error.message}"]) from None
        except TemplateNotFound as error:
            raise FleetError([f"{_place(error, text)}: there is no file {error.name} to include"]) from None
        except UndefinedError as error:
            raise FleetError([f"{_place(error, text)}: {error.message}{_nearest(error, variables)}"]) from None
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
            raise FleetError([f"{_place(error, text)}: {error}"]) from None

    def names(self, text: Text, known: Mapping[str, Any]) -> set[str]:
        """Return which of the known variables a text needs, in the files that it includes too."""
        return self._names(_in_its_place(text), set(known), set())

    def _names(self, source: str, known: set[str], seen: set[str]) -> set[str]:
        try:
            parsed = self._environment.parse(source)
        except TemplateSyntaxError:
            # Rendering says what is wrong with it.
            return set()
        found = find_undeclared_variables(parsed) & known
        for file in find_referenced_templates(parsed):
            if file is None:
                return known
            if file not in seen:
                seen.add(file)
                found |= self._names(self._source(file), known, seen)
        return found

    def _source(self, file: str) -> str:
        assert self._environment.loader is not None
        try:
            return self._environment.loader.get_source(self._environment, file)[0]
        except TemplateNotFound:
            return ""


def _in_its_place(text: Text) -> str:
    """Return a text with as many lines before it as its file has, so that errors name the file's own lines."""
    return "\n" * (text.line - 1) + text.source


def _place(error: Exception, text: Text) -> str:
    """Return file and line of what was being rendered: the innermost file of text rather than of code."""
    frames = [frame for frame in extract_tb(error.__traceback__) if not frame.filename.endswith(".py")]
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else f"{text.path}:{text.line}"


def _nearest(error: UndefinedError, variables: Mapping[str, Any]) -> str:
    missing = (error.message or "").split("'")[1:2]
    close = get_close_matches(missing[0], variables, n=1) if missing else []
    if close:
        return f"; did you mean {close[0]}?"
    return f"; the variables are {', '.join(sorted(variables))}" if variables else "; the fleet has no variables"
