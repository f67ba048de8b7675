"""Memory of what was seen: an API that rewrites texts comes to rest, and a later edit is still drift."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest

from pulumi_assistai.lifecycle import agents, memory
from tests.conftest import Api
from tests.lifecycle.conftest import Connect, live

Store = Callable[[str], str]

FORM, OTHER_FORM = "0123456789abcdef", "fedcba9876543210"


def remembered(value: str, *seen: str) -> dict[str, Any]:
    return {"description": value, memory.SEEN: {"description": [*seen]}}


def digest(value: str) -> str:
    return memory.look({"description": "x"}, "description", value).seen[-1]


def test_a_digest_stays_as_states_have_it() -> None:
    assert digest("Vende") == "1a2c4f5579c93450"
    assert digest("\ud83d") != digest("\ud83e")


def test_what_was_seen_of_a_drifted_value_is_remembered_until_it_is_repaired() -> None:
    seen = (FORM, digest("tocado"))
    assert memory.look(remembered("tocado", *seen), "description", "tocado") == memory.View("tocado", seen)
    assert memory.look(remembered("Vende", *seen), "description", "Vende") == memory.View("Vende")


def test_a_look_says_in_which_form_a_text_is_kept() -> None:
    assert memory.look({"description": "Vende "}, "description", "Vende").form == "without blanks at its ends"


def test_one_kept_form_is_remembered_beside_a_drifted_value() -> None:
    view = memory.look(remembered("Vende", FORM, OTHER_FORM), "description", "tocado")
    assert view == memory.View("tocado", (FORM, digest("tocado")), drifted=True)


def test_a_look_at_one_field_keeps_what_was_seen_of_the_others() -> None:
    outputs = memory.remember(remembered("Vende", FORM), "instructions", memory.View("Hola.", (OTHER_FORM,)))
    assert outputs[memory.SEEN] == {"description": [FORM], "instructions": [OTHER_FORM]}


def test_an_update_forgets_what_was_seen_of_another_declaration() -> None:
    recorded = remembered("Vende", FORM)
    assert memory.after_update(recorded, {"description": "Vende"}) == {memory.SEEN: {"description": [FORM]}}
    assert memory.after_update(recorded, {"description": "Otra"}) == {}
    assert memory.after_update(recorded, {}) == {}


def test_a_field_that_is_declared_again_is_remembered_as_empty() -> None:
    for seen, kept in ([FORM], {}), ([digest("")], {memory.SEEN: {"description": [digest("")]}}):
        assert memory.after_update({memory.SEEN: {"description": seen}}, {"description": "Vende"}) == kept


SAME_TEXT: dict[str, tuple[str, Store]] = {
    "trims": (" hola \n", str.strip),
    "other line ends": ("a\nb", lambda text: text.replace("\n", "\r\n")),
    "composes": ("cafe\u0301", lambda text: unicodedata.normalize("NFC", text)),
    "decomposes": ("café", lambda text: unicodedata.normalize("NFD", text)),
    "escapes": ("Q&A <1>", html.escape),
    "collapses blanks": ("a  b", lambda text: " ".join(text.split())),
}
LESS_TEXT: dict[str, tuple[str, Store]] = {
    "shortens": ("0123456789abcdef", lambda text: text[:10]),
    "drops characters": ("hola 🚀 mundo", lambda text: text.replace("🚀", "")),
    "keeps nothing": ("d", lambda _text: ""),
    "writes in capitals": ("hola", str.upper),
}


class Rewriter:
    """A program with one agent, on an API that stores its description in another form.

    Each step is an operation of its own, with a session of its own. The API is an emulator, whose dashboard rewrites
    the description after each write.
    """

    def __init__(self, connect: Connect, api: Api, description: str, store: Store) -> None:
        self._connect = connect
        self._api = api
        self._store = store
        self.declared = {"name": "Ventas", "description": description, "instructions": "Hola."}
        made = agents.create(connect(), self.declared)
        self.code, self.state, self.sent = made.id, made.outputs, 0
        self._rewrite()

    def up(self, **settings: Any) -> None:
        session = self._connect(**settings)
        if agents.diff(session, self.code, self.state, self.declared).changes:
            self.state = agents.update(session, self.code, self.state, self.declared)
            self.sent += 1
            self._rewrite()

    def refresh(self) -> None:
        found = agents.read(self._connect(grace_period=0), self.code, self.state)
        assert found is not None
        self.state = found.outputs

    @property
    def changes(self) -> bool:
        return agents.diff(self._connect(), self.code, self.state, self.declared).changes

    def _rewrite(self) -> None:
        description = live(self._api, self.code)["description"]
        self._api.edit(self.code, description=self._store(description))


@pytest.mark.parametrize(("description", "store"), SAME_TEXT.values(), ids=SAME_TEXT)
def test_the_same_text_is_never_sent_again(connect: Connect, api: Api, description: str, store: Store) -> None:
    program = Rewriter(connect, api, description, store)
    for _ in range(2):
        program.refresh()
        program.up()
    assert (program.sent, program.changes) == (0, False)
    assert memory.EDITED not in program.state


@pytest.mark.parametrize(("description", "store"), LESS_TEXT.values(), ids=LESS_TEXT)
def test_less_text_is_repaired_once(connect: Connect, api: Api, description: str, store: Store) -> None:
    program = Rewriter(connect, api, description, store)
    for _ in range(3):
        program.refresh()
        program.up()
    assert (program.sent, program.changes) == (1, False)


FORMS = {**SAME_TEXT, **LESS_TEXT}


@pytest.mark.parametrize(("description", "store"), FORMS.values(), ids=FORMS)
def test_a_later_edit_is_drift_and_is_repaired_with_every_field(
    connect: Connect, api: Api, description: str, store: Store
) -> None:
    program = Rewriter(connect, api, description, store)
    for _ in range(2):
        program.refresh()
        program.up()
    before = program.sent
    api.edit(program.code, description="otra cosa", instructions="cambiadas")
    program.refresh()
    assert program.changes
    program.up()
    assert api.bodies("PATCH")[-1] == program.declared
    for _ in range(2):
        program.refresh()
        program.up()
    assert (program.sent, program.changes) == (before + 1, False)


def test_an_edit_that_comes_again_after_it_was_seen_repaired_is_drift_again(connect: Connect, api: Api) -> None:
    program = Rewriter(connect, api, "hola", str)
    for _ in range(2):
        api.edit(program.code, description="otra")
        program.refresh()
        program.up()
        program.refresh()
    assert program.sent == 2


def test_an_edit_that_was_taken_back_leaves_nothing_to_repair_and_comes_again_as_drift(
    connect: Connect, api: Api
) -> None:
    program = Rewriter(connect, api, "hola", str)
    for text in ("otra", "hola", "otra"):
        api.edit(program.code, description=text)
        program.refresh()
    assert program.changes
    program.up()
    assert live(api, program.code)["description"] == "hola"


def test_a_new_declaration_is_compared_anew(connect: Connect, api: Api) -> None:
    program = Rewriter(connect, api, "0123456789abcdef", lambda text: text[:10])
    program.refresh()
    program.up()
    program.declared["description"] = "Otra cosa distinta"
    program.up()
    assert program.state.get(memory.SEEN) is None


@pytest.mark.parametrize("store", [str.strip, lambda text: text.replace("\n", "\r\n")])
def test_an_edit_of_the_instructions_is_no_conflict_where_the_api_rewrites(
    connect: Connect, api: Api, store: Store
) -> None:
    program = Rewriter(connect, api, " hola\nmundo \n", store)
    program.declared["instructions"] = "Adiós."
    program.up(on_conflict="fail")
    assert api.bodies("PATCH")[-1] == {"instructions": "Adiós."}


def test_a_state_without_memory_has_no_diff(connect: Connect, api: Api) -> None:
    program = Rewriter(connect, api, "hola", str)
    assert not {memory.SEEN, memory.EDITED} & program.state.keys()
    assert not program.changes


def test_the_text_itself_is_not_remembered(connect: Connect, api: Api) -> None:
    program = Rewriter(connect, api, " secreto ", str.strip)
    program.refresh()
    assert "secreto" not in str(program.state[memory.SEEN])
