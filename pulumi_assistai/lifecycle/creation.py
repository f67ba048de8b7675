"""Creation of an agent exactly once: the API can neither undo a creation nor recognise a repeated one."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from pulumi_assistai.errors import ApiError, AssistAIError, NameTakenError, OutcomeUnknownError, TransportError
from pulumi_assistai.lifecycle.archive import is_archived_as
from pulumi_assistai.lifecycle.journal import Creation, NoPage, Page
from pulumi_assistai.lifecycle.likeness import canonical, name_may_be_stored_as, same_text
from pulumi_assistai.lifecycle.session import Session, declared_twice
from pulumi_assistai.lifecycle.values import Properties
from pulumi_assistai.settings import Settings

if TYPE_CHECKING:
    from pulumi_assistai.client import ListedAgent

_LOOKS = 10
"""Highest number of listings during the search for an agent whose creation got no answer."""

_LEAST_FAILURES = 3
"""Failed listings before the search gives up, even if its time is over."""

_FIRST_PAUSE = 0.25
_LONGEST_PAUSE = 5.0
"""Seconds between two of these listings. The pause grows."""

LOOKS_FIRST = "run `pulumi up` again: it looks for the agent first, and creates it only if it is not there"
LOOK_YOURSELF = (
    "look for the agent in AssistAI: if it is there, declare adopt=CODE; if not, run `pulumi up` again, "
    "which with allow_duplicate_name creates it without looking"
)
_MAY_BE_HIDDEN = (
    "AssistAI may not list it: look for the agent in AssistAI, and if it is not there, declare "
    "allow_duplicate_name=True to create it"
)

# The engine checks a replacement like a new resource, so the message of a taken name has to explain both.
_REPLACEMENT = "agents cannot be replaced: run `pulumi up` without --replace, or first `pulumi state untaint URN`"


def create_once(session: Session, fields: Properties, *, allow_duplicate_name: bool) -> str:
    """Create an agent and return its code: POST /agents, at most once.

    If the answer is lost, it reads the listing until the agent appears or the settle time is over. Other processes on
    this machine that create an agent of the same name wait meanwhile.

    Raises:
        NameTakenError: an agent of that name exists, and duplicates are not allowed.
        OutcomeUnknownError: it is unknown whether the agent was created.
        ApiError, TransportError: it was not created.
    """
    name, settings = fields["name"], session.settings
    if allow_duplicate_name:
        with session.creations.of(name, duplicates=True):
            return _create(session, fields, session.inventory.listed(), NoPage(), LOOK_YOURSELF)
    turn = session.journal.of("name", name, 2 * (settings.timeout + settings.settle_time))
    with session.creations.of(name, duplicates=False), turn as page:
        before = session.inventory.listed()
        _wait_for_an_earlier_creation(session, name, page)
        refuse_taken_name(session, name)
        return _create(session, fields, before, page, _next_step(session))


def refuse_taken_name(session: Session, name: str, *, adopt: str | None = None) -> None:
    """Refuse a name that a live or archived agent has, other than the one to `adopt`.

    Raises:
        NameTakenError: another agent has the name. The message has its code and what to do.
    """
    archived = [agent.code for agent in session.inventory.archived() if is_archived_as(agent, name)]
    codes = [agent.code for agent in session.inventory.named(name) if agent.code != adopt]
    if not codes:
        _beware_of_hidden(session, name, adopt)
    if codes:
        if adopt is None and name in session.managed_names:
            raise NameTakenError(declared_twice(name))
        raise NameTakenError(
            f'an agent named "{name}" exists already: {", ".join(codes)}; to manage it declare adopt="{codes[0]}" '
            "(`assistai status` lists all unmanaged agents); if you renamed this resource, declare "
            "aliases=[pulumi.Alias(name=OLD_NAME)], in a fleet's file `key: OLD_KEY` or `moved_from: OLD_FLEET`; "
            f"for a second agent of that name declare allow_duplicate_name=True{'' if adopt else f'; {_REPLACEMENT}'}"
        )
    if archived and adopt is None:
        raise NameTakenError(
            f'an agent named "{name}" was archived: {", ".join(archived)}; to bring it back declare '
            f'adopt="{archived[0]}"; to create a new agent declare allow_duplicate_name=True'
        )


def _beware_of_hidden(session: Session, name: str, adopt: str | None) -> None:
    """Warn if an agent of that name may exist although the listing shows none.

    Raises:
        NameTakenError: this machine created such an agent, or may have.
    """
    if adopt is None and _has_hidden_creation(session, name):
        raise NameTakenError(
            f'{session.inventory.doubt}, and this machine created an agent named "{name}" before, or may have: '
            f"{_MAY_BE_HIDDEN}"
        )
    nameless = ", ".join(agent.code for agent in session.inventory.nameless())
    if not session.inventory.complete:
        session.warn(f'{session.inventory.doubt}: an agent named "{name}" may exist without being listed')
    elif nameless:
        session.warn(f'AssistAI does not show the name of {nameless}: it may be "{name}"')


def _has_hidden_creation(session: Session, name: str) -> bool:
    if session.inventory.complete:
        return False
    creation = session.journal.peek("name", name, 0)
    return creation is not None and session.inventory.find(creation.code) is None


def earlier_creation(session: Session, name: str) -> tuple[Creation, float] | None:
    """Return a creation of the name on this machine that the listing may not show yet, and the seconds left."""
    creation = session.journal.peek("name", name, 0)
    return None if creation is None or _is_listed(session, creation, name) else _left(session, creation)


def _left(session: Session, creation: Creation) -> tuple[Creation, float] | None:
    settings = session.settings
    # A request without an answer may have run as long as the time-out.
    window = settings.grace_period if creation.code else settings.timeout + settings.settle_time
    left = window - creation.age
    return (creation, left) if left > 0 else None


def _wait_for_an_earlier_creation(session: Session, name: str, page: Page) -> None:
    """Wait until the listing has the agent that another process began to create, or the time is over."""
    creation = page.read(0)
    if creation is None or _is_listed(session, creation, name):
        return
    found = _left(session, creation)
    if found is None:
        if creation.at > session.began:
            # Without a grace period there is no wait, but our listing may be older than the agent.
            session.inventory.read_again()
        return
    _, left = found
    session.tell(
        f'another process on this machine began to create "{name}" {creation.age:.0f} s ago'
        f"{f' and got {creation.code}' if creation.code else ', with unknown outcome'}; "
        f"looking for the agent in the listing for up to {left:.0f} s before creating one"
    )
    problem = _look_until(session, time.monotonic() + left, lambda _: _is_listed(session, creation, name))
    if problem is not None:
        raise problem


def _is_listed(session: Session, creation: Creation, name: str) -> bool:
    return session.inventory.find(creation.code) is not None or bool(session.inventory.named(name))


def _create(session: Session, fields: Properties, before: Collection[str], page: Page, next_step: str) -> str:
    try:
        agent = session.client.agents.create(fields, about_to_send=page.write)
    except (ApiError, TransportError) as error:
        lost = error
    else:
        session.inventory.enter(agent)
        page.write(agent.code)
        return agent.code
    if not lost.may_have_happened:
        page.erase()
        raise lost
    candidates = _candidates(session, fields, before, next_step)
    if not candidates and session.inventory.complete and _unseen(session.settings) <= 0:
        page.erase()
    code = _take_over(session, fields, candidates, lost, next_step)
    page.write(code)
    return code


def _take_over(
    session: Session, fields: Properties, candidates: list[ListedAgent], lost: AssistAIError, next_step: str
) -> str:
    """Update the agent that the lost creation made to the declared fields.

    Raises:
        OutcomeUnknownError: there is no such agent, or more than one.
    """
    name, codes = fields["name"], ", ".join(agent.code for agent in candidates)
    if not candidates:
        raise OutcomeUnknownError(
            f'it is unknown whether "{name}" was created ({lost}), and the listing had no such agent within '
            f"{session.settings.settle_time:g} s; {next_step}"
        )
    if len(candidates) > 1 or not _is_ours(candidates[0], fields) or session.creations.contested(name):
        raise OutcomeUnknownError(
            f'it is unknown whether "{name}" was created ({lost}), and these new agents could be it: {codes}; '
            "none of them was changed: find out in AssistAI which one is yours and declare adopt=CODE"
        )
    code = candidates[0].code
    session.inventory.enter(candidates[0])
    try:
        session.client.agents.update(code, fields)
    except AssistAIError as error:
        raise OutcomeUnknownError(
            f'"{name}" was created as {code}, but the update to the declared fields failed ({error}); '
            f'declare adopt="{code}" and run `pulumi up` again'
        ) from None
    return code


def _next_step(session: Session) -> str:
    if not session.inventory.complete:
        return _MAY_BE_HIDDEN
    unseen = _unseen(session.settings)
    return LOOKS_FIRST if unseen <= 0 else f"wait {unseen:g} s, then {LOOKS_FIRST}"


def _unseen(settings: Settings) -> float:
    """Return the seconds after the search for which the listing may still not show an agent."""
    return settings.grace_period - settings.settle_time


def _candidates(session: Session, fields: Properties, before: Collection[str], next_step: str) -> list[ListedAgent]:
    """Return the new agents that the lost creation may have made.

    An agent of its name and description ends the search. Others are returned when the time is over.
    """
    seconds = session.settings.settle_time
    session.tell(
        f'no answer to the creation of "{fields["name"]}"; looking for the agent in the listing for up to {seconds:g} s'
    )
    found: list[ListedAgent] = []

    def look(listed: list[ListedAgent]) -> bool:
        nonlocal found
        new = [agent for agent in listed if agent.code not in before and not session.inventory.made(agent.code)]
        ours = [agent for agent in new if _is_ours(agent, fields)]
        found = ours or [agent for agent in new if name_may_be_stored_as(fields["name"], agent.name)]
        return bool(ours)

    problem = _look_until(session, time.monotonic() + seconds, look)
    if problem is not None:
        raise OutcomeUnknownError(
            f'it is unknown whether "{fields["name"]}" was created, and the agents could not be listed ({problem}); '
            f"{next_step}"
        )
    return found


def _look_until(session: Session, deadline: float, look: Callable[[list[ListedAgent]], bool]) -> AssistAIError | None:
    """List again until `look` finds something or the time is over, at least once. The pauses grow.

    Returns:
        Why the last listing failed, None if it did not.
    """
    longest = min(max(deadline - time.monotonic(), _FIRST_PAUSE) / _LOOKS, _LONGEST_PAUSE)
    pause, failures = _FIRST_PAUSE, 0
    while True:
        try:
            problem, found = None, look(session.inventory.read_again())
        except AssistAIError as error:
            # Pages may contradict each other while other agents are created.
            problem, found, failures = error, False, failures + 1
        is_sure = problem is None or failures >= _LEAST_FAILURES
        if found or (is_sure and time.monotonic() >= deadline):
            return problem
        time.sleep(min(longest, pause))
        pause *= 2


def _is_ours(agent: ListedAgent, fields: Properties) -> bool:
    live = agent.description or ""
    declared = fields.get("description", live)
    shortened = live != "" and canonical(declared).startswith(canonical(live))
    return same_text(agent.name, fields["name"]) and (same_text(declared, live) or shortened)
