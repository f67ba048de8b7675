"""Transcripts: conversations with their messages, read in parallel and yielded in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from pulumi_assistai.cli.project.organizations import Organization
from pulumi_assistai.client import Client, Conversation, Listing, Message
from pulumi_assistai.errors import AssistAIError, NotFoundError, UnauthorizedError, with_code

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST_FAILURES = 10
"""Conversations that may fail in a row before the export gives up."""

_AT_A_TIME = 8


@dataclass(frozen=True)
class Transcript:
    """A conversation with its messages.

    Attributes:
        organization: its organization.
        conversation: the conversation.
        messages: its messages, oldest first; None if they could not be read.
        failure: why messages are missing or may be missing; "" if all were read.
    """

    organization: Organization
    conversation: Conversation
    messages: Sequence[Message] | None
    failure: str = ""

    def document(self) -> dict[str, Any]:
        """Return it for JSON: `messages` is null if they could not be read, `error` says why any are missing."""
        messages = None if self.messages is None else [message.model_dump() for message in self.messages]
        described = {**self.organization.settings.place, **self.conversation.model_dump(), "messages": messages}
        return {**described, "error": self.failure} if self.failure else described


def transcript_of(organization: Organization, conversation: Conversation, messages: Listing[Message]) -> Transcript:
    """Return a conversation with its listed messages."""
    failure = "" if messages.complete else f"there may be more messages: {messages.doubt}"
    return Transcript(organization, conversation, messages.items, failure)


def read_transcripts(organization: Organization, conversations: Iterable[Conversation]) -> Iterator[Transcript]:
    """Yield the transcripts of an organization's conversations: GET /conversations/UUID/messages for each.

    Raises:
        UnauthorizedError: the token is refused.
        AssistAIError: `MOST_FAILURES` conversations failed one after another.
    """
    in_a_row = 0
    with (
        Client(organization.settings) as client,
        closing(_ahead(lambda found: (found, _ask(client, found)), conversations)) as answers,
    ):
        for conversation, messages in answers:
            if isinstance(messages, AssistAIError):
                # Conversations that are gone say nothing about the API.
                in_a_row += not isinstance(messages, NotFoundError)
                _require_an_api(messages, in_a_row)
                yield Transcript(organization, conversation, None, str(messages))
            else:
                in_a_row = 0
                yield transcript_of(organization, conversation, messages)


def _ask(client: Client, conversation: Conversation) -> Listing[Message] | AssistAIError:
    try:
        return client.conversations.messages(conversation.uuid)
    except AssistAIError as error:
        return error


def _require_an_api(error: AssistAIError, in_a_row: int) -> None:
    if isinstance(error, UnauthorizedError):
        raise error
    if in_a_row == MOST_FAILURES:
        raise AssistAIError(f"the export stopped after {in_a_row} conversations failed in a row: {with_code(error)}")


def _ahead(ask: Callable[[Item], Result], items: Iterable[Item]) -> Generator[Result, None, None]:
    """Yield what `ask` returns for each item, in their order; the next calls run meanwhile."""
    rest = iter(items)
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        under_way = deque(pool.submit(ask, item) for item in islice(rest, _AT_A_TIME))
        try:
            while under_way:
                yield under_way.popleft().result()
                under_way.extend(pool.submit(ask, item) for item in islice(rest, 1))
        finally:
            pool.shutdown(cancel_futures=True)
