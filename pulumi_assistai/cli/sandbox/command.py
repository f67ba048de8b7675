"""`assistai sandbox`: run a Pulumi program on the embedded engine, without the Pulumi CLI."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from pulumi_assistai.cli.options import AsJson, Directory, SandboxStack
from pulumi_assistai.cli.project.apis import note, open_stack
from pulumi_assistai.cli.sandbox.ahead import interpreters
from pulumi_assistai.cli.sandbox.run import Run
from pulumi_assistai.engine import Stack
from pulumi_assistai.engine.reporting.display import TextDisplay
from pulumi_assistai.errors import AssistAIError
from pulumi_assistai.text import json_text, visible

sandbox = typer.Typer(
    name="sandbox",
    add_completion=False,
    no_args_is_help=True,
    help="Try and test a Pulumi program on the embedded engine. In production use the Pulumi CLI.",
)

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Proceed without asking.")]
Diff = Annotated[bool, typer.Option("--diff", help="Show the properties of every change.")]
Parallel = Annotated[int, typer.Option("--parallel", "-p", min=1, help="Resources to work on at a time.")]
ExpectNoChanges = Annotated[bool, typer.Option("--expect-no-changes", help="Fail if something changes.")]
ClearPendingCreates = Annotated[
    bool,
    typer.Option("--clear-pending-creates", help="Forget pending creates that a killed run left behind."),
]
Target = Annotated[
    list[str] | None,
    typer.Option(
        "--target", "-t", metavar="URN", help="Touch only this resource. * and ** are wildcards. May be repeated."
    ),
]
Refresh = Annotated[bool, typer.Option("--refresh", "-r", help="Refresh the state from AssistAI first.")]


@sandbox.command()
def preview(
    *,
    directory: Directory = Path(),
    stack: SandboxStack = "dev",
    diff: Diff = False,
    parallel: Parallel = 16,
    expect_no_changes: ExpectNoChanges = False,
    refresh: Refresh = False,
    target: Target = None,
    as_json: AsJson = False,
) -> None:
    """Show what `up` would change."""
    run = Run(
        "preview",
        diff=diff,
        parallel=parallel,
        expect_no_changes=expect_no_changes,
        refresh=refresh,
        targets=tuple(target or ()),
        as_json=as_json,
    )
    run.on(directory, stack, interpreters)


@sandbox.command()
def up(
    *,
    directory: Directory = Path(),
    stack: SandboxStack = "dev",
    yes: Yes = False,
    diff: Diff = False,
    parallel: Parallel = 16,
    expect_no_changes: ExpectNoChanges = False,
    refresh: Refresh = False,
    target: Target = None,
    as_json: AsJson = False,
) -> None:
    """Create, update and delete resources to match the program."""
    run = Run(
        "up",
        yes=yes,
        diff=diff,
        parallel=parallel,
        expect_no_changes=expect_no_changes,
        refresh=refresh,
        targets=tuple(target or ()),
        as_json=as_json,
    )
    run.on(directory, stack, interpreters)
    note("The sandbox is for trying and testing; in production use the Pulumi CLI.")


@sandbox.command()
def refresh(
    *,
    directory: Directory = Path(),
    stack: SandboxStack = "dev",
    yes: Yes = False,
    diff: Diff = False,
    parallel: Parallel = 16,
    expect_no_changes: ExpectNoChanges = False,
    as_json: AsJson = False,
    clear_pending_creates: ClearPendingCreates = False,
) -> None:
    """Update the state with changes made in AssistAI."""
    run = Run(
        "refresh",
        yes=yes,
        diff=diff,
        parallel=parallel,
        expect_no_changes=expect_no_changes,
        as_json=as_json,
        clear_pending_creates=clear_pending_creates,
    )
    run.on(directory, stack, interpreters)


@sandbox.command()
def destroy(
    *,
    directory: Directory = Path(),
    stack: SandboxStack = "dev",
    yes: Yes = False,
    diff: Diff = False,
    parallel: Parallel = 16,
    expect_no_changes: ExpectNoChanges = False,
    as_json: AsJson = False,
) -> None:
    """Delete every resource of the stack."""
    run = Run("destroy", yes=yes, diff=diff, parallel=parallel, expect_no_changes=expect_no_changes, as_json=as_json)
    run.on(directory, stack, interpreters)


@sandbox.command()
def output(
    name: Annotated[str | None, typer.Argument(help="Name of one output. Default: all outputs.")] = None,
    *,
    directory: Directory = Path(),
    stack: SandboxStack = "dev",
    as_json: AsJson = False,
    show_secrets: Annotated[bool, typer.Option("--show-secrets", help="Show secrets in clear.")] = False,
) -> None:
    """Show the stack's outputs."""
    outputs = Stack(directory, stack).outputs(show_secrets=show_secrets)
    if name is not None and name not in outputs:
        raise AssistAIError(f"current stack does not have output property '{name}'")
    if as_json:
        typer.echo(_as_json(outputs if name is None else outputs[name]))
    elif name is not None:
        typer.echo(_as_text(outputs[name]))
    else:
        _print_table(outputs)


