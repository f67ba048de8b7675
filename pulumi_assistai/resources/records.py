"""Arguments and results of the data functions: plain dataclasses that Pulumi can export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi


@dataclass(frozen=True)
class Connection:
    """Credentials of an organization other than the configured one, for the data functions.

    Attributes:
        api_token: the API token. It is not shown when the connection is printed.
        tenant_domain: the tenant's domain.
        organization_code: the organization's code.
        base_url: scheme and host of the API; default: that of the environment, then of the stack configuration.
    """

    api_token: pulumi.Input[str] = field(repr=False)
    tenant_domain: pulumi.Input[str]
    organization_code: pulumi.Input[str]
    base_url: pulumi.Input[str] | None = None


ConnectionLike = Connection | Mapping[str, Any]
"""A connection, or a dictionary with its fields from structured configuration."""


@dataclass(frozen=True)
class AgentRecord:
    """An agent in AssistAI's listing. Purpose, instructions, tone and voice cannot be read.

    Attributes:
        code: the agent's code.
        name: its name.
        model: its model, None if AssistAI does not report it.
        description: its description, None if it has none.
        created_at: the time of its creation, as AssistAI reports it.
    """

    code: str
    name: str
    model: str | None = None
    description: str | None = None
    created_at: str | None = None


@dataclass(frozen=True)
class Conversation:
    """A conversation between a person and an agent.

    Attributes:
        uuid: its UUID, for `get_messages`.
        title: its title, None if it has none.
        created_at: the time of its start, as AssistAI reports it.
    """

    uuid: str
    title: str | None = None
    created_at: str | None = None


@dataclass(frozen=True)
class Message:
    """One message of a conversation.

    Attributes:
        id: its id within the conversation.
        sender: "user" or "agent".
        content: the text.
        timestamp: its time, as AssistAI reports it.
    """

    id: str
    sender: str | None = None
    content: str | None = None
    timestamp: str | None = None
