"""`assistai schema`: the JSON Schema with which editors complete and check a fleet's files."""

from __future__ import annotations

import json

import typer

from pulumi_assistai.fleet import json_schema


def schema() -> None:
    """Print the JSON Schema of the front matter of a fleet's files."""
    typer.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))
