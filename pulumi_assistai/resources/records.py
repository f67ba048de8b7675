"""Arguments and results of the data functions: plain dataclasses, which Pulumi can export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi


@dataclass(frozen=True)
class Connection:
    """The credentials of another organization than the configured one, for the data functions.

    Attributes:
        api_token: the API token; it is not shown where the connection is printed.
        tenant_domain: the tenant's domain.
        organization_code: the organization's code.
        base_url: scheme and host of the API; default: that of the environment, then of the stack configuration.
    """

    api_token: pulumi.Input[str] = field(repr=False)
    tenant_domain: pulumi.Input[str]
    organization_code: pulumi.Input[str]
    base_url: pulumi.Input[str] | None = None


ConnectionLike = Connection | Mapping[str, Any]
"""A connection, or a dictionary with its fields, as structured configuration has them."""


@dataclass(frozen=True)
class AgentRecord:
    """An agent as AssistAI lists it: without purpose, instructions, tone and voice, which cannot be read.

    Attributes:
        code: the agent's code.
        name: its name.
        model: its model, None where AssistAI does not say.
        description: what it is, None where it has none.
        created_at: when it was created, as AssistAI gives it.
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
        uuid: what `get_messages` takes.
        title: its title, None where it has none.
        created_at: when it began, as AssistAI gives it.
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
        content: what was written.
        timestamp: when, as AssistAI gives it.
    """

    id: str
    sender: str | None = None
    content: str | None = None
    timestamp: str | None = None
