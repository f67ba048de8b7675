"""Updates of agents, and those whose outcome is unknown: no listing shows the hidden fields that they may have changed.

Without a note of such an update, a program that goes back to the recorded values would change nothing, and the agent
could keep the new ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from pulumi_assistai.errors import ApiError, TransportError
from pulumi_assistai.lifecycle.session import Session

_KIND = "update"


def is_unknown(session: Session, code: str) -> bool:
    """Return whether an update of the agent, sent from this machine, has an unknown outcome."""
    return session.journal.peek(_KIND, code, 0) is not None


def send(session: Session, code: str, fields: Mapping[str, str]) -> None:
    """Send fields of an agent: PATCH /agents/CODE. Until an answer arrives, the journal has a note of it.

    Raises:
        NotFoundError: there is no such agent.
        ApiError, TransportError: the call failed.
    """
    was_unknown = is_unknown(session, code)
    note = session.journal.page(_KIND, code)
    # A full disk must not stop updates.
    with suppress(OSError):
        note.write(code)
    try:
        session.client.agents.update(code, fields)
    except (ApiError, TransportError) as error:
        if not error.may_have_happened and not was_unknown:
            note.erase()
        raise
    note.erase()
