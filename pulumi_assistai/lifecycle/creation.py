"""Creates an agent exactly once, on an API that can neither undo a creation nor recognise a repeated one."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import TYPE_CHECKING

from pulumi_assistai.errors import (
    ApiError,
    AssistAIError,
    NameTakenError,
    OutcomeUnknownError,
    TransportError,
)
from pulumi_assistai.lifecycle.session import Session, declared_twice
from pulumi_assistai.lifecycle.values import Properties

if TYPE_CHECKING:
    from pulumi_assistai.client import ListedAgent

_LOOKS = 10
"""How often the listing is read at most while an unknown outcome settles."""

LOOKS_FIRST = "run `pulumi up` again: it looks for the agent first, and creates it only if it is not there"
LOOK_YOURSELF = (
    "look for it in AssistAI: if it is there declare adopt=CODE, and if it is not run `pulumi up` again, "
    "which with allow_duplicate_name creates it without looking"
)


def create_once(session: Session, fields: Properties, *, allow_duplicate_name: bool) -> str:
    """Create an agent and return its code: POST /agents, at most once.

    Where the answer was lost, the listing is read until the agent shows up or the settle time is over.

    Raises:
        NameTakenError: an agent of that name exists and duplicates were not allowed.
        OutcomeUnknownError: nobody can tell whether the agent was created.
        ApiError, TransportError: it was not created.
    """
    name = fields["name"]
    with session.creations.of(name, duplicates=allow_duplicate_name):
        before = session.inventory.listed()
        if not allow_duplicate_name:
            refuse_taken_name(session, name)
        try:
            agent = session.client.agents.create(fields)
        except (ApiError, TransportError) as error:
            if not error.may_have_happened:
                raise
            return _settle(session, fields, before, error, duplicates=allow_duplicate_name)
        session.inventory.enter(agent)
    return agent.code


def refuse_taken_name(session: Session, name: str, *, adopt: str | None = None) -> None:
    """Refuse a name that live agents have, other than the one to `adopt`.

    Raises:
        NameTakenError: names their codes and the ways on.
    """
    codes = [agent.code for agent in session.inventory.named(name) if agent.code != adopt]
    if not codes and not session.inventory.complete:
        session.warn(f'the API counts more agents than it lists, so that one named "{name}" may be hidden')
    if codes:
        if name in session.managed_names:
            raise NameTakenError(declared_twice(name))
        # A replacement is checked like a new resource: the engine does not say that the state has it already.
        raise NameTakenError(
            f'"{name}" is not created; if this resource has that agent and is to be replaced (`--replace`, '
            "`pulumi state taint`): AssistAI deletes no agent, so another one of its name cannot replace it: run "
            "`pulumi up` without --replace, after `pulumi state untaint URN` where it is tainted, or declare another "
            "name; if this resource is new: "
            f'an agent named "{name}" exists already: {", ".join(codes)}; to manage it declare adopt="{codes[0]}"; '
            "if this resource was renamed in the program give it "
            "opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name=OLD_NAME)]), or in a fleet's file `key: OLD_KEY`; "
            "if another resource manages it give this one another name; "
            "for a second agent of that name declare allow_duplicate_name=True"
        )


def _settle(
    session: Session, fields: Properties, before: Collection[str], lost: AssistAIError, *, duplicates: bool
) -> str:
    """Find the one agent that the lost creation made, and bring it to what is declared."""
    name, next_step = fields["name"], LOOK_YOURSELF if duplicates else LOOKS_FIRST
    candidates = _look_for(session, fields, before, next_step)
    codes = ", ".join(agent.code for agent in candidates)
    if not candidates:
        raise OutcomeUnknownError(
            f'whether "{name}" was created is unknown ({lost}), and no such agent was listed within '
            f"{session.settings.settle_time:g} s; {next_step}"
        )
    if len(candidates) > 1 or session.creations.contested(name):
        raise OutcomeUnknownError(
            f'whether "{name}" was created is unknown ({lost}), and these new agents could be it: {codes}; '
            "none was touched: find out in AssistAI which one is yours and declare adopt=CODE"
        )
    code = candidates[0].code
    session.inventory.enter(candidates[0])
    try:
        session.client.agents.update(code, fields)
    except AssistAIError as error:
        raise OutcomeUnknownError(
            f'"{name}" was created as {code}, but could not be brought to what is declared ({error}); '
            f'declare adopt="{code}" and run `pulumi up` again'
        ) from None
    return code


def _look_for(session: Session, fields: Properties, before: Collection[str], next_step: str) -> list[ListedAgent]:
    settle_time = session.settings.settle_time
    deadline = time.monotonic() + settle_time
    while True:
        problem = ""
        try:
            listed = session.inventory.read_again()
        except AssistAIError as error:
            listed, problem = [], str(error)
        candidates = [agent for agent in listed if _could_be(agent, fields, before, session)]
        if candidates or time.monotonic() >= deadline:
            break
        time.sleep(settle_time / _LOOKS)
    if problem:
        raise OutcomeUnknownError(
            f'whether "{fields["name"]}" was created is unknown, and the agents could not be listed ({problem}); '
            f"{next_step}"
        )
    return candidates


def _could_be(agent: ListedAgent, fields: Properties, before: Collection[str], session: Session) -> bool:
    live = agent.description or ""
    same = agent.name == fields["name"] and fields.get("description", live) == live
    return same and agent.code not in before and not session.inventory.made(agent.code)
