"""`assistai conversations`: what people and agents wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pulumi_assistai.cli.options import AsJson, Directory, StackName
from pulumi_assistai.cli.project.surroundings import open_organization
from pulumi_assistai.cli.tables import cell, open_console, print_table, waiting, write_json
from pulumi_assistai.client import Client, Conversation, Message

_CONVERSATION = {"UUID": "uuid", "TITLE": "title", "CREATED": "created_at"}
_MESSAGE = {"TIME": "timestamp", "SENDER": "sender", "CONTENT": "content"}

Uuid = Annotated[str | None, typer.Argument(help="A conversation, to read its messages; left out, all are listed.")]
Criteria = Annotated[str | None, typer.Option("--criteria", help="Text to look for, as AssistAI understands it.")]


def conversations(
    uuid: Uuid = None,
    *,
    directory: Directory = Path(),
    stack: StackName = None,
    criteria: Criteria = None,
    as_json: AsJson = False,
) -> None:
    """List the organization's conversations, or the messages of one. Times are as AssistAI gives them."""
    with open_organization(directory, stack) as around, waiting("Reading conversations"):
        found = _read(around.client, uuid, criteria)
    if as_json:
        write_json([item.model_dump() for item in found])
    elif found:
        columns = _CONVERSATION if uuid is None else _MESSAGE
        rows = [[cell(getattr(item, field)) for field in columns.values()] for item in found]
        print_table(open_console(), list(columns), rows)
    else:
        typer.echo("No conversations." if uuid is None else "No messages.")


def _read(client: Client, uuid: str | None, criteria: str | None) -> list[Conversation] | list[Message]:
    if uuid is None:
        return client.conversations.list(criteria).items
    return client.conversations.messages(uuid, criteria).items
