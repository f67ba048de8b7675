"""The wanted conversations and messages, and the calls that read them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from pulumi_assistai.cli.conversations.since import is_since
from pulumi_assistai.cli.project.apis import note
from pulumi_assistai.cli.project.organizations import Organization, side_by_side
from pulumi_assistai.client import Client, Conversation, Listing, Message
from pulumi_assistai.errors import NotFoundError

Listed = Sequence[tuple[Organization, Listing[Conversation]]]


@dataclass(frozen=True)
class Wanted:
    """A selection of conversations or messages.

    Attributes:
        criteria: the API's free text filter; None means all.
        since: the earliest moment; None means all.
    """

    criteria: str | None
    since: datetime | None


def list_conversations(organizations: Sequence[Organization], wanted: Wanted) -> Listed:
    """Return the wanted conversations of each organization, and report how many began too early.

    Raises:
        AssistAIError: an organization's could not be listed.
    """
    everything = side_by_side(organizations, lambda known: _list(known, wanted.criteria))
    chosen = [_chosen(listing, wanted.since) for listing in everything]
    _say_left_out(_count(everything) - _count(chosen), wanted.since)
    return list(zip(organizations, chosen, strict=True))


def read_messages(
    organizations: Sequence[Organization], uuid: str, wanted: Wanted
) -> tuple[Organization, Listing[Message]]:
    """Return the wanted messages of a conversation, and the organization that has it.

    Raises:
        AssistAIError: they could not be read, or no organization has the conversation.
    """
    *others, last = organizations
    for known in others:
        with suppress(NotFoundError):
            return known, _messages(known, uuid, wanted)
    return last, _messages(last, uuid, wanted)


def _list(organization: Organization, criteria: str | None) -> Listing[Conversation]:
    with Client(organization.settings) as client:
        return client.conversations.list(criteria)


def _chosen(listing: Listing[Conversation], since: datetime | None) -> Listing[Conversation]:
    return replace(listing, items=[found for found in listing.items if is_since(found.created_at, since)])


def _count(listings: Sequence[Listing[Conversation]]) -> int:
    return sum(len(listing.items) for listing in listings)


def _messages(organization: Organization, uuid: str, wanted: Wanted) -> Listing[Message]:
    with Client(organization.settings) as client:
        found = client.conversations.messages(uuid, wanted.criteria)
    return replace(found, items=[message for message in found.items if is_since(message.timestamp, wanted.since)])


def _say_left_out(older: int, since: datetime | None) -> None:
    if older and since is not None:
        began = "1 conversation began" if older == 1 else f"{older} conversations began"
        moment = since.isoformat(timespec="seconds")
        note(f"Skipped: {began} before {moment}, including messages written there since.")
