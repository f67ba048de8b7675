"""`assistai new`: a project from a template, the same as from `pulumi new`."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from shlex import quote
from shutil import which
from typing import Annotated, Any

import typer
import yaml

from pulumi_assistai.cli.project.shipped import shipped
from pulumi_assistai.errors import AssistAIError
from pulumi_assistai.text import one_line, visible

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?")
"""A project name that both Pulumi and pyproject.toml accept."""

_NEVER_COPIED = ("__pycache__", ".sandbox", ".pytest_cache")


class Template(StrEnum):
    """The templates: folders of `templates`."""

    ASSISTAI = "assistai"
    AGENCY = "agency"


Folder = Annotated[
    Path, typer.Argument(metavar="DIR", help="Folder of the project. It is created if it does not exist.")
]
TemplateName = Annotated[
    Template, typer.Option("--template", "-t", help="assistai: one organization. agency: one for each client.")
]
Name = Annotated[str | None, typer.Option("--name", "-n", help="Name of the project. Default: the folder's name.")]
Description = Annotated[str | None, typer.Option("--description", "-d", help="Description of the project, one line.")]


def new(
    directory: Folder,
    *,
    template: TemplateName = Template.ASSISTAI,
    name: Name = None,
    description: Description = None,
) -> None:
    """Write a project of agents: a program, prompts, tests and a .gitignore."""
    name = name or directory.resolve().name
    if not _NAME.fullmatch(name):
        raise AssistAIError(
            f"{name} is not a valid project name; use --name with letters, digits, dots, hyphens and underscores"
        )
    source = shipped("templates", template)
    files = [path.relative_to(source) for path in sorted(source.rglob("*")) if _is_copied(path)]
    _refuse_to_overwrite(directory, files)
    project = _read_project(source)
    values = {"PROJECT": name, "DESCRIPTION": one_line(description or project["template"]["description"])}
    for file in files:
        _write(directory / file, (source / file).read_text(encoding="utf-8"), values)
    _write_project(directory, project, values)
    _tell_what_is_next(directory, name, len(files))


def _is_copied(path: Path) -> bool:
    return path.is_file() and not any(part in _NEVER_COPIED for part in path.parts)


def _refuse_to_overwrite(directory: Path, files: list[Path]) -> None:
    if directory.exists() and not directory.is_dir():
        raise AssistAIError(f"{directory} is not a folder; choose another one")
    there = [str(file) for file in files if (directory / file).exists()]
    if there:
        raise AssistAIError(f"{directory} already has {', '.join(there)}; choose another folder, or move them away")


def _read_project(source: Path) -> dict[str, Any]:
    project: dict[str, Any] = yaml.safe_load((source / "Pulumi.yaml").read_text(encoding="utf-8"))
    return project


def _write(path: Path, content: str, values: Mapping[str, str]) -> None:
    for key, value in values.items():
        content = content.replace(f"${{{key}}}", value)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")


def _write_project(directory: Path, project: Mapping[str, Any], values: Mapping[str, str]) -> None:
    """Write Pulumi.yaml without its `template` section. The description may hold any characters."""
    kept = {key: value for key, value in project.items() if key != "template"}
    document = {**kept, "name": values["PROJECT"], "description": values["DESCRIPTION"]}
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
    (directory / "Pulumi.yaml").write_text(text, encoding="utf-8")


def _tell_what_is_next(directory: Path, name: str, files: int) -> None:
    here = directory.resolve() == Path.cwd()
    preview = f"{_this_command(here=here)} sandbox preview"
    typer.echo(f"Created project {name}: {files} files in {visible(str(directory.resolve()))}")
    typer.echo(f"Next: {preview if here else f'cd {quote(visible(str(directory)))} && {preview}'}")
    typer.echo("README.md has the other commands.")


def _this_command(*, here: bool) -> str:
    """Return the command that runs `assistai` in the project: its path if it is not on PATH."""
    if which("assistai"):
        return "assistai"
    typed = Path(sys.argv[0])
    return quote(str(typed if here else typed.absolute()))
