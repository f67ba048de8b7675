"""The commands to run after `assistai import`."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pulumi_assistai.cli.adoption.formats import ENDINGS, Format
from pulumi_assistai.cli.adoption.import_file import IMPORT_FILE
from pulumi_assistai.cli.project.stacks import KeptStack, NoStack, SandboxStack
from pulumi_assistai.engine.storage.project import Project, find_project_file


@dataclass(frozen=True)
class NextSteps:
    """The next steps of one import.

    Attributes:
        directory: the project's folder, if it is a project.
        folder: the folder of the written files.
        stack: the stack.
        stack_name: the value of --stack, None without it.
        format: what was written.
        runtime: the runtime of the project.
    """

    directory: Path
    folder: Path
    stack: KeptStack
    stack_name: str | None
    format: Format
    runtime: str

    def lines(self) -> Iterator[str]:
        """Yield the lines. Commands are indented, sentences are not."""
        base = self.directory if self._in_project() else self.folder
        if base.resolve() != Path.cwd():
            yield f"    cd {shlex.quote(str(base))}"
        if isinstance(self.stack, NoStack):
            yield "    pulumi stack select --create dev"
        yield f"    {self._import(self._path(base, IMPORT_FILE), self._code(base))}"
        yield from self._native(base) if self.format is Format.NATIVE else self._program(base)
        yield f"    {self._preview()}"

    def _in_project(self) -> bool:
        return find_project_file(self.directory) is not None

    def _program(self, base: Path) -> Iterator[str]:
        """Yield how to put the generated program in the project's place."""
        place = Project.load(base).program_directory
        if self.folder.resolve() == place:
            return
        fleet = self.format is Format.MARKDOWN
        names = ["__main__.py", *(["agents"] if fleet else [])]
        paths = [self._path(base, name) for name in names]
        if not (place / "__main__.py").exists() and not Project.load(base).program.is_file():
            yield f"    cp -R {' '.join(paths)} {shlex.quote(os.path.relpath(place, base.resolve()))}"
            return
        folder = ", and copy the folder agents beside it" if fleet else ""
        yield f"Add the declarations of {paths[0]} to your program{folder}. Then:"

    def _native(self, base: Path) -> Iterator[str]:
        """Yield what to do with the code that `pulumi import` writes."""
        if isinstance(self.stack, SandboxStack):
            file = self._path(base, IMPORT_FILE)
            yield f"Declare the agents in your program, named as in {file}, with their names and descriptions. Then:"
        else:
            yield f"Add the resources of {self._code(base)} to your program. Then:"

    def _code(self, base: Path) -> str:
        """Return the file for the code that `pulumi import` writes."""
        return self._path(base, f"agents.{ENDINGS.get(self.runtime, 'txt')}")

    def _import(self, file: str, code: str) -> str:
        if isinstance(self.stack, SandboxStack):
            return f"assistai sandbox import {file}{self._stack_option()}"
        written = f"--out {code}" if self.format is Format.NATIVE else "--generate-code=false"
        return f"pulumi import --file {file} {written} --protect=false --yes{self._stack_option()}"

    def _preview(self) -> str:
        command = "assistai sandbox" if isinstance(self.stack, SandboxStack) else "pulumi"
        return f"{command} preview --expect-no-changes{self._stack_option()}"

    def _stack_option(self) -> str:
        return f" --stack {shlex.quote(self.stack_name)}" if self.stack_name else ""

    def _path(self, base: Path, name: str) -> str:
        return shlex.quote(os.path.relpath((self.folder / name).resolve(), base.resolve()))
