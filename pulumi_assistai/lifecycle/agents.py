"""The lifecycle of an agent: create, read, update, delete and diff."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from pulumi_assistai.errors import (
    AgentGoneError,
    AssistAIError,
    DashboardEditError,
    NameTakenError,
    NotFoundError,
)
from pulumi_assistai.lifecycle import adoption, memory, updates
from pulumi_assistai.lifecycle.archive import archive
from pulumi_assistai.lifecycle.creation import create_once, earlier_creation, refuse_taken_name
from pulumi_assistai.lifecycle.fields import FIELDS, VISIBLE, live_value
from pulumi_assistai.lifecycle.likeness import may_be_stored_as, same_text
from pulumi_assistai.lifecycle.session import Session, declared_twice
from pulumi_assistai.lifecycle.validation import trimmed, validate
from pulumi_assistai.lifecycle.values import (
    UNKNOWN,
    Difference,
    Found,
    Made,
    Problem,
    Properties,
    known,
    pick,
)

if TYPE_CHECKING:
    from pulumi_assistai.client import ListedAgent

POLICIES = ("on_delete", "allow_duplicate_name")
"""Arguments that only this package uses; they are never sent."""

INPUTS = (*FIELDS, *POLICIES, "adopt")

_PLACE = ("tenant_domain", "organization_code")

Text = Annotated[str, Field(strict=True)]
NonEmpty = Annotated[str, StringConstraints(strict=True, min_length=1), AfterValidator(trimmed)]


class AgentInputs(BaseModel):
    """The arguments of an agent."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    name: NonEmpty
    description: Text = ""
    purpose: Text = ""
    instructions: Text = ""
    tone: Text = ""
    voice: Text = ""
    adopt: NonEmpty | None = None
    on_delete: Literal["retain", "archive"] = "retain"
    allow_duplicate_name: Annotated[bool, Field(strict=True)] = False


def check(session: Session, recorded: Properties, inputs: Properties) -> list[Problem]:
    """Return all problems of a declaration.

    For a new resource it reads the live agents: the name must be free, or the agent to adopt must exist.

    Args:
        session: the organization.
        recorded: the arguments in the state, empty for a new resource.
        inputs: the declared arguments.
    """
    problems = validate(AgentInputs, inputs)
    if problems:
        return problems
    try:
        if not recorded:
            _claim(session, known(inputs))
        else:
            _keep(session, recorded, inputs)
    except AssistAIError as error:
        return [Problem(str(error), code=error.code)]
    return []


def diff(session: Session, code: str, recorded: Properties, inputs: Properties) -> Difference:
    """Compare a declaration with the recorded outputs. Only if something changes, it reads the live agents.

    Raises:
        WrongOrganizationError: the agent belongs to another organization.
        AdoptionError: `adopt` is the code of another agent than the recorded one, or another resource adopts this one.
        NameTakenError: the new name is the name of another live agent.
        DashboardEditError: the change would overwrite a dashboard edit, and `on_conflict` is "fail".
    """
    session.require_own(recorded)
    adoption.refuse_another(code, inputs)
    adoption.keep(session, code)
    changed = _changed(session, code, recorded, inputs)
    forgotten = [field for field in FIELDS if field in recorded and field not in inputs]
    if forgotten:
        session.warn(f"agent {code}: {', '.join(forgotten)} no longer declared; AssistAI keeps what it has, unmanaged")
    if changed and not _differing(recorded, inputs):
        session.tell(f"agent {code} will be updated: {_why_again(session, changed)}")
    if changed:
        _refuse_name_of_another(session, code, recorded, inputs)
        _compare_with_dashboard(session, code, recorded, inputs)
    policies = [name for name in POLICIES if _policy(recorded, name) != _policy(inputs, name)]
    difference = Difference((*changed, *forgotten, *policies))
    if not difference.changes:
        # A resource with changes may be replaced instead: `update` claims its agent.
        session.handled_agents.claim(code)
    return difference


def create(session: Session, inputs: Properties) -> Made:
    """Create an agent, or adopt the one in `adopt`.

    Raises:
        NameTakenError, AdoptionError, OutcomeUnknownError, ApiError, TransportError: see `create_once`.
    """
    if inputs.get("adopt"):
        code = inputs["adopt"]
        _send(session, code, adoption.adopt(session, code, inputs))
    else:
        duplicates = bool(inputs.get("allow_duplicate_name"))
        code = create_once(session, pick(inputs, FIELDS), allow_duplicate_name=duplicates)
    session.handled_agents.claim(code)
    return Made(code, {**inputs, "code": code, "managed_since": _now(), **session.place})


def expect(session: Session, recorded: Properties, inputs: Properties) -> dict[str, Any]:
    """Return the outputs of `create` if nothing is recorded, else of `update`, as far as a preview knows them."""
    if recorded:
        return _updated(recorded.get("code", UNKNOWN), recorded, inputs)
    return {**inputs, "code": inputs.get("adopt") or UNKNOWN, "managed_since": UNKNOWN, **session.place}


