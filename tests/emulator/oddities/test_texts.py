"""Texts are stored in another form than they were given."""

from __future__ import annotations

import pytest

from tests.emulator.conftest import create
from tests.emulator.oddities.conftest import listed, odd

FORMS = [
    ("trim", " hola \n", "hola"),
    ("crlf", "a\nb\r\nc\rd", "a\r\nb\r\nc\r\nd"),
    ("lf", "a\r\nb\rc", "a\nb\nc"),
    ("nfc", "cafe\u0301", "caf\u00e9"),
    ("nfd", "caf\u00e9", "cafe\u0301"),
    ("html", """Q&A <"'>""", "Q&amp;A &lt;&quot;&#x27;&gt;"),
    ("blanks", "a  b\t\u00a0c\n\n d", "a b c\n\n d"),
    ("lower", "Café", "café"),
    ("question-marks", "Ventas 🚀 é", "Ventas ? é"),
    ("empty-null", "", None),
    ("cut=10", "0123456789abcdef", "0123456789"),
    ("drop=emoji", "Ventas 🚀\u2764\ufe0f 1", "Ventas  1"),
    ("drop=invisible", "Ven\u200btas\u00ad\ufeff", "Ventas"),
    ("drop=[]", "[a]", "a"),
]


@pytest.mark.parametrize(("name", "given", "stored"), FORMS)
def test_what_is_created_and_changed_is_stored_in_that_form(name: str, given: str, stored: str | None) -> None:
    with odd(name) as (client, control):
        created = create(client, "x", description=given, instructions=given)
        changed = create(client, "x", description="x")
        assert client.patch(f"/agents/{changed}", json={"description": given, "instructions": given}).status_code == 204
        assert [agent["code"] for agent in listed(client)] == [created, changed]
        assert [agent["description"] for agent in listed(client)] == [stored, stored]
        assert [agent["instructions"] for agent in control.get("/agents").json()] == [stored, stored]


def test_without_oddities_a_text_stays_as_it_is() -> None:
    with odd("") as (client, _):
        for _, given, _ in FORMS:
            create(client, "x", description=given)
        assert [agent["description"] for agent in listed(client, take=50)] == [given for _, given, _ in FORMS]


def test_each_form_gets_what_the_one_before_it_made() -> None:
    for names, stored in (("trim,nfc,html,cut=6", "&amp; "), ("cut=6,trim,html", "&amp; caf")):
        with odd(names) as (client, _):
            create(client, " & cafe\u0301")
            assert [agent["name"] for agent in listed(client)] == [stored]


def test_a_form_may_be_of_one_field() -> None:
    with odd("name:lower,description:cut=1") as (client, _):
        create(client, "Ventas", description="Precios")
        [agent] = listed(client)
        assert (agent["name"], agent["description"]) == ("ventas", "P")


def test_the_dashboard_writes_what_it_is_given() -> None:
    with odd("trim") as (client, control):
        made = {"tenant": "sandbox", "organization": "SANDBOX", "name": " Ventas "}
        assert control.post("/agents", json=made).status_code == 201
        assert [agent["name"] for agent in listed(client)] == [" Ventas "]


def test_a_name_of_which_nothing_is_left_is_refused() -> None:
    for names in ("trim", "trim,empty-null"):
        with odd(names) as (client, _):
            answer = client.post("/agents", json={"name": " "})
            assert (answer.status_code, answer.json()["message"]) == (400, ["name should not be empty"])
