"""Adoption: a resource takes over an existing agent instead of creating one."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from pulumi_assistai.errors import AdoptionError
from pulumi_assistai.lifecycle.fields import FIELDS, VISIBLE, live_value
from pulumi_assistai.lifecycle.journal import Creation
from pulumi_assistai.lifecycle.likeness import same_text
from pulumi_assistai.lifecycle.session import Session
from pulumi_assistai.lifecycle.values import UNKNOWN, Properties

if TYPE_CHECKING:
    from pulumi_assistai.client import ListedAgent

_LONGEST_OPERATION = 3600.0
"""Seconds after which an adoption by another process does not count as in progress any more."""

_MANAGED = (
    "another resource of this program manages agent {code} already, and would overwrite it; "
    'remove that resource, or adopt="{code}"'
)


def claim(session: Session, code: str, inputs: Properties) -> None:
    """Reserve an agent for a new declaration, and tell what its adoption changes.

    Raises:
        AdoptionError: another resource has or adopts the agent, or there is no such agent.
    """
    if not session.declared_adoptions.claim(code):
        raise AdoptionError(f'two resources declare adopt="{code}"; remove one of them')
    if code in session.recorded_agents:
        raise AdoptionError(_MANAGED.format(code=code))
    _tell_changes(session, _adoptable(session, code), inputs)


def adopt(session: Session, code: str, inputs: Properties) -> dict[str, str]:
    """Take over an agent and return the fields to send: those that differ, and those that nobody can read.

    Raises:
        AdoptionError: there is no such agent, or another process is adopting it.
    """
    live = _adoptable(session, code)
    with session.journal.of("adopt", code, session.settings.timeout) as page:
        _refuse_second(code, page.read(time.time() - _LONGEST_OPERATION))
        page.write(code)
    return {field: inputs[field] for field in FIELDS if field in inputs and not _is_as_declared(live, field, inputs)}


def keep(session: Session, code: str) -> None:
    """Reserve an agent for the recorded resource that has it.

    Raises:
        AdoptionError: another resource adopts the agent.
    """
    session.recorded_agents.claim(code)
    if code in session.declared_adoptions:
        raise AdoptionError(_MANAGED.format(code=code))


def refuse_another(code: str, inputs: Properties) -> None:
    """Refuse to change the agent of a resource.

    Raises:
        AdoptionError: `adopt` is the code of another agent.
    """
    wanted = inputs.get("adopt")
    if wanted not in (None, UNKNOWN, code):
        raise AdoptionError(
            f'adopt="{wanted}" on the resource of agent {code}: a resource cannot change its agent; '
            f'remove adopt or declare adopt="{code}", and declare another resource for {wanted}'
        )


def _adoptable(session: Session, code: str) -> ListedAgent:
    live = session.inventory.find(code)
    if live is None:
        raise AdoptionError(
            f'adopt="{code}": {session.settings.place_in_words} has no such agent; '
            "check the code, or remove adopt to create an agent"
        )
    return live


def _tell_changes(session: Session, live: ListedAgent, inputs: Properties) -> None:
    seen = [
        f'{field} "{live_value(live, field)}" => "{inputs[field]}"'
        for field in VISIBLE
        if field in inputs and not _is_as_declared(live, field, inputs)
    ]
    unseen = [f"{field} (not readable, overwritten)" for field in FIELDS if field in inputs and field not in VISIBLE]
    changes = ", ".join(seen + unseen) or "nothing changes"
    session.tell(f'adopts agent {live.code} ("{live.name}"): {changes}')


def _is_as_declared(live: ListedAgent, field: str, inputs: Properties) -> bool:
    return field in VISIBLE and same_text(inputs[field], live_value(live, field))


def _refuse_second(code: str, other: Creation | None) -> None:
    """Refuse an agent that another provider, or another stack on this machine, is adopting now."""
    if other is not None and other.pid != os.getpid() and other.is_under_way:
        raise AdoptionError(
            f"another provider of this program or another stack is adopting agent {code} (process {other.pid}); "
            f'declare adopt="{code}" only once'
        )
