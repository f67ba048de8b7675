"""`assistai conversations`: what people and agents wrote."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from pulumi_assistai.cli.options import AsJson, Directory, InSandbox, OrganizationCode, ProviderName, StackName
from pulumi_assistai.cli.project.organizations import Organization, side_by_side
from pulumi_assistai.cli.project.surroundings import open_organizations
from pulumi_assistai.cli.tables import cell, open_console, print_table, waiting, write_json
from pulumi_assistai.client import Client, Conversation, Message
from pulumi_assistai.errors import NotFoundError
from pulumi_assistai.text import visible

Found = tuple[Organization, Sequence[Conversation | Message]]

_CONVERSATION = {"UUID": "uuid", "TITLE": "title", "CREATED": "created_at"}
_MESSAGE = {"TIME": "timestamp", "SENDER": "sender", "CONTENT": "content"}

Uuid = Annotated[str | None, typer.Argument(help="A conversation, to read its messages; left out, all are listed.")]
Criteria = Annotated[str | None, typer.Option("--criteria", help="Text to look for, as AssistAI understands it.")]


def conversations(
    uuid: Uuid = None,
    *,
    directory: Directory = Path(),
    stack: StackName = None,
    provider: ProviderName = None,
    organization: OrganizationCode = None,
    sandbox: InSandbox = False,
    criteria: Criteria = None,
    as_json: AsJson = False,
) -> None:
    """List the conversations of the stack's organizations, or the messages of one. Times are as AssistAI gives them."""
    with (
        open_organizations(directory, stack, provider, organization, sandbox=sandbox) as around,
        waiting("Reading conversations"),
    ):
        found = _read_all(around.organizations, uuid, criteria)
    if as_json:
        write_json([_document(item, known, len(found)) for known, items in found for item in items])
        return
    for known, items in found:
        if len(found) > 1:
            typer.echo(f"{visible(known.label)}:")
        _show(items, uuid)


def _read_all(organizations: Sequence[Organization], uuid: str | None, criteria: str | None) -> list[Found]:
    """Return the conversations of each organization, or the messages of a conversation of the one that has it.

    Raises:
        AssistAIError: something could not be read, or no organization has the conversation.
    """
    if uuid is None:
        read = side_by_side(organizations, lambda known: _list(known, criteria))
        return list(zip(organizations, read, strict=True))
    *others, last = organizations
    for known in others:
        with suppress(NotFoundError):
            return [(known, _messages(known, uuid, criteria))]
    return [(last, _messages(last, uuid, criteria))]


def _list(organization: Organization, criteria: str | None) -> list[Conversation]:
    with Client(organization.settings) as client:
        return client.conversations.list(criteria).items


def _messages(organization: Organization, uuid: str, criteria: str | None) -> list[Message]:
    with Client(organization.settings) as client:
        return client.conversations.messages(uuid, criteria).items


def _document(item: Conversation | Message, organization: Organization, organizations: int) -> dict[str, Any]:
    """Return an item as JSON, with its organization where there are several."""
    return item.model_dump() | (organization.settings.place if organizations > 1 else {})


def _show(items: Sequence[Conversation | Message], uuid: str | None) -> None:
    if not items:
        typer.echo("No conversations." if uuid is None else "No messages.")
        return
    columns = _CONVERSATION if uuid is None else _MESSAGE
    rows = [[cell(getattr(item, field)) for field in columns.values()] for item in items]
    print_table(open_console(), list(columns), rows)
