"""Shared files of a fleet, the source of changes that several agents have in common."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pulumi_assistai.cli.report.hunks import Hunk
from pulumi_assistai.fleet.reading import UnreadableError, read_text

_MOST_FOLDERS = 2_000
_MOST_FILES = 5_000
_INCLUDE = re.compile(r"""\{%[-+]?\s*include\s+["']([^"']+)["']""")
_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}")


@dataclass(frozen=True)
class Fragment:
    """A file that agents include.

    Attributes:
        name: its path in the project.
        text: its text.
        keys: the stems of the agents' files that include it, directly or indirectly.
    """

    name: str
    text: str
    keys: frozenset[str]

    def has(self, line: str) -> bool:
        """Return whether a rendered line may come from it. A template in it matches anything."""
        return any(_pattern(own).fullmatch(line.strip()) for own in self.text.split("\n") if own.strip())


def find_fragments(directory: Path) -> tuple[Fragment, ...]:
    """Return the files that the Markdown files of a project include, by name."""
    folders = list(islice(_folders(directory), _MOST_FOLDERS))
    users: dict[Path, set[str]] = {}
    for path in islice(_agents(folders), _MOST_FILES):
        for included in _included(path, folders):
            users.setdefault(included, set()).add(path.stem)
    found = [
        Fragment(path.relative_to(directory).as_posix(), _read(path), frozenset(keys)) for path, keys in users.items()
    ]
    return tuple(sorted(found, key=lambda fragment: fragment.name))


def fragment_of(hunk: Hunk, agents: Iterable[str], fragments: Iterable[Fragment]) -> str:
    """Return the name of the one file that all agents include and the change may come from; empty if unclear."""
    names = list(agents)
    shared = [known for known in fragments if all(_uses(known, agent) for agent in names)]
    added = [line for line in hunk.added_texts if line.strip()]
    matching = [known.name for known in shared if all(known.has(line) for line in added)]
    return matching[0] if len(matching) == 1 else ""


def _uses(fragment: Fragment, agent: str) -> bool:
    return any(agent == key or agent.endswith(f"-{key}") for key in fragment.keys)


def _pattern(line: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, _TEMPLATE.split(line.strip()))))


def _folders(directory: Path) -> Iterator[Path]:
    for folder, below, files in os.walk(directory):
        skip = "pyvenv.cfg" in files
        below[:] = [] if skip else sorted(name for name in below if not name.startswith(".") and name != "node_modules")
        if not skip:
            yield Path(folder)


def _agents(folders: Iterable[Path]) -> Iterator[Path]:
    return (path for folder in folders for path in sorted(folder.glob("*.md")))


def _included(path: Path, folders: list[Path]) -> set[Path]:
    """Return every file that a file includes, directly or indirectly."""
    found: set[Path] = set()
    left = [path]
    while left:
        for name in _INCLUDE.findall(_read(left.pop())):
            file = _find(name, [path.parent, *folders])
            if file is not None and file not in found:
                found.add(file)
                left.append(file)
    return found


def _find(name: str, folders: Iterable[Path]) -> Path | None:
    if ".." in name.split("/") or name.startswith("/"):
        return None
    with suppress(OSError, ValueError):
        return next((folder / name for folder in folders if (folder / name).is_file()), None)
    return None


def _read(path: Path) -> str:
    with suppress(UnreadableError):
        return read_text(path)
    return ""
