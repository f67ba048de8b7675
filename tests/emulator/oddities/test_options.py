"""Oddities by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from pulumi_assistai.emulator import Emulator, EmulatorError
from pulumi_assistai.emulator.oddities.options import NAMES
from tests.emulator.oddities.conftest import odd

WRONG = [
    ("triim", 'unknown oddity "triim"; the oddities are: trim, '),
    ("nothing:trim", 'unknown oddity "nothing:trim"'),
    ("name:no-meta", 'unknown oddity "name:no-meta"'),
    ("texts=x", 'unknown oddity "texts"'),
    ("trim=1", 'the oddity "trim" takes no value'),
    ("cut", 'the oddity "cut" needs a value'),
    ("cut=x", 'the oddity "cut" needs a value'),
    ("drop=", 'the oddity "drop" needs a value'),
    ("no-meta=1", 'the oddity "no-meta": takes no value'),
    ("cap", 'the oddity "cap": Input should be a valid integer'),
    ("cap=0", 'the oddity "cap": Input should be greater than or equal to 1'),
    ("after-last=500", 'the oddity "after-last": Input should be'),
    ("late-agents=soon", 'the oddity "late-agents": must be seconds, such as 15s, or'),
]


@pytest.mark.parametrize(("names", "message"), WRONG)
def test_a_wrong_oddity_is_one_line(names: str, message: str) -> None:
    with pytest.raises(EmulatorError) as error:
        Emulator(odd=names)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_health_names_them() -> None:
    with odd("trim,no-meta") as (_, control):
        assert control.get("/health").json()["odd"] == "trim,no-meta"


def test_the_documentation_has_all_of_them() -> None:
    text = Path("docs/emulator.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if f"`{name}`" not in text and f"`{name}=" not in text] == []


def test_they_go_with_the_other_dialect() -> None:
    with odd("trim,no-meta,item=null-name,connected=CONNECTED", dialect="other") as (client, _):
        assert client.post("/agents", json={"name": " Ventas "}).status_code == 201
        body = client.get("/agents").json()
        assert "meta" not in body
        assert [agent["name"] for agent in body["data"]] == [None]
