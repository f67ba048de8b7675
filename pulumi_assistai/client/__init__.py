"""The AssistAI API over HTTP."""

from __future__ import annotations

from typing import Self

from pulumi_assistai.client.agents import AgentsApi, ListedAgent
from pulumi_assistai.client.conversations import Conversation, ConversationsApi, Message
from pulumi_assistai.client.paging import Listing
from pulumi_assistai.client.retry import announce_retries
from pulumi_assistai.client.survey import Sample, SurveyApi
from pulumi_assistai.client.whatsapp import Connected, QrCode, Starting, WhatsAppApi
from pulumi_assistai.settings import Settings

__all__ = [
    "Client",
    "Connected",
    "Conversation",
    "ListedAgent",
    "Listing",
    "Message",
    "QrCode",
    "Sample",
    "Starting",
    "announce_retries",
]


class Client:
    """One connection pool to one organization; safe to share between threads.

    Attributes:
        agents: create, update and list agents.
        whatsapp: connect and disconnect WhatsApp.
        conversations: list conversations and their messages.
        survey: single pages as the API sends them, to compare the API with what this package expects.
    """

    def __init__(self, settings: Settings) -> None:
        # httpx takes long to import, and a program that only declares resources never sends a request.
        from pulumi_assistai.client.transport import Transport  # noqa: PLC0415

        self._transport = Transport(settings)
        self.agents = AgentsApi(self._transport)
        self.whatsapp = WhatsAppApi(self._transport)
        self.conversations = ConversationsApi(self._transport)
        self.survey = SurveyApi(self._transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection pool."""
        self._transport.close()
