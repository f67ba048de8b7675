"""A Markdown file with front matter, and where everything in it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from frontmatter.default_handlers import YAMLHandler
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from pulumi_assistai.errors import FleetError
from pulumi_assistai.fleet.front_matter import FrontMatter, WhatsApp
from pulumi_assistai.plain_yaml import PlainLoader

Name = tuple[str, ...]
Place = tuple[int, int]


@dataclass(frozen=True)
class Document:
    """One file.

    Attributes:
        path: the file.
        front_matter: what its front matter says.
        body: the text after it, without blank lines around it.
        body_line: the number of its first line.
        lines: the line of each text of the front matter, by dotted name.
    """

    path: Path
    front_matter: FrontMatter
    body: str
    body_line: int
    lines: dict[str, int] = field(default_factory=dict)


def read_document(path: Path) -> Document:
    """Read a file.

    Raises:
        FleetError: with everything that is wrong with its front matter.
    """
    text = _read(path)
    handler = YAMLHandler()
    try:
        head, body = handler.split(text) if handler.detect(text) else (None, "")
    except ValueError:
        head, body = None, ""
    if head is None:
        raise FleetError([f"{path}:1:1: the file must begin with front matter: ---, name: NAME, ---"])
    values, places = _parse(path, head)
    front_matter = _validate(path, values, places)
    before = text[: len(text) - len(body)] + body[: len(body) - len(body.lstrip())]
    lines = {".".join(name): line for name, (line, _) in places.items()}
    return Document(path, front_matter, body.strip(), before.count("\n") + 1, lines)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise FleetError([f"{path}: cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise FleetError([f"{path}: is not UTF-8"]) from None


def _parse(path: Path, head: str) -> tuple[dict[str, Any], dict[Name, Place]]:
    """Return the values, and where they stand: `("name",)` is the value of `name`, `("name", "")` the key itself."""
    loader = PlainLoader(head)
    try:
        node = loader.get_single_node()
        if node is None:
            return {}, {}
        if not isinstance(node, yaml.MappingNode):
            raise FleetError([f"{path}:{_place(node)[0]}:1: the front matter must be lines like name: NAME"])
        places = dict(_places(path, node))
        return loader.construct_document(node), places
    except yaml.MarkedYAMLError as error:
        line, column = (error.problem_mark.line + 1, error.problem_mark.column + 1) if error.problem_mark else (1, 1)
        raise FleetError([f"{path}:{line}:{column}: {error.problem or 'the front matter is not YAML'}"]) from None
    except yaml.YAMLError as error:
        raise FleetError([f"{path}:1:1: {error}"]) from None
    finally:
        loader.dispose()


def _places(path: Path, node: yaml.MappingNode, under: Name = ()) -> Iterator[tuple[Name, Place]]:
    seen = set()
    for key, value in node.value:
        name = (*under, str(key.value))
        if name in seen:
            line, column = _place(key)
            raise FleetError([f"{path}:{line}:{column}: {'.'.join(name)} is there twice"])
        seen.add(name)
        yield name, _place(value)
        yield (*name, ""), _place(key)
        if isinstance(value, yaml.MappingNode):
            yield from _places(path, value, name)


def _place(node: yaml.Node) -> Place:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _validate(path: Path, values: dict[str, Any], places: dict[Name, Place]) -> FrontMatter:
    try:
        return FrontMatter.model_validate(values)
    except ValidationError as error:
        details = error.errors(include_input=False, include_url=False)
        raise FleetError([f"{path}:{_explain(detail, places)}" for detail in details]) from None


def _explain(detail: ErrorDetails, places: Mapping[Name, Place]) -> str:
    name = tuple(map(str, detail["loc"]))
    shown = ".".join(name)
    if detail["type"] == "missing":
        return f"1:1: {shown} is missing"
    if detail["type"] == "extra_forbidden":
        line, column = places[*name, ""]
        known = (WhatsApp if len(name) > 1 else FrontMatter).model_fields
        close = get_close_matches(name[-1], known, n=1)
        return f"{line}:{column}: unknown key {shown}" + (f"; did you mean {close[0]}?" if close else "")
    line, column = places.get(name, (1, 1))
    return f"{line}:{column}: {shown}: {detail['msg'].removeprefix('Value error, ')}"
