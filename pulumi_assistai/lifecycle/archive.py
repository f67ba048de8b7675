"""Archiving of agents: AssistAI cannot delete them, so they are disconnected and renamed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pulumi_assistai.errors import ApiError, AssistAIError, NotFoundError, TransportError
from pulumi_assistai.lifecycle.disconnection import disconnect
from pulumi_assistai.lifecycle.likeness import is_marked_as_archived, may_be_stored_as, same_text, skeleton
from pulumi_assistai.lifecycle.session import Session

if TYPE_CHECKING:
    from pulumi_assistai.client import ListedAgent

ARCHIVED = "[archived] "
_MARK = skeleton(ARCHIVED)

_REFUSED = (400, 409, 413, 422, 500)
"""Statuses of an API that refuses a name: too long, taken, or with characters that it does not accept.

With 500, its database refuses the name. An API that is down refuses to disconnect the agent before.
"""

_KEPT_LENGTHS = (60, 30, 10)


def archived_names(name: str, code: str) -> list[str]:
    """Return the names that an archived agent may get, the best first. Later ones have its code, and no brackets."""
    plain = name.removeprefix(ARCHIVED)
    shorter = [f"{plain[:length].strip()} {code}" for length in _KEPT_LENGTHS]
    return [ARCHIVED + plain, ARCHIVED + shorter[0], *(f"archived {text}" for text in shorter), f"archived {code}"]


def is_archived_as(agent: ListedAgent, name: str) -> bool:
    """Return whether the name of an archived agent is one that `archive` gives to agents called `name`."""
    # The last one does not have the name in it, so it fits any agent.
    whole, *others, _ = archived_names(name, agent.code)
    shortened = agent.name.startswith(ARCHIVED) and len(agent.name) > len(ARCHIVED) + _KEPT_LENGTHS[-1]
    alike = any(same_text(agent.name, other) for other in (whole, *others))
    return alike or _has_letters_of(agent, name) or (shortened and may_be_stored_as(whole, agent.name))


def _has_letters_of(agent: ListedAgent, name: str) -> bool:
    """Return whether an archived name has the letters of `name`: an API may drop the brackets or change case."""
    letters = skeleton(name.removeprefix(ARCHIVED))
    live = skeleton(agent.name).removesuffix(skeleton(agent.code))
    return letters != "" and live == _MARK + letters


def archive(session: Session, code: str, name: str) -> None:
    """Disconnect an agent, then rename it. After a failure in between, archiving it again completes both.

    DELETE /agents/CODE/integrations/whatsappweb, unless this operation already sent it for the integration, then
    PATCH /agents/CODE with the first name that the API accepts.

    Raises:
        ApiError, TransportError: a call failed, or the API accepted none of the names.
    """
    if code not in session.disconnected_agents:
        with _gone_is_done(session, f"agent {code} had no WhatsApp to disconnect"):
            disconnect(session, code)
    with _gone_is_done(session, f"agent {code} was gone, so nothing was renamed"):
        _rename(session, code, name)


@contextmanager
def _gone_is_done(session: Session, what: str) -> Iterator[None]:
    """Report that there is nothing to do if the API answers 404. Other errors pass."""
    try:
        yield
    except NotFoundError as error:
        session.require_api()
        session.tell(f"{what}: {error.method} {error.path} answered 404")


def _rename(session: Session, code: str, name: str) -> None:
    *names, last = archived_names(name, code)
    for archived in names:
        try:
            _send_name(session, code, archived)
        except ApiError as error:
            if error.status not in _REFUSED:
                raise
        else:
            return
    _send_name(session, code, last)


def _send_name(session: Session, code: str, archived: str) -> None:
    try:
        session.client.agents.update(code, {"name": archived})
    except (ApiError, TransportError) as error:
        if not error.may_have_happened or not _has_name(session, code, archived):
            raise
    session.inventory.change(code, {"name": archived})


def _has_name(session: Session, code: str, name: str) -> bool:
    try:
        live = {agent.code: agent for agent in session.inventory.read_again()}.get(code)
    except AssistAIError:
        return False
    return live is not None and is_marked_as_archived(live.name) and may_be_stored_as(name, live.name)
