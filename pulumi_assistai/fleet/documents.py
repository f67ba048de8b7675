"""Markdown files with front matter, and the positions of everything in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from frontmatter.default_handlers import YAMLHandler
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from yaml.reader import ReaderError

from pulumi_assistai.errors import FleetError
from pulumi_assistai.fleet.front_matter import FrontMatter, WhatsApp
from pulumi_assistai.fleet.reading import UnreadableError, read_text
from pulumi_assistai.plain_yaml import PlainLoader
from pulumi_assistai.text import problem_found, shorten

Name = tuple[str, ...]
Place = tuple[int, int]

_MAPPING = "tag:yaml.org,2002:map"
_TEXTS = {("name",), ("key",), ("description",), ("purpose",), ("tone",), ("voice",), ("adopt",)} | {
    ("whatsapp", "expected_phone_number")
}
_COMMENT = re.compile(r"[ \t]*#")


@dataclass(frozen=True)
class Document:
    """A parsed file.

    Attributes:
        path: the file.
        front_matter: its front matter.
        body: the text after the front matter, without blank lines around it.
        body_line: the number of the body's first line.
        lines: the line of each text in the front matter, by dotted name.
    """

    path: Path
    front_matter: FrontMatter
    body: str
    body_line: int
    lines: dict[str, int] = field(default_factory=dict)


def read_document(path: Path) -> Document:
    """Read a file.

    Raises:
        FleetError: all problems of its front matter.
    """
    try:
        text = read_text(path)
    except UnreadableError as error:
        raise FleetError([f"{path}: {error}"]) from None
    handler = YAMLHandler()
    if not handler.detect(text):
        raise FleetError([f"{path}:1:1: the file must begin with front matter: ---, name: NAME, ---"])
    try:
        head, body = handler.split(text)
    except ValueError:
        raise FleetError([f"{path}:1:1: the front matter has no end: write --- on a line below its last key"]) from None
    values, places, problems = _parse(path, head)
    front_matter = _validate(path, values, places, problems)
    before = text[: len(text) - len(body)] + body[: len(body) - len(body.lstrip())]
    lines = {".".join(name): line for name, (line, _) in places.items()}
    return Document(path, front_matter, body.strip(), before.count("\n") + 1, lines)


def _parse(path: Path, head: str) -> tuple[Any, dict[Name, Place], list[str]]:
    """Return the values, their positions, and problems of their notation.

    `("name",)` is the position of the value of `name`, `("name", "")` that of the key itself.
    """
    loader = None
    try:
        loader = PlainLoader(head)
        node = loader.get_single_node()
        if node is None:
            return {}, {}, []
        if not isinstance(node, yaml.MappingNode) or node.tag != _MAPPING:
            raise FleetError([f"{path}:{_place(node)[0]}:1: the front matter must be lines like name: NAME"])
        problems = [f"{path}:{problem}" for problem in (*_twice(node), *_cut_short(node, head))]
        values = loader.construct_document(node)
        # The constructor puts values merged with `<<` before the mapping's own values, which win.
        return values, dict(_places(node)), problems
    except yaml.MarkedYAMLError as error:
        line, column = (error.problem_mark.line + 1, error.problem_mark.column + 1) if error.problem_mark else (1, 1)
        raise FleetError([f"{path}:{line}:{column}: {_notation(error)}"]) from None
    except ReaderError as error:
        line, column = head.count("\n", 0, error.position) + 1, error.position - head.rfind("\n", 0, error.position)
        raise FleetError(
            [f"{path}:{line}:{column}: YAML does not allow the character U+{error.character:04X}"]
        ) from None
    finally:
        if loader:
            loader.dispose()


def _notation(error: yaml.MarkedYAMLError) -> str:
    if error.problem == "mapping values are not allowed here":
        return f"{error.problem}; put a text that contains a colon in quotes"
    return shorten(error.problem or "this is not YAML")


def _items(node: yaml.MappingNode) -> Iterator[tuple[Name, yaml.Node, yaml.Node]]:
    """Yield names, keys and values of a mapping and of the mappings in it. Front matter has no deeper levels."""
    for key, value in _pairs(node):
        yield (key.value,), key, value
        yield from (((key.value, inner.value), inner, under) for inner, under in _pairs(value))


def _pairs(node: yaml.Node) -> list[tuple[yaml.ScalarNode, yaml.Node]]:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return [(key, value) for key, value in pairs if isinstance(key, yaml.ScalarNode)]


def _places(node: yaml.MappingNode) -> Iterator[tuple[Name, Place]]:
    for name, key, value in _items(node):
        yield name, _place(value)
        yield (*name, ""), _place(key)


def _twice(node: yaml.MappingNode) -> Iterator[str]:
    seen: set[Name] = set()
    for name, key, _ in _items(node):
        line, column = _place(key)
        if name in seen:
            yield f"{line}:{column}: duplicate key {_shown(name)}"
        seen.add(name)


def _cut_short(node: yaml.MappingNode, head: str) -> Iterator[str]:
    """Yield the texts that a comment follows on the same line. Usually it was meant as part of the text."""
    for name, _, value in _items(node):
        plain = isinstance(value, yaml.ScalarNode) and value.style is None
        if plain and name in _TEXTS and _COMMENT.match(head, value.end_mark.index):
            line, column = value.end_mark.line + 1, value.end_mark.column + 1
            yield (
                f"{line}:{column}: {'.'.join(name)}: YAML drops the text after #; put the text in quotes, "
                "or the comment on its own line"
            )


def _shown(name: Name) -> str:
    return shorten(".".join(name), 100)


def _place(node: yaml.Node) -> Place:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _validate(path: Path, values: Any, places: Mapping[Name, Place], problems: list[str]) -> FrontMatter:
    try:
        front_matter = FrontMatter.model_validate(values)
    except ValidationError as error:
        details = error.errors(include_input=False, include_url=False)
        raise FleetError([*problems, *(f"{path}:{_explain(detail, places)}" for detail in details)]) from None
    if problems:
        raise FleetError(problems)
    return front_matter


def _explain(detail: ErrorDetails, places: Mapping[Name, Place]) -> str:
    name = tuple(map(str, detail["loc"]))
    shown = _shown(name)
    if detail["type"] == "missing":
        return f"1:1: {shown} is missing"
    if detail["type"] == "extra_forbidden":
        line, column = places.get((*name, ""), (1, 1))
        known = (WhatsApp if len(name) > 1 else FrontMatter).model_fields
        close = get_close_matches(name[-1], known, n=1)
        return f"{line}:{column}: unknown key {shown}" + (f"; did you mean {close[0]}?" if close else "")
    line, column = places.get(name, (1, 1))
    return f"{line}:{column}: {shown}: {problem_found(detail['msg'])}"
