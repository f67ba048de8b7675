"""`assistai conversations`: lists or exports conversations and messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from pulumi_assistai.cli.conversations.export import UNNAMED_AGENTS, read_all, say_doubts, write
from pulumi_assistai.cli.conversations.reading import Wanted, list_conversations, read_messages
from pulumi_assistai.cli.conversations.since import parse_since
from pulumi_assistai.cli.conversations.transcripts import transcript_of
from pulumi_assistai.cli.options import AsJson, Directory, InSandbox, OrganizationCode, ProviderName, StackName
from pulumi_assistai.cli.project.apis import note
from pulumi_assistai.cli.project.organizations import Organization, Unconnected
from pulumi_assistai.cli.project.surroundings import Surroundings, open_organizations
from pulumi_assistai.cli.tables import cell, open_console, print_table, waiting, write_json
from pulumi_assistai.client import Conversation, Message
from pulumi_assistai.errors import AssistAIError, NotFoundError
from pulumi_assistai.text import visible

Found = tuple[Organization, Sequence[Conversation | Message]]

_INCOMPLETE = 4
_CONVERSATION = {"UUID": "uuid", "TITLE": "title", "CREATED": "created_at"}
_MESSAGE = {"TIME": "timestamp", "SENDER": "sender", "CONTENT": "content"}

Uuid = Annotated[
    str | None, typer.Argument(help="Conversation whose messages to read. Default: list all conversations.")
]
Criteria = Annotated[str | None, typer.Option("--criteria", help="Free text filter of AssistAI.")]
Since = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="AGE|DATE",
        help="Only conversations begun, or messages of UUID written, since then: 12h, 7d, 2w or an ISO date.",
    ),
]
AsLines = Annotated[bool, typer.Option("--jsonl", help="Export one line of JSON per conversation, with its messages.")]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="Export to FILE. It is written whole or not at all.")
]


def conversations(
    uuid: Uuid = None,
    *,
    directory: Directory = Path(),
    stack: StackName = None,
    provider: ProviderName = None,
    organization: OrganizationCode = None,
    sandbox: InSandbox = False,
    criteria: Criteria = None,
    since: Since = None,
    as_json: AsJson = False,
    as_lines: AsLines = False,
    out: Out = None,
) -> None:
    """List or export the conversations of the stack's organizations, or the messages of one.

    AssistAI does not say which agent took part in a conversation. Times are shown as AssistAI reports them.

    Exit status: 0 if all was read, 4 if an export is incomplete or a connection is unusable, 1 after an error.
    """
    if as_json and (as_lines or out):
        raise AssistAIError("--json is for listings; an export is always JSON Lines, so remove --json")
    wanted = Wanted(criteria, parse_since(since, datetime.now(UTC)) if since is not None else None)
    with open_organizations(directory, stack, provider, organization, sandbox=sandbox) as around:
        if as_lines or out:
            raise typer.Exit(0 if _export(around, uuid, wanted, out) else _INCOMPLETE)
        with waiting("Reading conversations"):
            found = _read(around, uuid, wanted)
    if as_json:
        write_json([_document(item, known, len(found)) for known, items in found for item in items])
    else:
        _show_all(found, uuid)
    if uuid is None and not _all_were_asked(around.unconnected):
        raise typer.Exit(_INCOMPLETE)


def _export(around: Surroundings, uuid: str | None, wanted: Wanted, out: Path | None) -> bool:
    """Write conversations with their messages; return whether nothing is missing."""
    note(UNNAMED_AGENTS)
    if uuid is not None:
        known, messages = read_messages(around.organizations, uuid, wanted)
        return write([transcript_of(known, Conversation(uuid=uuid), messages)], out)
    with waiting("Reading conversations"):
        listed = list_conversations(around.organizations, wanted)
    return all([write(read_all(listed, out), out), say_doubts(listed), _all_were_asked(around.unconnected)])


def _all_were_asked(unconnected: Sequence[Unconnected]) -> bool:
    for connection in unconnected:
        note(f"Not read: {f'provider {connection.provider}: ' if connection.provider else ''}{connection.reason}")
    return not unconnected


def _read(around: Surroundings, uuid: str | None, wanted: Wanted) -> list[Found]:
    if uuid is None:
        return [(known, listing.items) for known, listing in list_conversations(around.organizations, wanted)]
    try:
        known, messages = read_messages(around.organizations, uuid, wanted)
    except NotFoundError:
        _all_were_asked(around.unconnected)
        raise
    return [(known, messages.items)]


def _document(item: Conversation | Message, organization: Organization, organizations: int) -> dict[str, Any]:
    """Return an item as JSON, with its organization where there are several."""
    return item.model_dump() | (organization.settings.place if organizations > 1 else {})


def _show_all(found: Sequence[Found], uuid: str | None) -> None:
    for known, items in found:
        if len(found) > 1:
            typer.echo(f"{visible(known.label)}:")
        _show(items, uuid)


def _show(items: Sequence[Conversation | Message], uuid: str | None) -> None:
    if not items:
        typer.echo("No conversations." if uuid is None else "No messages.")
        return
    columns = _CONVERSATION if uuid is None else _MESSAGE
    rows = [[cell(getattr(item, field)) for field in columns.values()] for item in items]
    print_table(open_console(), list(columns), rows)
