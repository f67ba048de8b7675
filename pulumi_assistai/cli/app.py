"""All subcommands of `assistai` in one place, and what becomes of their errors."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Callable
from importlib import import_module
from inspect import getdoc
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from pulumi_assistai import __version__
from pulumi_assistai.emulator.errors import EmulatorError
from pulumi_assistai.engine.errors import EngineError
from pulumi_assistai.errors import AssistAIError, with_code
from pulumi_assistai.text import visible

_COMMANDS = {
    "new": "new.new",
    "emulator": "emulator.emulator",
    "demo": "demo.demo",
    "status": "status.status",
    "doctor": "doctor.doctor",
    "conversations": "conversations.conversations",
    "check": "check.check",
    "render": "render.render",
    "schema": "schema.schema",
    "import": "adoption.import_agents",
    "link": "link.link",
    "report": "report.report",
    "sandbox": "sandbox.sandbox",
    "plugin": "plugin.plugin",
}
"""The folder of each subcommand, and the function or group in the folder's `command.py`."""

_FULL = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)


class Subcommands(TyperGroup):
    """Imports a subcommand when it is asked for: each needs packages of its own, and some take long."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - all are there in every context
        """Return the names of all subcommands."""
        return list(_COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """Return a subcommand, None where there is no such one."""
        if cmd_name not in _COMMANDS:
            # What the error suggests instead is looked for here.
            self.commands = dict.fromkeys(_COMMANDS, self)
            return None
        folder, name = _COMMANDS[cmd_name].split(".")
        found = getattr(import_module(f"pulumi_assistai.cli.{folder}.command"), name)
        if isinstance(found, typer.Typer):
            return typer.main.get_command(found)
        alone = typer.Typer(add_completion=False)
        alone.command(name=cmd_name, help=_unwrapped(found))(found)
        return typer.main.get_command(alone)


def _unwrapped(command: Callable[..., object]) -> str:
    """Return a command's docstring with one line for each paragraph: Typer keeps the line ends of all but the first."""
    paragraphs = (getdoc(command) or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


app = typer.Typer(cls=Subcommands, no_args_is_help=True, pretty_exceptions_enable=False)


def run() -> None:
    """Run `assistai`; an expected error ends as one line on standard error and exit status 1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Names and prompts are seldom ASCII, while the terminal may be.
            stream.reconfigure(errors="backslashreplace")
    try:
        app()
    except AssistAIError as error:
        sys.exit(f"error: {visible(with_code(error))}")
    except (EmulatorError, EngineError) as error:
        sys.exit(f"error: {visible(str(error))}")
    except OSError as error:
        if error.errno not in _FULL:
            raise
        # What is still to be written would fail again when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(f"error: cannot write the output: {error.strerror}; make room and run the command again")


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - typer's callbacks take the option's value
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def assistai(
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Work with AssistAI agents that are managed with Pulumi."""
