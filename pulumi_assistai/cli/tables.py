"""Output of the commands: tables for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pulumi_assistai.text import visible

_WIDEST = 10_000
"""Width without a terminal: output that another program reads is not folded."""


def open_console() -> Console:
    """Return a console for standard output. Only terminals get colours, and none if NO_COLOR is set."""
    return Console(file=sys.stdout, width=None if sys.stdout.isatty() else _WIDEST, highlight=False)


def cell(text: str | None, style: str = "") -> Text:
    """Return foreign text for a table cell: control characters are escaped, line breaks are kept."""
    return Text(visible(text or "", keep="\n"), style, overflow="fold")


def print_table(console: Console, headings: Sequence[str], rows: Iterable[Sequence[Text]]) -> None:
    """Write a table without borders and without trailing blanks."""
    table = Table(*headings, box=None, pad_edge=False, header_style="")
    for row in rows:
        table.add_row(*row)
    with console.capture() as captured:
        console.print(table)
    typer.echo("\n".join(line.rstrip() for line in captured.get().splitlines()), color=True)


def write_json(value: Any) -> None:
    """Write one JSON document in ASCII: foreign text may hold terminal escapes."""
    typer.echo(json.dumps(value, indent=4))


@contextmanager
def waiting(message: str) -> Iterator[None]:
    """Show a progress message on a terminal while the block runs."""
    if not sys.stderr.isatty():
        yield
        return
    with Console(file=sys.stderr).status(message):
        yield
