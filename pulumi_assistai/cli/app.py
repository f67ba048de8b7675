"""All subcommands of `assistai` in one place, and what becomes of their errors."""

from __future__ import annotations

import io
import sys
from importlib.metadata import version
from typing import Annotated

import typer

from pulumi_assistai.cli.conversations import conversations
from pulumi_assistai.cli.demo import demo
from pulumi_assistai.cli.doctor import doctor
from pulumi_assistai.cli.emulator import emulator
from pulumi_assistai.cli.imports import import_agents
from pulumi_assistai.cli.link import link
from pulumi_assistai.cli.sandbox import sandbox
from pulumi_assistai.cli.schema import schema
from pulumi_assistai.cli.status import status
from pulumi_assistai.client import announce_retries
from pulumi_assistai.emulator import EmulatorError
from pulumi_assistai.engine import EngineError
from pulumi_assistai.engine.diff import visible
from pulumi_assistai.errors import AssistAIError

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
app.command()(emulator)
app.command()(demo)
app.command()(status)
app.command()(doctor)
app.command()(conversations)
app.command()(schema)
app.command(name="import")(import_agents)
app.command()(link)
app.add_typer(sandbox)


def run() -> None:
    """Run `assistai`; an expected error ends as one line on standard error and exit status 1."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # Names and prompts are seldom ASCII, while the terminal may be.
            stream.reconfigure(errors="backslashreplace")
    announce_retries()
    try:
        app()
    except (AssistAIError, EmulatorError, EngineError) as error:
        sys.exit(f"error: {visible(str(error))}")


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - typer's callbacks take the option's value
    if wanted:
        typer.echo(version("pulumi-assistai"))
        raise typer.Exit


@app.callback()
def assistai(
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Work with AssistAI agents that are managed with Pulumi."""
