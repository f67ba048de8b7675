"""`assistai report`: turns a preview into a report for reviewers."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pulumi_assistai.cli.options import Directory
from pulumi_assistai.cli.report.document import Report, make_report
from pulumi_assistai.cli.report.fragments import find_fragments
from pulumi_assistai.cli.report.layout import SHORTEST, Format, write
from pulumi_assistai.cli.report.reading import read_preview
from pulumi_assistai.cli.report.source import read_input, run_preview
from pulumi_assistai.cli.report.words import Gate
from pulumi_assistai.errors import AssistAIError
from pulumi_assistai.keys import variable
from pulumi_assistai.redaction import register

GATE_CLOSED = 3
"""Exit status if the preview has something that `--fail-on` names."""

_COMMENT = 65_536
"""The most characters of a comment on GitHub."""

_REST = "`assistai report --format html --out report.html` writes all of it."


class FormatName(StrEnum):
    """A format of a report."""

    MARKDOWN = "markdown"
    TERMINAL = "terminal"
    HTML = "html"


Arguments = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[FILE]",
        help="Output of `pulumi preview --json`. Default, or -: standard input. With --run: arguments of the preview.",
    ),
]
Run = Annotated[bool, typer.Option("--run", help="Run the preview itself. Its arguments follow after --.")]
FormatOption = Annotated[
    FormatName | None,
    typer.Option("--format", "-f", help="Default: terminal on a terminal, else markdown.", show_default=False),
]
MaxChars = Annotated[
    int | None,
    typer.Option(
        "--max-chars",
        min=SHORTEST,
        help=f"Maximum number of characters. Default for markdown: {_COMMENT:,}.",
        show_default=False,
    ),
]
Out = Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write the report to FILE.")]
Rest = Annotated[
    str, typer.Option("--rest", metavar="TEXT", help="Text in a shortened report that says where the rest is.")
]
FailOn = Annotated[
    str,
    typer.Option(
        "--fail-on",
        metavar="LIST",
        help=f"Exit with status {GATE_CLOSED} if the preview has any of these, separated by commas: {', '.join(Gate)}.",
    ),
]


def report(
    arguments: Arguments = None,
    *,
    run: Run = False,
    directory: Directory = Path(),
    format_name: FormatOption = None,
    max_chars: MaxChars = None,
    out: Out = None,
    rest: Rest = _REST,
    fail_on: FailOn = "",
) -> None:
    """Turn a preview into a report for reviewers: what changes in each organization and agent, and what it means."""
    gates = _gates(fail_on)
    register(os.environ.get(variable("api_token"), ""))
    text, source = run_preview(directory, arguments or []) if run else read_input(_file(arguments))
    made = make_report(read_preview(text, source), find_fragments(directory))
    chosen = format_name or (FormatName.TERMINAL if out is None and sys.stdout.isatty() else FormatName.MARKDOWN)
    longest = max_chars or (_COMMENT if chosen is FormatName.MARKDOWN else None)
    _deliver(write(made, _format(chosen, to_file=out is not None), longest, rest), out)
    _stop_at(made, gates)


def _file(arguments: list[str] | None) -> str:
    if arguments and len(arguments) > 1:
        raise typer.BadParameter("give at most one FILE; arguments of the preview need --run")
    return arguments[0] if arguments else "-"


def _gates(names: str) -> frozenset[Gate]:
    try:
        return frozenset(Gate(name.strip()) for name in names.split(",") if name.strip())
    except ValueError:
        raise typer.BadParameter(f"--fail-on takes {', '.join(Gate)}, separated by commas") from None


def _format(name: FormatName, *, to_file: bool) -> Format:
    # Each format needs different packages.
    match name:
        case FormatName.HTML:
            from pulumi_assistai.cli.report.renderers.html import HtmlFormat  # noqa: PLC0415

            return HtmlFormat()
        case FormatName.TERMINAL:
            from pulumi_assistai.cli.report.renderers.terminal import TerminalFormat  # noqa: PLC0415

            return TerminalFormat(colours=not to_file and sys.stdout.isatty() and "NO_COLOR" not in os.environ)
        case FormatName.MARKDOWN:
            from pulumi_assistai.cli.report.renderers.markdown import MarkdownFormat  # noqa: PLC0415

            return MarkdownFormat()


def _deliver(text: str, out: Path | None) -> None:
    if out is None:
        typer.echo(text, nl=False, color=True)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise AssistAIError(f"cannot write {out}: {error.strerror}") from None


def _stop_at(made: Report, gates: frozenset[Gate]) -> None:
    closed = sorted(gates & made.gates)
    if closed:
        typer.echo(f"stopped by --fail-on: the preview has {', '.join(closed)}", err=True)
        raise typer.Exit(GATE_CLOSED)
