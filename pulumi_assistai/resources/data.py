"""The data functions. They only read, so they run in a preview too."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import fields
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar, overload
from weakref import WeakKeyDictionary

import pulumi
from pulumi.runtime.config import get_config

from pulumi_assistai import lifecycle
from pulumi_assistai.errors import AssistAIError, ConfigurationError, with_code
from pulumi_assistai.keys import stack_key
from pulumi_assistai.resources.base import warn_about_clear_token
from pulumi_assistai.resources.mocking import mocked
from pulumi_assistai.resources.records import AgentRecord, Connection, ConnectionLike, Conversation, Message

if TYPE_CHECKING:
    from pulumi_assistai.lifecycle.lookup import Lookup
    from pulumi_assistai.settings import Settings

T = TypeVar("T")

_FIELDS = tuple(field.name for field in fields(Connection))

# One lookup for each organization and run of a program: a process can run several programs, or one several times.
_lookups: WeakKeyDictionary[pulumi.Resource, dict[Settings, Lookup]] = WeakKeyDictionary()
_lookups_lock = Lock()


def get_agents(criteria: str | None = None, *, connection: ConnectionLike | None = None) -> list[AgentRecord]:
    """Return the agents of an organization, oldest first: GET /agents, once per program for all calls.

    Args:
        criteria: the API's free text filter; default: all agents.
        connection: another organization's credentials; default: the configured ones.

    Raises:
        pulumi.RunError: the agents could not be listed.
    """
    answer = mocked("getAgents", connection, {"criteria": criteria})
    if answer is not None:
        return answer.records(AgentRecord, "agents")
    found = _ask(connection, lambda lookup: lookup.agents(criteria), criteria)
    return [AgentRecord(**agent.model_dump()) for agent in found]


@overload
def get_agent(*, code: str, name: None = None, connection: ConnectionLike | None = None) -> AgentRecord: ...


@overload
def get_agent(*, code: None = None, name: str, connection: ConnectionLike | None = None) -> AgentRecord: ...


def get_agent(
    *, code: str | None = None, name: str | None = None, connection: ConnectionLike | None = None
) -> AgentRecord:
    """Return the agent with a code or a name: GET /agents, once per program for all calls.

    Args:
        code: the agent's code.
        name: the agent's exact name. Give either a code or a name.
        connection: another organization's credentials; default: the configured ones.

    Raises:
        pulumi.RunError: there is no such agent, several have the name, or the agents could not be listed.
    """
    answer = mocked("getAgent", connection, {"code": code, "name": name})
    if answer is not None:
        return answer.record(AgentRecord)
    found = _ask(connection, lambda lookup: lookup.agent(code=code, name=name), code, name)
    return AgentRecord(**found.model_dump())


def get_conversations(criteria: str | None = None, *, connection: ConnectionLike | None = None) -> list[Conversation]:
    """Return the conversations of an organization, oldest first: GET /conversations.

    Args:
        criteria: the API's free text filter; default: all conversations.
        connection: another organization's credentials; default: the configured ones.

    Raises:
        pulumi.RunError: the conversations could not be listed.
    """
    answer = mocked("getConversations", connection, {"criteria": criteria})
    if answer is not None:
        return answer.records(Conversation, "conversations")
    found = _ask(connection, lambda lookup: lookup.conversations(criteria), criteria)
    return [Conversation(**conversation.model_dump()) for conversation in found]


def get_messages(uuid: str, *, connection: ConnectionLike | None = None) -> list[Message]:
    """Return the messages of a conversation, oldest first: GET /conversations/UUID/messages.

    Args:
        uuid: the conversation's UUID, from `get_conversations`.
        connection: another organization's credentials; default: the configured ones.

    Raises:
        pulumi.RunError: there is no such conversation, or its messages could not be listed.
    """
    answer = mocked("getMessages", connection, {"uuid": uuid})
    if answer is not None:
        return answer.records(Message, "messages")
    found = _ask(connection, lambda lookup: lookup.messages(uuid), uuid)
    return [Message(**message.model_dump()) for message in found]


def get_agents_output(
    criteria: pulumi.Input[str | None] = None, *, connection: pulumi.Input[ConnectionLike | None] = None
) -> pulumi.Output[list[AgentRecord]]:
    """Return the result of `get_agents` for arguments that are outputs. It is unknown while one of them is unknown."""
    return _ask_later(get_agents, connection, criteria=criteria)


@overload
def get_agent_output(
    *,
    code: pulumi.Input[str],
    name: None = None,
    connection: pulumi.Input[ConnectionLike | None] = None,
) -> pulumi.Output[AgentRecord]: ...


@overload
def get_agent_output(
    *,
    code: None = None,
    name: pulumi.Input[str],
    connection: pulumi.Input[ConnectionLike | None] = None,
) -> pulumi.Output[AgentRecord]: ...


def get_agent_output(
    *,
    code: pulumi.Input[str | None] = None,
    name: pulumi.Input[str | None] = None,
    connection: pulumi.Input[ConnectionLike | None] = None,
) -> pulumi.Output[AgentRecord]:
    """Return the result of `get_agent` for arguments that are outputs. It is unknown while one of them is unknown."""
    return _ask_later(get_agent, connection, code=code, name=name)


def get_conversations_output(
    criteria: pulumi.Input[str | None] = None, *, connection: pulumi.Input[ConnectionLike | None] = None
) -> pulumi.Output[list[Conversation]]:
    """Return the result of `get_conversations` for outputs. It is unknown while one of them is unknown."""
    return _ask_later(get_conversations, connection, criteria=criteria)


def get_messages_output(
    uuid: pulumi.Input[str], *, connection: pulumi.Input[ConnectionLike | None] = None
) -> pulumi.Output[list[Message]]:
    """Return the result of `get_messages` for outputs. It is unknown while one of them is unknown."""
    return _ask_later(get_messages, connection, uuid=uuid)


def _ask(connection: ConnectionLike | None, question: Callable[[Lookup], T], *arguments: Any) -> T:
    """Answer a question. Pulumi shows only the message of a RunError, without a traceback."""
    explicit = {} if connection is None else dict(vars(_as_connection(connection)))
    if any(isinstance(argument, pulumi.Output) for argument in [*arguments, *explicit.values()]):
        raise pulumi.RunError("an argument is an output; call the function whose name ends in _output")
    warn_about_clear_token()
    try:
        return question(_lookup(explicit))
    except AssistAIError as error:
        raise pulumi.RunError(with_code(error)) from None


def _ask_later(
    function: Callable[..., T], connection: pulumi.Input[ConnectionLike | None], **arguments: pulumi.Input[Any]
) -> pulumi.Output[T]:
    """Call a data function in a thread once its arguments are known. The rest of the program runs meanwhile."""
    known: pulumi.Output[dict[str, Any]] = pulumi.Output.all(connection=_lift(connection), **arguments)
    return known.apply(lambda values: asyncio.to_thread(function, **values))


def _lift(connection: pulumi.Input[ConnectionLike | None]) -> pulumi.Output[Connection | None]:
    """Return a connection with plain fields. Data read with a secret token is not secret because of it."""

    def lift(value: ConnectionLike | None) -> pulumi.Input[Connection | None]:
        if value is None:
            return None
        values = dict(vars(_as_connection(value)))
        values["api_token"] = pulumi.Output.unsecret(pulumi.Output.from_input(values["api_token"]))
        plain: pulumi.Output[dict[str, Any]] = pulumi.Output.all(**values)
        return plain.apply(lambda fields: Connection(**fields))

    # Pulumi would make a whole dictionary secret because of its token.
    given: Any = _as_connection(connection) if isinstance(connection, Mapping) else connection
    return pulumi.Output.from_input(given).apply(lift)


def _as_connection(value: ConnectionLike) -> Connection:
    """Return a connection. A dictionary from structured configuration is converted."""
    if isinstance(value, Connection):
        return value
    if set(value) - set(_FIELDS) or set(_FIELDS[:3]) - set(value):
        raise pulumi.RunError(f"connection needs {', '.join(_FIELDS[:3])}, and may have {_FIELDS[3]}")
    return Connection(**value)


def _lookup(explicit: Mapping[str, Any]) -> Lookup:
    """Return the lookup that all calls of this program for one organization share.

    Raises:
        ConfigurationError: settings are missing or unusable.
    """
    # Programs without data functions do not need these packages.
    from pulumi_assistai.client import announce_retries  # noqa: PLC0415
    from pulumi_assistai.settings import Settings  # noqa: PLC0415

    missing = [name for name in _FIELDS[:3] if explicit and not explicit[name]]
    if missing:
        # Values from the environment would belong to another organization.
        raise ConfigurationError(f"connection: {', '.join(missing)} must not be empty")
    stack_configuration = {key: get_config(key) for key in map(stack_key, Settings.model_fields)}
    settings = Settings.load(explicit, os.environ, stack_configuration)
    announce_retries()
    program = pulumi.runtime.get_root_resource()
    if program is None:
        return lifecycle.lookup.Lookup(settings, pulumi.log.warn)
    with _lookups_lock:
        lookups = _lookups.setdefault(program, {})
        if settings not in lookups:
            lookups[settings] = lifecycle.lookup.Lookup(settings, pulumi.log.warn)
        return lookups[settings]
