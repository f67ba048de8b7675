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


def unanswered(session: Session, code: str) -> list[str]:
    """Return the fields of the agent that this machine sent in updates with an unknown outcome."""
    note = session.journal.peek(_KIND, code, 0)
    # Where a creation's note has a code, that of an update has fields.
    return note.code.split() if note else []


def send(session: Session, code: str, fields: Mapping[str, str]) -> None:
    """Send fields of an agent: PATCH /agents/CODE. Until an answer arrives, the journal has a note of it.

    Raises:
        NotFoundError: there is no such agent.
        ApiError, TransportError: the call failed.
    """
    earlier = unanswered(session, code)
    note = session.journal.page(_KIND, code)
    # A full disk must not stop updates.
    with suppress(OSError):
        note.write(" ".join({**dict.fromkeys(earlier), **fields}))
    try:
        session.client.agents.update(code, fields)
    except (ApiError, TransportError) as error:
        if not error.may_have_happened and not earlier:
            note.erase()
        raise
    note.erase()
