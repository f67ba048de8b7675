"""The agents of a directory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from pulumi_assistai.errors import FleetError
from pulumi_assistai.fleet.documents import Document, read_document
from pulumi_assistai.fleet.front_matter import FrontMatter
from pulumi_assistai.fleet.templates import Text

_TEXTS = ("name", "description", "purpose", "tone", "voice", "adopt")


@dataclass(frozen=True)
class AgentFile:
    """An agent as its file declares it.

    Attributes:
        key: the resource's name in the fleet.
        path: the file.
        front_matter: what its front matter says.
        texts: the declared texts by field, with `instructions` and `expected_phone_number`; they may hold templates.
    """

    key: str
    path: Path
    front_matter: FrontMatter
    texts: dict[str, Text]


def read_fleet(source: Path) -> list[AgentFile]:
    """Read every agent of a directory, in the order of the files' names.

    A file of an agent ends in .md and does not begin with an underscore; what does, and what lies in folders below, is
    there to be included.

    Raises:
        FleetError: with everything that is wrong in all files.
    """
    if not source.is_dir():
        raise FleetError([f"{source}: there is no such directory"])
    paths = sorted(path for path in source.glob("*.md") if not path.name.startswith("_"))
    if not paths:
        raise FleetError([f"{source}: there is no agent's file, such as ventas.md"])
    files = [_agent_file(document) for document in _all_or_nothing(paths, read_document)]
    _require_distinct_keys(files)
    return files


def _all_or_nothing(paths: Iterable[Path], read: Callable[[Path], Document]) -> list[Document]:
    documents: list[Document] = []
    problems: list[str] = []
    for path in paths:
        try:
            documents.append(read(path))
        except FleetError as error:
            problems += error.problems
    if problems:
        raise FleetError(problems)
    return documents


def _agent_file(document: Document) -> AgentFile:
    front_matter, path = document.front_matter, document.path
    declared = {name: value for name in _TEXTS if (value := getattr(front_matter, name)) is not None}
    texts = {name: Text(value, path, document.lines[name]) for name, value in declared.items()}
    if document.body:
        texts["instructions"] = Text(document.body, path, document.body_line)
    phone = front_matter.whatsapp.expected_phone_number if front_matter.whatsapp else None
    if phone is not None:
        texts["expected_phone_number"] = Text(phone, path, document.lines["whatsapp.expected_phone_number"])
    return AgentFile(front_matter.key or path.stem, path, front_matter, texts)


def _require_distinct_keys(files: Iterable[AgentFile]) -> None:
    seen: dict[str, AgentFile] = {}
    problems = []
    for file in files:
        if file.key in seen:
            problems.append(f"{file.path}: the key {file.key} is that of {seen[file.key].path} too")
        seen.setdefault(file.key, file)
    if problems:
        raise FleetError(problems)
