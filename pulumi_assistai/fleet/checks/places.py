"""Folders of a project with agents' files or fragments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pulumi_assistai.fleet.reading import UnreadableError, read_text

PROJECT_FILES = ("Pulumi.yaml", "Pulumi.yml")

_OTHERS = ("node_modules", "__pycache__", "venv")
_AGENT = re.compile(r"---[ \t]*\n(?:(?!---).*\n)*?name[ \t]*:")


def folders(top: Path) -> Iterator[Path]:
    """Yield a folder and its subfolders, except hidden ones, Python environments and other projects."""
    yield top
    for path in _below(top):
        if not is_project(path):
            yield from folders(path)


def projects(top: Path) -> Iterator[Path]:
    """Yield the projects below a folder that is not a project."""
    for path in _below(top):
        if is_project(path):
            yield path
        else:
            yield from projects(path)


def is_project(folder: Path) -> bool:
    """Return whether a folder is a Pulumi project."""
    return any((folder / name).is_file() for name in PROJECT_FILES)


def fleet_folders(project: Path) -> list[Path]:
    """Return the folders with agents' files."""
    return [folder for folder in folders(project) if any(map(declares_agent, agent_files(folder)))]


def agent_files(folder: Path) -> list[Path]:
    """Return the files that are agents' files if the folder is a fleet."""
    return sorted(path for path in folder.glob("*.md") if not path.name.startswith(("_", ".")))


def declares_agent(path: Path) -> bool:
    """Return whether a file begins with front matter that has a name."""
    try:
        return bool(_AGENT.match(read_text(path)))
    except UnreadableError:
        return False


def fragment_files(source: Path, second: Path | None) -> list[Path]:
    """Return the fragments: all files of the second folder, and files with _ in the fleet's folder."""
    own = [path for path in sorted(source.glob("_*.md")) if path.is_file()]
    beside = [path for folder in folders(second) for path in sorted(folder.glob("*.md"))] if second else []
    return [*own, *(path for path in beside if path.is_file() and _is_fragment(path))]


def near(path: Path) -> Path:
    """Return a path relative to the current folder if it is below it."""
    here = Path.cwd()
    path = path.absolute()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _is_fragment(path: Path) -> bool:
    return not path.name.startswith(".") and path.stem.upper() != "README"


def _below(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if path.is_dir() and not path.is_symlink() and _is_own(path)]


def _is_own(folder: Path) -> bool:
    name = folder.name
    return not name.startswith(".") and name not in _OTHERS and not (folder / "pyvenv.cfg").exists()
