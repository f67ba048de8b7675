"""APIs that rewrite, lag, hide or repeat: nothing twice, nothing forgotten, and each program comes to rest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pulumi_assistai.emulator import Emulator
from tests.conftest import Api, Project, needs_pulumi
from tests.waiting import wait_while_running

EMBEDDED, BOTH = ["embedded"], ["embedded", pytest.param("pulumi", marks=needs_pulumi)]

TEXTS = {
    "trim": {"description": "hola \n"},
    "crlf": {"description": "a\nb"},
    "nfc": {"description": "cafe\u0301"},
    "nfd": {"description": "café"},
    "html": {"name": "Q&A", "description": "<1>"},
    "blanks": {"description": "a  b"},
    "description:cut=10": {"description": "0123456789abcdef"},
    "drop=emoji": {"description": "hola 🚀 mundo"},
    "empty-null": {"description": ""},
    "no-descriptions": {"description": "d"},
    "lower": {"name": "Ventas"},
    "trim,crlf,nfc,html": {"description": " a\nCafe\u0301 & té \n"},
}

SAME_TEXTS = {odd: fields for odd, fields in TEXTS.items() if odd != "lower"}
"""Names in other letters are other names."""


@pytest.fixture
def odd() -> str:
    return ""


@pytest.fixture
def emulator(odd: str) -> Iterator[Emulator]:
    with Emulator(qr_lifetime=0, faults=True, odd=odd) as running:
        yield running


@pytest.fixture
def engine() -> str:
    return "embedded"


@pytest.fixture
def project(engine: str, tmp_path: Path, environment: dict[str, str]) -> Project:
    (tmp_path / "Pulumi.yaml").write_text("name: trial\nruntime: python\n", encoding="utf-8")
    return Project(engine, tmp_path, environment)


def agent(**fields: str) -> str:
    arguments = ", ".join(f"{name}={value!r}" for name, value in ({"name": "Ventas"} | fields).items())
    return f'assistai.Agent("ventas", {arguments}, instructions="Hola.")'


def both(*ids: str, texts: dict[str, dict[str, str]] = TEXTS) -> list[object]:
    """Return every text on the embedded engine, and those of `ids` on the Pulumi CLI as well."""
    return [
        pytest.param(engine, odd, fields, id=f"{odd}-{engine}", marks=[needs_pulumi] if engine == "pulumi" else [])
        for odd, fields in texts.items()
        for engine in (["embedded", "pulumi"] if odd in ids else ["embedded"])
    ]


@pytest.mark.parametrize(("engine", "odd", "fields"), both("trim", "html", "description:cut=10", "no-descriptions"))
def test_a_program_comes_to_rest(project: Project, api: Api, fields: dict[str, str]) -> None:
    project.up(agent(**fields))
    for verb in ("refresh", "up", "refresh"):
        assert project.run(verb).ok
    assert project.run("preview", "--expect-no-changes").ok
    assert len(api.requests("POST")) == 1
    assert len(api.requests("PATCH")) <= 1
    api.edit(project.state()["ventas"]["id"], name="Otro nombre")
    assert project.run("refresh").ok
    assert not project.run("preview", "--expect-no-changes").ok


@pytest.mark.parametrize(("engine", "odd", "fields"), both("nfc", "blanks", texts=SAME_TEXTS))
def test_a_lost_creation_is_one_agent(project: Project, api: Api, fields: dict[str, str]) -> None:
    project.write(agent(**fields))
    api.faults.add("cut-after", method="POST")
    project.run("up")
    project.run("up")
    assert len(api.requests("POST")) == 1
    assert len(api.agents()) == 1


@pytest.mark.parametrize(
    ("live", "declared"),
    [
        ("Café", "Cafe\u0301"),
        ("Ventas", "Ven\u200btas"),
        ("Ventas Acme", "Ventas\u00a0Acme"),
        ("Ventas Acme", "Ventas  Acme"),
        ("Q&amp;A", "Q&A"),
    ],
)
def test_a_name_that_a_person_cannot_tell_apart_is_taken(project: Project, api: Api, live: str, declared: str) -> None:
    code = api.create(live)
    project.write(agent(name=declared))
    assert code in project.fails("preview")
    assert f'adopt="{code}"' in project.fails("up")
    assert api.requests("POST") == []


@pytest.mark.parametrize("live", ["ventas", "Véntas", "VENTAS"])
def test_a_name_that_differs_in_case_or_accents_alone_is_warned_about(project: Project, api: Api, live: str) -> None:
    code = api.create(live)
    project.write(agent())
    text = project.run("preview").text
    assert f'"Ventas" differs from "{live}" ({code}) in case, accents or signs alone' in text


def test_two_declarations_of_one_name_are_refused_and_of_similar_ones_warned_about(project: Project) -> None:
    project.write('assistai.Agent("a", name="Café")\nassistai.Agent("b", name="Cafe\u0301")')
    assert "are declared; give them different names" in project.fails("preview")
    project.write('assistai.Agent("a", name="Café")\nassistai.Agent("b", name="cafe")')
    assert "of this program in case, accents or signs alone" in project.run("preview").text


@pytest.mark.parametrize("engine", BOTH)
@pytest.mark.parametrize("odd", ["late-agents=3"])
def test_a_lost_creation_is_looked_for_as_long_as_the_listing_may_lag(project: Project, api: Api) -> None:
    project.reopen(ASSISTAI_GRACE_PERIOD="20", ASSISTAI_SETTLE_TIME="")
    project.write(agent())
    api.faults.add("cut-after", method="POST")
    outcome = project.up()
    assert "looking for the agent in the listing for up to 20 s" in outcome.text
    assert len(api.requests("POST")) == 1
    assert project.state()["ventas"]["id"] == api.agent("Ventas")["code"]


TWO_PROVIDERS = """
import os
names = ("api_token", "tenant_domain", "organization_code", "base_url")
same = {name: os.environ["ASSISTAI_" + name.upper()] for name in names}
second = assistai.Provider("second", **same)
assistai.Agent("a", name="Ventas")
assistai.Agent("b", name="Ventas", opts=pulumi.ResourceOptions(provider=second))
"""


@pytest.mark.parametrize("engine", BOTH)
def test_one_name_under_two_providers_is_one_post(project: Project, api: Api) -> None:
    api.faults.add("hang-after", method="POST", seconds=0.5, count=1)
    project.write(TWO_PROVIDERS)
    project.run("up")
    assert len(api.requests("POST")) == 1
    assert len(api.agents()) == 1


def test_one_agent_is_not_adopted_by_two_providers(project: Project, api: Api) -> None:
    code = api.create("Ventas")
    adopting = TWO_PROVIDERS.replace('name="Ventas"', f'name="Ventas", adopt="{code}"')
    project.write(adopting)
    assert f'adopt="{code}" was said by another provider of this program' in project.fails("up")


@pytest.mark.parametrize("engine", BOTH)
def test_a_killed_run_is_not_repeated_at_once(project: Project, api: Api) -> None:
    project.reopen(ASSISTAI_TIMEOUT="20", ASSISTAI_GRACE_PERIOD="20", ASSISTAI_SETTLE_TIME="20")
    project.write("\n".join(f'assistai.Agent("a{n}", name="Agente {n}")' for n in range(3)))
    assert project.run("preview").ok
    api.faults.add("hang-after", method="POST", seconds=60, count=0)
    with project.stack.start_up() as running:
        wait_while_running(running, lambda: len(api.agents()) == 3)
    api.faults.clear()
    project.stack.recover()
    text = project.fails("up")
    assert "`assistai status` lists all agents that nothing manages, with their adopt lines" in text
    assert len(api.agents()) == 3


@pytest.mark.parametrize("engine", BOTH)
def test_a_rename_onto_a_live_agent_is_refused_at_preview(project: Project, api: Api) -> None:
    code = api.create("Soporte")
    project.up(agent())
    project.write(agent(name="Soporte"))
    assert code in project.fails("preview")
    project.fails("up")
    assert api.requests("PATCH") == []


def test_an_edited_prompt_is_repaired_with_an_edited_description(project: Project, api: Api) -> None:
    project.up(agent(description="Vende"))
    code = api.agent("Ventas")["code"]
    api.edit(code, description="tocada", instructions="Di que no.")
    assert project.run("refresh").ok
    assert "every declared field is sent, those that it hides too" in project.run("preview").text
    project.up()
    assert api.agent("Ventas")["instructions"] == "Hola."
    assert project.run("preview", "--expect-no-changes").ok


@pytest.mark.parametrize("odd", ["unique-names=409", "name-length=20", "name-without=[]"])
def test_an_agent_is_archived_on_an_api_that_does_not_take_every_name(project: Project, api: Api) -> None:
    name = "Ventas de la costa"
    archived = agent(name=name).replace(", instructions", ', on_delete="archive", instructions')
    for _ in range(2):
        project.up(archived)
        project.up("pass")
        (live,) = [agent for agent in api.agents() if agent["name"] != name]
        api.remove(live["code"])


def test_an_archived_agent_comes_back(project: Project, api: Api) -> None:
    archived = agent().replace(", instructions", ', on_delete="archive", instructions')
    project.up(archived)
    project.up("pass")
    (live,) = api.agents()
    project.write(archived)
    assert f'was archived: {live["code"]}; to bring it back declare adopt="{live["code"]}"' in project.fails("preview")
    project.up(archived.replace('"ventas", ', f'"ventas", adopt="{live["code"]}", '))
    assert [agent["name"] for agent in api.agents()] == ["Ventas"]
