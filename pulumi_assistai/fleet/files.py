"""Agents of a directory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pulumi_assistai.errors import FleetError
from pulumi_assistai.fleet.documents import Document, read_document
from pulumi_assistai.fleet.front_matter import FrontMatter, usable_key
from pulumi_assistai.fleet.templates import Text

_TEXTS = ("name", "description", "purpose", "tone", "voice", "adopt")
_EMPTY_ON_PURPOSE = ".gitkeep"


@dataclass(frozen=True)
class AgentFile:
    """An agent's file.

    Attributes:
        key: the resource's name in the fleet.
        path: the file.
        front_matter: its front matter.
        texts: the declared texts by field, with `instructions` and `expected_phone_number`. They may hold templates.
    """

    key: str
    path: Path
    front_matter: FrontMatter
    texts: dict[str, Text]


def read_fleet(source: Path) -> list[AgentFile]:
    """Read every agent of a directory, in the order of the files' names.

    Raises:
        FleetError: all problems of all files.
    """
    files, problems = scan_fleet(source)
    if problems:
        raise FleetError(problems)
    return files


def scan_fleet(source: Path) -> tuple[list[AgentFile], list[str]]:
    """Return the agents of a directory, in the order of the files' names, and the problems of the other files.

    An agent's file ends in .md and begins with neither an underscore nor a dot. Files with an underscore and files in
    subfolders are fragments. Files with a dot belong to editors and systems. A directory without any agent's file is
    a mistake, unless it has a file .gitkeep.

    Raises:
        FleetError: the directory does not exist, or has neither an agent's file nor a .gitkeep.
    """
    if not source.is_dir():
        raise FleetError([f"{source}: no such directory"])
    paths = sorted(path for path in source.glob("*.md") if not path.name.startswith(("_", ".")))
    if not paths and not (source / _EMPTY_ON_PURPOSE).exists():
        keep = source / _EMPTY_ON_PURPOSE
        raise FleetError(
            [f"{source}: no agent's file, such as ventas.md; to declare an empty fleet, add a file {keep}"]
        )
    files: list[AgentFile] = []
    problems: list[str] = []
    for path in paths:
        try:
            files.append(_agent_file(read_document(path)))
        except FleetError as error:
            problems += error.problems
    return files, [*problems, *_shared_keys(files)]


def _agent_file(document: Document) -> AgentFile:
    front_matter, path = document.front_matter, document.path
    declared = {name: value for name in _TEXTS if (value := getattr(front_matter, name)) is not None}
    texts = {name: Text(value, path, document.lines.get(name, 1)) for name, value in declared.items()}
    if document.body:
        texts["instructions"] = Text(document.body, path, document.body_line)
    phone = front_matter.whatsapp.expected_phone_number if front_matter.whatsapp else None
    if phone is not None:
        texts["expected_phone_number"] = Text(phone, path, document.lines.get("whatsapp.expected_phone_number", 1))
    return AgentFile(_key(front_matter, path), path, front_matter, texts)


def _key(front_matter: FrontMatter, path: Path) -> str:
    if front_matter.key:
        return front_matter.key
    try:
        path.stem.encode()
        return usable_key(path.stem)
    except UnicodeEncodeError:
        raise FleetError([f"{path}: the file's name is not UTF-8; rename it, or add key: KEY"]) from None
    except ValueError as error:
        raise FleetError([f"{path}: the file's name {error}; rename it, or add key: KEY"]) from None


def _shared_keys(files: Iterable[AgentFile]) -> Iterator[str]:
    seen: dict[str, AgentFile] = {}
    for file in files:
        if file.key in seen:
            yield f"{file.path}: {seen[file.key].path} has the same key {file.key}"
        seen.setdefault(file.key, file)