@sandbox.command(name="export")
def export_state(
    *,
    directory: Directory = Path(),
    stack: SandboxStack = "dev",
    file: Annotated[Path | None, typer.Option("--file", help="File to write to. Default: standard output.")] = None,
) -> None:
    """Write the stack's state in the format of `pulumi stack import`."""
    text = _as_json(Stack(directory, stack).export_state()) + "\n"
    if file is None:
        sys.stdout.write(text)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise AssistAIError(f"cannot write {file}: {error.strerror}") from None


@sandbox.command(name="import")
def import_file(
    file: Annotated[
        Path,
        typer.Argument(help="A state written by `export` or `pulumi stack export`, or an import file of agents."),
    ],
    *,
    directory: Directory = Path(),
    stack: SandboxStack = "dev",
) -> None:
    """Replace the stack's state with an exported state, or add the agents of an import file to it.

    The file's content tells which of the two it is.
    """
    match _read_json(file):
        case {"deployment": _, **_others} as document:
            Stack(directory, stack).import_state(document)
            typer.echo(f"Imported the exported state {visible(str(file))} into stack {visible(stack)}.")
        case {"resources": [_, *_], **_others} as document:
            _import_resources(document, directory, stack)
            typer.echo(f"Imported the resources of {visible(str(file))} into stack {visible(stack)}.")
        case _:
            raise AssistAIError(
                f'{file} is neither an exported state (no "deployment") nor an import file (no "resources")'
            )


@sandbox.command()
def move(
    urns: Annotated[
        list[str], typer.Argument(metavar="URN...", help="URNs of the resources to move. * and ** are wildcards.")
    ],
    *,
    dest: Annotated[str, typer.Option("--dest", help="Stack to move to.")],
    source: Annotated[str, typer.Option("--source", help="Stack to move from.")] = "dev",
    directory: Directory = Path(),
) -> None:
    """Move resources and their children to another stack's state, like `pulumi state move`. Nothing is deployed."""
    moved = Stack(directory, source).move_resources(urns, dest)
    for urn in moved:
        typer.echo(f"  - {visible(urn)}")
    typer.echo(f"Moved {len(moved)} resources from stack {visible(source)} to stack {visible(dest)}.")


def _import_resources(document: dict[str, Any], directory: Path, name: str) -> None:
    with open_stack(directory, name, interpreters) as stack:
        console = Console(file=sys.stdout)
        display = TextDisplay(
            console, diff=False, project=stack.project, stack=stack.name, verb="import", preview=False
        )
        if not stack.import_resources(document, display).succeeded:
            raise typer.Exit(1)


def _read_json(file: Path) -> Any:
    try:
        return json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise AssistAIError(f"cannot read {file}: {error.strerror}") from None
    except (RecursionError, ValueError):
        raise AssistAIError(f"{file} is not a JSON file") from None


def _as_json(value: Any) -> str:
    return json_text(value, indent=4)


def _as_text(value: Any) -> str:
    return visible(value, keep="\n\t") if isinstance(value, str) else json_text(value)


def _print_table(outputs: dict[str, Any]) -> None:
    typer.echo(f"Current stack outputs ({len(outputs)}):")
    if not outputs:
        typer.echo("    No output values currently in this stack")
        return
    rows = [("OUTPUT", "VALUE"), *((visible(key), visible(_as_text(outputs[key]))) for key in sorted(outputs))]
    width = max(len(key) for key, _ in rows)
    for key, value in rows:
        typer.echo(f"    {key:{width}}  {value}")
