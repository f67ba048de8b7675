"""Templates in the texts of a fleet's files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from traceback import extract_tb
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateNotFound, TemplateSyntaxError, UndefinedError, nodes
from jinja2.meta import find_referenced_templates, find_undeclared_variables

from pulumi_assistai.errors import FleetError
from pulumi_assistai.fleet.fragments import Fragments
from pulumi_assistai.fleet.sandbox import BoundedEnvironment
from pulumi_assistai.text import shorten

_TAKING_IN = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)


@dataclass(frozen=True)
class Text:
    """A text that may hold a template.

    Attributes:
        source: the text.
        path: its file.
        line: the number of its first line.
    """

    source: str
    path: Path
    line: int


@dataclass(frozen=True)
class Include:
    """An include of another file in a template.

    Attributes:
        name: the included file's name as written, None if the template computes it.
        path: the file with the include.
        line: the line of the include.
        found: the included file, None if there is no file with that name.
        needed: whether rendering fails without the file.
    """

    name: str | None
    path: Path
    line: int
    found: Path | None
    needed: bool


class Templates:
    """A renderer of texts. `{% include "FILE" %}` finds files in the given folders, and never outside of them.

    Args:
        folders: the folders, in the order of the search.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._fragments = Fragments(folders)
        self._environment = BoundedEnvironment(loader=self._fragments, undefined=StrictUndefined, autoescape=False)

    def render(self, text: Text, variables: Mapping[str, Any]) -> str:
        """Return a text with its variables filled in, without blank lines around it.

        Raises:
            FleetError: a variable is missing, or a template is invalid or never ends; with file and line.
        """
        try:
            rendered = self._rendered(text, variables)
            rendered.encode()
        except TemplateSyntaxError as error:
            problem = f"{error.filename or text.path}:{error.lineno}: {shorten(error.message or '')}"
        except TemplateNotFound as error:
            problem = f"{_place(error, text)}: the included file {shorten(str(error.name))} does not exist"
        except UndefinedError as error:
            problem = f"{_place(error, text)}: {shorten(error.message or '')}{_nearest(error, variables)}"
        except RecursionError as error:
            problem = f"{_place(error, text)}: the template includes or calls itself, or is nested too deeply"
        except SyntaxError as error:
            # Python compiles jinja's generated code, and its lines are not the template's.
            problem = f"{text.path}:{text.line}: {error.msg}"
        except UnicodeEncodeError:
            problem = f"{text.path}:{text.line}: the text has half of a surrogate pair (U+D800 to U+DFFF)"
        except Exception as error:  # noqa: BLE001 - templates call any method of any variable
            problem = f"{_place(error, text)}: {shorten(str(error)) or type(error).__name__}"
        else:
            return rendered.strip("\n")
        raise FleetError([problem])

    def _rendered(self, text: Text, variables: Mapping[str, Any]) -> str:
        if _is_plain(text.source):
            return text.source
        self._environment.refill()
        code = self._environment.compile(_in_its_place(text), filename=str(text.path))
        template = self._environment.template_class.from_code(
            self._environment, code, self._environment.make_globals(None)
        )
        return template.render(variables)

    def names(self, text: Text, known: Mapping[str, Any]) -> set[str]:
        """Return the known variables that a text and its included files use."""
        found: set[str] = set()
        seen: set[str] = set()
        sources = [_in_its_place(text)]
        while sources:
            names, files = self._needs(sources.pop())
            if None in files:
                return set(known)
            found |= names & set(known)
            sources += [self._source(file) for file in files - seen if file is not None]
            seen |= {file for file in files if file is not None}
        return found

    def includes(self, text: Text) -> list[Include]:
        """Return a text's own includes, including those under conditions that do not hold."""
        if "{%" not in text.source:
            return []
        self._environment.refill()
        try:
            parsed = self._environment.parse(_in_its_place(text))
        except (TemplateError, RecursionError):
            # Rendering reports the problem.
            return []
        return [self._include(node, name, text) for node in parsed.find_all(_TAKING_IN) for name in _named(node)]

    def _include(self, node: Any, name: str | None, text: Text) -> Include:
        alone = isinstance(node.template, nodes.Const) and not getattr(node, "ignore_missing", False)
        return Include(name, text.path, node.lineno, self._find(name) if name else None, needed=alone)

    def _find(self, name: str) -> Path | None:
        try:
            return Path(self._fragments.get_source(self._environment, name)[1])
        except TemplateError:
            return None

    def _needs(self, source: str) -> tuple[set[str], set[str | None]]:
        if _is_plain(source):
            return set(), set()
        self._environment.refill()
        try:
            parsed = self._environment.parse(source)
            return find_undeclared_variables(parsed), set(find_referenced_templates(parsed))
        except (TemplateError, RecursionError):
            # Rendering reports the problem.
            return set(), set()

    def _source(self, file: str) -> str:
        try:
            return self._fragments.get_source(self._environment, file)[0]
        except TemplateError:
            return ""


def _named(node: Any) -> list[str | None]:
    """Return the names of the files that a statement includes, None for each computed name."""
    template = node.template
    many = template.items if isinstance(template, nodes.List | nodes.Tuple) else [template]
    return [part.value if isinstance(part, nodes.Const) and isinstance(part.value, str) else None for part in many]


def _is_plain(source: str) -> bool:
    """Return whether there is nothing to fill in. Most texts of front matter are plain, and compiling takes long."""
    return "{" not in source


def _in_its_place(text: Text) -> str:
    """Return a text after as many empty lines as precede it in its file, so that errors have the file's lines."""
    return "\n" * (text.line - 1) + text.source


def _place(error: Exception, text: Text) -> str:
    """Return file and line of the error: of the innermost template, not of code."""
    frames = [frame for frame in extract_tb(error.__traceback__) if not frame.filename.endswith((".py", ">"))]
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else f"{text.path}:{text.line}"


def _nearest(error: UndefinedError, variables: Mapping[str, Any]) -> str:
    missing = (error.message or "").split("'")[1:2]
    close = get_close_matches(missing[0], variables, n=1) if missing else []
    if close:
        return f"; did you mean {close[0]}?"
    return f"; the variables are {', '.join(sorted(variables))}" if variables else "; the fleet has no variables"