def read(session: Session, code: str, recorded: Properties, declared: Properties | None = None) -> Found | None:
    """Return the agent as the shared listing shows it, None if it is gone.

    Args:
        session: the organization.
        code: the agent.
        recorded: the outputs in the state.
        declared: the arguments in the state, empty for an agent that is only read. Default: those among `recorded` if
            it has `managed_since`.

    Raises:
        AgentGoneError: the agent is read for the first time and does not exist.
        WrongOrganizationError: the agent belongs to another organization.
        IncompleteListingError, ApiError, TransportError: the agents could not be listed.
    """
    session.require_own(recorded)
    live = session.inventory.find(code)
    if live is None and not _is_young(session, recorded):
        live = session.inventory.find_again(code)
        if live is None and not recorded:
            raise AgentGoneError(f"{session.settings.place_in_words} has no agent {code}; check the code")
        if live is None:
            return None
    if declared is None:
        declared = pick(recorded, INPUTS) if "managed_since" in recorded else {}
    if live is not None and not declared:
        return Found(_shown(session, live))
    _tell_what_cannot_be_seen(session, declared)
    outputs = _look(session, live, recorded, declared) if live else dict(recorded)
    return Found(outputs, {**declared, **pick(outputs, declared)})


def update(session: Session, code: str, recorded: Properties, inputs: Properties) -> dict[str, Any]:
    """Send the changed fields and return the outputs: PATCH /agents/CODE, or no call if no field changed.

    If somebody edited the agent in AssistAI, it sends every declared field.

    Raises:
        WrongOrganizationError: the agent belongs to another organization.
        AgentGoneError: the agent does not exist any more.
        ApiError, TransportError: the call failed.
    """
    session.require_own(recorded)
    session.handled_agents.claim(code)
    changed = _changed(session, code, recorded, inputs)
    # Somebody who edited a visible field may have edited the hidden ones as well.
    sent = FIELDS if changed and _edited(session, code, recorded) else changed
    _send(session, code, pick(inputs, sent))
    return _updated(code, recorded, inputs)


def delete(session: Session, code: str, recorded: Properties) -> None:
    """Leave the agent as it is or archive it, depending on `on_delete`. The API cannot delete an agent.

    "archive" disconnects WhatsApp, DELETE /agents/CODE/integrations/whatsappweb, and renames the agent, PATCH
    /agents/CODE.

    Raises:
        WrongOrganizationError: the agent belongs to another organization.
        ApiError, TransportError: a call failed.
    """
    session.require_own(recorded)
    # The name may be a secret, which nothing here shows: so messages have only the code.
    if code in session.handled_agents or code in session.declared_adoptions:
        session.tell(f"agent {code} was left as it is: another resource of this program manages it now")
    elif recorded.get("on_delete") == "archive":
        archive(session, code, str(recorded.get("name")))
    else:
        session.warn(f"agent {code} is no longer managed, but keeps answering: AssistAI cannot delete agents")


def _claim(session: Session, inputs: Properties) -> None:
    """Reserve the name of a new declaration, and the agent that it adopts."""
    name, adopt = inputs.get("name"), inputs.get("adopt")
    if name is not None:
        _claim_name(session, inputs)
    if adopt is not None:
        adoption.claim(session, adopt, inputs)
    if name is not None and not inputs.get("allow_duplicate_name"):
        refuse_taken_name(session, name, adopt=adopt)
        _warn_about_similar_names(session, name, adopt)
        _tell_about_earlier_creation(session, name)


def _warn_about_similar_names(session: Session, name: str, adopt: str | None) -> None:
    similar = [f'"{agent.name}" ({agent.code})' for agent in session.inventory.similar(name) if agent.code != adopt]
    declared = session.declared_names.similar(name)
    others = [*similar, *([f'"{declared}" of this program'] if declared else [])]
    if others:
        session.warn(f'"{name}" differs from {", ".join(others)} only in case, accents or signs: do you mean both?')


def _tell_about_earlier_creation(session: Session, name: str) -> None:
    found = earlier_creation(session, name)
    if found is None:
        return
    creation, left = found
    session.warn(
        f'another process on this machine began to create "{name}", and no state has it '
        f"({creation.code or 'no answer'}): `pulumi up` looks for it for up to {left:.0f} s before it creates an agent"
    )


def _refuse_name_of_another(session: Session, code: str, recorded: Properties, inputs: Properties) -> None:
    name = inputs.get("name")
    if name is None or name is UNKNOWN or inputs.get("allow_duplicate_name"):
        return
    if not same_text(name, str(recorded.get("name"))):
        refuse_taken_name(session, name, adopt=code)


def _keep(session: Session, recorded: Properties, inputs: Properties) -> None:
    """Reserve the name of a recorded resource if it changes."""
    name = inputs["name"]
    if name not in (UNKNOWN, recorded.get("name")):
        _claim_name(session, inputs)
    if name is not UNKNOWN:
        session.managed_names.claim(name)


