"""Manage AssistAI agents, and the WhatsApp numbers that they answer on, with Pulumi."""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader

from pulumi_assistai.errors import (
    AdoptionError,
    AgentGoneError,
    ApiError,
    AssistAIError,
    BadRequestError,
    ConfigurationError,
    DashboardEditError,
    EmptyListingError,
    FirewallError,
    FleetError,
    ForbiddenError,
    IncompleteListingError,
    NameTakenError,
    NoAnswerError,
    NoIntegrationError,
    NotFoundError,
    NotSentError,
    OutcomeUnknownError,
    RateLimitError,
    RunCancelledError,
    ServerError,
    TooManyRequestsError,
    TransportError,
    UnauthorizedError,
    UnexpectedAnswerError,
    WrongOrganizationError,
    WrongPhoneError,
)

if TYPE_CHECKING:
    from pulumi_assistai.resources.agents import Agent
    from pulumi_assistai.resources.data import (
        get_agent,
        get_agent_output,
        get_agents,
        get_agents_output,
        get_conversations,
        get_conversations_output,
        get_messages,
        get_messages_output,
    )
    from pulumi_assistai.resources.fleets import AgentFleet
    from pulumi_assistai.resources.providers import Provider
    from pulumi_assistai.resources.records import AgentRecord, Connection, Conversation, Message
    from pulumi_assistai.resources.whatsapp import WhatsAppIntegration

__version__ = "0.1.0"

__all__ = [
    "AdoptionError",
    "Agent",
    "AgentFleet",
    "AgentGoneError",
    "AgentRecord",
    "ApiError",
    "AssistAIError",
    "BadRequestError",
    "ConfigurationError",
    "Connection",
    "Conversation",
    "DashboardEditError",
    "EmptyListingError",
    "FirewallError",
    "FleetError",
    "ForbiddenError",
    "IncompleteListingError",
    "Message",
    "NameTakenError",
    "NoAnswerError",
    "NoIntegrationError",
    "NotFoundError",
    "NotSentError",
    "OutcomeUnknownError",
    "Provider",
    "RateLimitError",
    "RunCancelledError",
    "ServerError",
    "TooManyRequestsError",
    "TransportError",
    "UnauthorizedError",
    "UnexpectedAnswerError",
    "WhatsAppIntegration",
    "WrongOrganizationError",
    "WrongPhoneError",
    "get_agent",
    "get_agent_output",
    "get_agents",
    "get_agents_output",
    "get_conversations",
    "get_conversations_output",
    "get_messages",
    "get_messages_output",
]

_MODULES = {
    "resources.agents": ["Agent"],
    "resources.data": [
        "get_agent",
        "get_agent_output",
        "get_agents",
        "get_agents_output",
        "get_conversations",
        "get_conversations_output",
        "get_messages",
        "get_messages_output",
    ],
    "resources.fleets": ["AgentFleet"],
    "resources.providers": ["Provider"],
    "resources.records": ["AgentRecord", "Connection", "Conversation", "Message"],
    "resources.whatsapp": ["WhatsAppIntegration"],
}

# A provider's process has no use for the resources, and the command starts others before it needs Pulumi itself.
__getattr__, _, _ = lazy_loader.attach(__name__, submod_attrs=_MODULES)