def _claim_name(session: Session, inputs: Properties) -> None:
    """Reserve a name that this operation gives to an agent."""
    if not inputs.get("allow_duplicate_name") and not session.declared_names.claim(inputs["name"]):
        raise NameTakenError(declared_twice(inputs["name"]))


def _send(session: Session, code: str, fields: dict[str, str]) -> None:
    if not fields:
        return
    try:
        updates.send(session, code, fields)
    except NotFoundError as error:
        session.require_api()
        raise AgentGoneError(
            f"agent {code} is gone ({error.method} {error.path} answered 404"
            f"{': ' + error.detail if error.detail else ''}); run `pulumi refresh`, then `pulumi up` to create it again"
        ) from None
    session.inventory.change(code, fields)


def _changed(session: Session, code: str, recorded: Properties, inputs: Properties) -> list[str]:
    """Return the fields to send."""
    declared = [field for field in FIELDS if field in inputs]
    if session.settings.reapply:
        return declared
    sent = (*_differing(recorded, inputs), *updates.unanswered(session, code))
    return [field for field in declared if field in sent]


def _why_again(session: Session, fields: list[str]) -> str:
    """Return why fields are sent although their declaration is the recorded one."""
    if session.settings.reapply:
        return "ASSISTAI_REAPPLY sends every declared field again"
    return f"an earlier update of {', '.join(fields)} got no answer, so `pulumi up` sends them again"


def _policy(properties: Properties, name: str) -> Any:
    """Return the value of a policy, its default if it is not declared."""
    value = properties.get(name)
    return AgentInputs.model_fields[name].default if value is None else value


def _differing(recorded: Properties, inputs: Properties) -> list[str]:
    return [field for field in FIELDS if field in inputs and inputs[field] != recorded.get(field)]


def _compare_with_dashboard(session: Session, code: str, recorded: Properties, inputs: Properties) -> None:
    live = session.inventory.find(code)
    if live is None:
        return
    for field in VISIBLE:
        value, before, after = live_value(live, field), recorded.get(field), inputs.get(field)
        if after in (None, UNKNOWN, before) or before is None or same_text(after, value):
            continue
        if memory.was_seen(recorded, field, value) or same_text(before, value):
            continue
        edit = f'{field} of {code} was edited in AssistAI: recorded "{before}", live "{value}", declared "{after}"'
        if session.settings.on_conflict == "fail":
            raise DashboardEditError(
                f"{edit}; nothing was changed: run `pulumi refresh` to see the edit, "
                "or set ASSISTAI_ON_CONFLICT=overwrite to overwrite it"
            )
        session.warn(f"{edit}; `pulumi up` overwrites the edit")
    if _edited(session, code, recorded):
        session.tell(f"agent {code} was edited in AssistAI: `pulumi up` sends every declared field, even hidden ones")


def _edited(session: Session, code: str, recorded: Properties) -> bool:
    """Return whether somebody edited the agent, according to the last refresh or the listing."""
    live = session.inventory.known(code)
    if live is None or memory.edits(recorded) or session.settings.on_conflict == "fail":
        return memory.edits(recorded)
    return any(_is_edit(recorded, field, live_value(live, field)) for field in VISIBLE if field in recorded)


def _is_edit(recorded: Properties, field: str, value: str) -> bool:
    return not may_be_stored_as(recorded[field], value) and not memory.was_seen(recorded, field, value)


def _look(session: Session, live: ListedAgent, recorded: Properties, declared: Properties) -> dict[str, Any]:
    """Return the outputs after a look at the agent. A change since the last look is drift."""
    outputs = dict(recorded)
    for field in VISIBLE:
        if field not in recorded or field not in declared:
            continue
        view = memory.look(recorded, field, live_value(live, field))
        outputs |= {field: view.value}
        outputs = memory.remember(outputs, field, view)
        if view.form:
            session.tell_once(f"AssistAI stores {field} of {live.code} {view.form}; that is not drift")
    return outputs


def _updated(code: str, recorded: Properties, inputs: Properties) -> dict[str, Any]:
    """Return the outputs of an agent after an update."""
    # An imported agent is managed from its first update.
    kept = {"code": code, "managed_since": _now(), **pick(recorded, ("managed_since", *_PLACE))}
    return {**inputs, **kept, **memory.after_update(recorded, inputs)}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _is_young(session: Session, recorded: Properties) -> bool:
    since = recorded.get("managed_since")
    if since is None:
        return False
    age = datetime.now(UTC) - datetime.fromisoformat(since)
    return age.total_seconds() < session.settings.grace_period


def _tell_what_cannot_be_seen(session: Session, declared: Properties) -> None:
    hidden = [field for field in FIELDS if field not in VISIBLE]
    if any(field in declared for field in hidden):
        session.tell_once(
            f"{session.settings.place_in_words}: AssistAI does not show {', '.join(hidden)}, "
            "so a refresh cannot see edits of them; ASSISTAI_REAPPLY=true sends the declared values again"
        )


def _shown(session: Session, live: ListedAgent) -> dict[str, Any]:
    return {**live.model_dump(exclude_none=True), **session.place}
