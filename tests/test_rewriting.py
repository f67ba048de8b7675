"""APIs that rewrite, lag, hide or repeat: nothing twice, nothing forgotten, and each program comes to rest.

Every case is played on the embedded engine. A third is played on the Pulumi CLI as well: what depends on the engine's
refresh, state, replacements, provider processes and killed runs, and some texts. Some cases are played with native
resources on the embedded engine as well, and all of them, on both engines, where ASSISTAI_TEST_NATIVE=all asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import httpx
import pytest

from pulumi_assistai.cli.status.fleet_status import look
from pulumi_assistai.emulator import Emulator
from pulumi_assistai.lifecycle.session import Session
from tests.conftest import ALL_ASKED, AS_ASKED, EITHER_WAY, NATIVE, Api, Project, needs_pulumi, settings_for
from tests.scripted import Reply, Request, serve
from tests.waiting import DEADLINE, wait_while_running

BOTH = AS_ASKED
EMBEDDED = ["embedded", f"embedded{NATIVE}"] if ALL_ASKED else ["embedded"]

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

NAMES = {
    "html": {"name": "Preguntas & Respuestas"},
    "nfc": {"name": "Cafe\u0301"},
    "blanks": {"name": "Ventas  Acme"},
}

LOST_TEXTS = {odd: fields for odd, fields in TEXTS.items() if odd != "lower"} | NAMES
"""Names in other letters are other names: such an agent is named, not taken."""


@pytest.fixture
def odd() -> str:
    return ""


@pytest.fixture
def emulator(odd: str) -> Iterator[Emulator]:
    with Emulator(qr_lifetime=0, faults=True, odd=odd) as running:
        yield running


@pytest.fixture(params=EMBEDDED)
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def project(engine: str, tmp_path: Path, environment: dict[str, str]) -> Project:
    return project_in(tmp_path, engine, environment)


def project_in(directory: Path, engine: str, environment: dict[str, str]) -> Project:
    directory.mkdir(exist_ok=True)
    (directory / "Pulumi.yaml").write_text(f"name: trial-{directory.name}\nruntime: python\n", encoding="utf-8")
    return Project(engine, directory, environment)


def agent(**fields: str) -> str:
    arguments = ", ".join(f"{name}={value!r}" for name, value in ({"name": "Ventas"} | fields).items())
    return f'assistai.Agent("ventas", {arguments}, instructions="Hola.")'


ARCHIVED = agent().replace(", instructions", ', on_delete="archive", instructions')


def engines(*, cli: bool, native: bool) -> list[str]:
    """Return the embedded engine, and the Pulumi CLI and native resources on the embedded engine where wanted."""
    wanted = {"embedded": True, "pulumi": cli, f"embedded{NATIVE}": native or ALL_ASKED}
    return [engine for engine, is_wanted in wanted.items() if is_wanted]


def both(*ids: str, texts: dict[str, dict[str, str]] = TEXTS) -> list[object]:
    """Return every text on the embedded engine, those of `ids` on the CLI, and the first with native resources too."""
    return [
        pytest.param(engine, odd, fields, id=f"{odd}-{engine}", marks=[needs_pulumi] if engine == "pulumi" else [])
        for odd, fields in texts.items()
        for engine in engines(cli=odd in ids, native=odd == ids[0])
    ]


@pytest.mark.parametrize(("engine", "odd", "fields"), both("trim", "html", "description:cut=10"))
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


@pytest.mark.parametrize(("engine", "odd", "fields"), both("nfc", "blanks", "html", texts=LOST_TEXTS))
def test_a_lost_creation_is_one_agent(project: Project, api: Api, fields: dict[str, str]) -> None:
    project.write(agent(**fields))
    api.faults.add("cut-after", method="POST")
    project.run("up")
    project.run("up")
    assert len(api.requests("POST")) == 1
    assert len(api.agents()) == 1


@pytest.mark.parametrize(("odd", "name"), [("lower", "Ventas"), ("question-marks", "Ventas 🚀")])
def test_a_lost_creation_under_a_name_in_other_letters_is_named(project: Project, api: Api, name: str) -> None:
    project.write(agent(name=name))
    api.faults.add("cut-after", method="POST")
    text = project.fails("up")
    (live,) = api.agents()
    assert f"these new agents could be it: {live['code']}; none of them was changed" in text
    project.up(agent(name=name, adopt=live["code"]))
    assert project.run("refresh").ok
    assert project.run("up").ok
    assert len(api.requests("POST")) == 1


LOOKALIKES = [
    *((engine, "Café", "Cafe\u0301") for engine in EMBEDDED),
    ("embedded", "Ventas", "Ven\u200btas"),
    ("embedded", "Ventas Acme", "Ventas\u00a0Acme"),
    ("embedded", "Ventas Acme", "Ventas  Acme"),
    ("embedded", "Ventas ", "Ventas"),
    ("embedded", "Q&amp;A", "Q&A"),
    pytest.param("pulumi", "Ventas", "Ven\u200btas", marks=needs_pulumi),
]


@pytest.mark.parametrize(("engine", "live", "declared"), LOOKALIKES)
def test_a_name_that_a_person_cannot_tell_apart_is_taken(project: Project, api: Api, live: str, declared: str) -> None:
    code = api.create(live)
    project.write(agent(name=declared))
    assert code in project.fails("preview")
    assert project.words(f'adopt="{code}"') in project.fails("up")
    assert api.requests("POST") == []


def test_a_name_with_a_blank_at_its_end_is_refused(project: Project, api: Api) -> None:
    api.create("Ventas")
    project.write(agent(name="Ventas "))
    assert "name: must not begin or end with blanks" in project.fails("preview")


@pytest.mark.parametrize("live", ["ventas", "Véntas", "VENTAS"])
def test_a_name_that_differs_in_case_or_accents_alone_is_warned_about(project: Project, api: Api, live: str) -> None:
    code = api.create(live)
    project.write(agent())
    text = project.run("preview").text
    assert f'"Ventas" differs from "{live}" ({code}) only in case, accents or signs' in text


def test_two_declarations_of_one_name_are_refused_and_of_similar_ones_warned_about(project: Project) -> None:
    project.write('assistai.Agent("a", name="Café")\nassistai.Agent("b", name="Cafe\u0301")')
    assert "are declared; give them different names" in project.fails("preview")
    project.write('assistai.Agent("a", name="Café")\nassistai.Agent("b", name="cafe")')
    assert "of this program only in case, accents or signs" in project.run("preview").text


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


@pytest.mark.parametrize("engine", EITHER_WAY)
def test_one_name_under_two_providers_is_one_post(project: Project, api: Api) -> None:
    api.faults.add("hang-after", method="POST", seconds=0.5, count=1)
    project.write(TWO_PROVIDERS)
    project.run("up")
    assert len(api.requests("POST")) == 1
    assert len(api.agents()) == 1


class MeetingPoint:
    """The API on an address where the listings of two programs wait for each other until an agent is made."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._together = Barrier(2, timeout=DEADLINE)

    def __call__(self, request: Request) -> Reply:
        kept = {name: request.headers[name] for name in request.headers if name not in ("host", "connection")}
        url = f"{self._api.url}{request.path}"
        answer = httpx.request(request.method, url, headers=kept, content=request.body, timeout=DEADLINE)
        if request.method == "GET" and not self._api.requests("POST"):
            self._together.wait()
        return Reply(answer.status_code, answer.content, {"content-type": answer.headers["content-type"]})


@pytest.mark.parametrize(
    ("engine", "grace"),
    [*((engine, "0") for engine in EMBEDDED), ("embedded", "60"), pytest.param("pulumi", "60", marks=needs_pulumi)],
)
def test_one_name_in_two_stacks_at_once_is_one_post(
    engine: str, tmp_path: Path, environment: dict[str, str], api: Api, grace: str
) -> None:
    api.faults.add("drip", method="POST", seconds=0.002, count=0)
    with serve(MeetingPoint(api)) as meeting, ThreadPoolExecutor(2) as pool:
        environment |= {"ASSISTAI_BASE_URL": meeting.url, "ASSISTAI_TIMEOUT": "60", "ASSISTAI_GRACE_PERIOD": grace}
        projects = [project_in(tmp_path / name, engine, environment) for name in ("uno", "dos")]
        for project in projects:
            project.write(agent())
        outcomes = list(pool.map(lambda project: project.run("up"), projects))
    assert len(api.requests("POST")) == 1
    (failed,) = [outcome for outcome in outcomes if not outcome.ok]
    code = api.agent("Ventas")["code"]
    found = f'an agent named "Ventas" exists already: {code}; to manage it declare adopt="{code}"'
    assert projects[0].words(found) in failed.text


def test_one_agent_is_not_adopted_by_two_providers(project: Project, api: Api) -> None:
    code = api.create("Ventas")
    adopting = TWO_PROVIDERS.replace('name="Ventas"', f'name="Ventas", adopt="{code}"')
    project.write(adopting)
    assert project.words(
        f"another provider of this program or another stack is adopting agent {code}"
    ) in project.fails("up")


@pytest.mark.parametrize("engine", AS_ASKED)
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
    assert "`assistai status` lists all unmanaged agents" in text
    assert len(api.agents()) == 3


@pytest.mark.parametrize("engine", BOTH)
def test_a_preview_after_a_killed_run_leads_to_all_that_it_made(project: Project, api: Api) -> None:
    project.write("\n".join(f'assistai.Agent("a{n}", name="Agente {n}")' for n in range(4)))
    assert project.run("preview").ok
    api.faults.add("hang-after", method="POST", seconds=60, count=0)
    with project.stack.start_up() as running:
        wait_while_running(running, lambda: len(api.agents()) == 4)
    project.stack.recover()
    text = project.fails("preview")
    assert "`assistai status` lists all unmanaged agents" in text
    found = look(Session(settings_for(api.url)), project.stack.export(), live=False)
    assert [agent.code for agent in found.unmanaged] == [agent["code"] for agent in api.agents()]


@pytest.mark.parametrize("engine", AS_ASKED)
def test_a_rename_onto_a_live_agent_is_refused_at_preview(project: Project, api: Api) -> None:
    code = api.create("Soporte")
    project.up(agent())
    project.write(agent(name="Soporte"))
    assert code in project.fails("preview")
    project.fails("up")
    assert api.requests("PATCH") == []


@pytest.mark.parametrize("engine", BOTH)
@pytest.mark.parametrize("odd", ["page-ignored,no-meta"])
def test_a_new_agent_beyond_the_only_page_is_neither_forgotten_nor_created_again(project: Project, api: Api) -> None:
    for number in range(54):
        api.create(f"Agente {number}")
    assert 'an agent named "Ventas" may exist without being listed' in project.up(agent()).text
    assert "so there may be more items: nothing was removed from the state" in project.fails("refresh")
    assert project.run("up", "--expect-no-changes").ok
    assert project.state()["ventas"]["id"] == api.agent("Ventas")["code"]
    assert len(api.requests("POST")) == 1


@pytest.mark.parametrize("odd", ["page-ignored,no-meta"])
def test_a_lost_creation_beyond_the_only_page_is_not_repeated(project: Project, api: Api) -> None:
    for number in range(54):
        api.create(f"Agente {number}")
    project.write(agent())
    api.faults.add("cut-after", method="POST")
    look = "AssistAI may not list it: look for the agent in AssistAI, and if it is not there, declare"
    assert look in project.fails("up")
    for verb in ("preview", "up"):
        assert look in project.fails(verb)
    assert len(api.requests("POST")) == 1
    project.up(agent().replace("instructions", "allow_duplicate_name=True, instructions"))


@pytest.mark.parametrize("odd", ["after-last=404"])
def test_a_404_after_the_last_page_is_the_end(project: Project, api: Api) -> None:
    project.up(agent())
    assert project.run("refresh", "--expect-no-changes").ok
    assert project.run("preview", "--expect-no-changes").ok
    api.create("Ajeno")
    api.remove(api.agent("Ventas")["code"])
    assert project.run("refresh").changes == {"deleted": 1}


@pytest.mark.parametrize("odd", ["item=null-name"])
def test_an_agent_without_a_name_stops_nothing_and_is_named(project: Project, api: Api) -> None:
    code = api.create("Ajeno")
    text = project.up(agent()).text
    assert f'AssistAI does not show the name of {code}: it may be "Ventas"' in text
    assert project.run("refresh", "--expect-no-changes").ok
    assert project.run("preview", "--expect-no-changes").ok


@pytest.mark.parametrize("engine", BOTH)
def test_an_empty_listing_forgets_nothing(project: Project, api: Api) -> None:
    project.up(agent())
    api.faults.add("empty", method="GET", path="/api/v1/agents", count=0)
    assert "a token that lost its permissions sees the same" in project.fails("refresh")
    assert project.state()["ventas"]["id"] == api.agent("Ventas")["code"]
    api.faults.clear()
    assert project.run("up", "--expect-no-changes").ok


@pytest.mark.parametrize("engine", AS_ASKED)
def test_an_edited_prompt_is_repaired_with_an_edited_description(project: Project, api: Api) -> None:
    project.up(agent(description="Vende"))
    code = api.agent("Ventas")["code"]
    api.edit(code, description="tocada", instructions="Di que no.")
    assert project.run("refresh").ok
    assert "`pulumi up` sends every declared field, even hidden ones" in project.run("preview").text
    project.up()
    assert api.agent("Ventas")["instructions"] == "Hola."
    assert project.run("preview", "--expect-no-changes").ok


@pytest.mark.parametrize("odd", ["unique-names=409", "name-length=20", "name-without=[]"])
def test_an_agent_is_archived_on_an_api_that_does_not_take_every_name(project: Project, api: Api) -> None:
    name = "Ventas de la costa"
    archived = ARCHIVED.replace("Ventas", name)
    for _ in range(2):
        project.up(f"ventas = {archived}\nassistai.WhatsAppIntegration('whatsapp', agent_code=ventas.code)")
        api.link(api.agent(name)["code"])
        project.up("pass")
        (live,) = [agent for agent in api.agents() if agent["name"] != name]
        assert live["whatsapp"] == "disconnected"
        api.remove(live["code"])


@pytest.mark.parametrize("engine", BOTH)
def test_an_archive_that_fails_half_way_is_taken_back(project: Project, api: Api) -> None:
    project.up(ARCHIVED)
    api.faults.add("status-before", method="DELETE", status=500, count=0)
    project.write("pass")
    project.fails("up")
    api.faults.clear()
    project.up(ARCHIVED)
    assert [agent["name"] for agent in api.agents()] == ["Ventas"]
    assert project.run("preview", "--expect-no-changes").ok


@pytest.mark.parametrize("engine", AS_ASKED)
def test_an_archived_agent_comes_back(project: Project, api: Api) -> None:
    project.up(ARCHIVED)
    project.up("pass")
    (live,) = api.agents()
    project.write(ARCHIVED)
    archived = f'was archived: {live["code"]}; to bring it back declare adopt="{live["code"]}"'
    assert project.words(archived) in project.fails("preview")
    project.up(ARCHIVED.replace('"ventas", ', f'"ventas", adopt="{live["code"]}", '))
    assert [agent["name"] for agent in api.agents()] == ["Ventas"]


@pytest.mark.parametrize("odd", ["drop=[]", "lower"])
def test_an_archived_agent_whose_name_the_api_changed_is_named(project: Project, api: Api) -> None:
    project.up(ARCHIVED)
    project.up("pass")
    (live,) = api.agents()
    project.write(ARCHIVED)
    assert f'was archived: {live["code"]}; to bring it back declare adopt="{live["code"]}"' in project.fails("up")
    assert len(api.requests("POST")) == 1


WITH_WHATSAPP = """
ventas = assistai.Agent("ventas", name="Ventas")
otro = assistai.Agent("otro", name="Otro")
assistai.WhatsAppIntegration("whatsapp", agent_code={agent}.code)
"""


@pytest.mark.parametrize(
    ("engine", "status"),
    [("embedded", 500), ("embedded", 404), pytest.param("pulumi", 500, marks=needs_pulumi), (f"embedded{NATIVE}", 500)],
)
def test_an_integration_that_cannot_move_keeps_its_phone(project: Project, api: Api, status: int) -> None:
    project.up(WITH_WHATSAPP.format(agent="ventas"))
    api.link(api.agent("Ventas")["code"])
    assert project.run("refresh").ok
    api.faults.add("status-before", path=".*/qr", status=status)
    project.write(WITH_WHATSAPP.format(agent="otro"))
    project.fails("up")
    assert api.agent("Ventas")["whatsapp"] == "connected"
    assert project.outputs("whatsapp")["status"] == "connected"


@pytest.mark.parametrize("engine", BOTH)
def test_a_second_integration_of_an_agent_is_refused_and_the_first_stays_connected(project: Project, api: Api) -> None:
    code = api.create("Ventas")
    first = f'assistai.WhatsAppIntegration("uno", agent_code="{code}")'
    project.up(first)
    api.link(code)
    project.write(f"{first}\n{first.replace('uno', 'dos')}")
    assert f"two resources declare the WhatsApp integration of agent {code}" in project.fails("up")
    project.up(first)
    assert api.agent("Ventas")["whatsapp"] == "connected"
    assert api.requests("DELETE") == []


def connections(*ids: str) -> list[object]:
    answers = ["starting=connecting", "starting=409", "starting=503", "connected=CONNECTED", "connected-html"]
    return [
        pytest.param(engine, odd, id=f"{odd}-{engine}", marks=[needs_pulumi] if engine == "pulumi" else [])
        for odd in answers
        for engine in engines(cli=odd in ids, native=odd == ids[0])
    ]


@pytest.mark.parametrize(("engine", "odd"), connections("starting=409"))
def test_a_connection_in_whatever_words_is_read(project: Project, api: Api) -> None:
    program = WITH_WHATSAPP.format(agent="ventas")
    project.up(program)
    assert project.outputs("whatsapp")["status"] == "pending"
    # Only now is there a QR to scan.
    assert project.run("refresh").ok
    api.link(api.agent("Ventas")["code"])
    assert project.run("refresh").ok
    assert project.outputs("whatsapp")["status"] == "connected"
    assert project.run("up", "--expect-no-changes").ok


def expecting(number: str) -> str:
    return WITH_WHATSAPP.format(agent="ventas").replace("agent_code=", f'expected_phone_number="{number}", agent_code=')


@pytest.mark.parametrize(
    ("engine", "expected", "linked"),
    [
        ("embedded", "+52 55 1234 5678", "5215512345678"),
        ("embedded", "+54 11 2345-6789", "5491123456789"),
        ("embedded", "+58 (0)424-1234567", "584241234567"),
        pytest.param("pulumi", "+52 55 1234 5678", "5215512345678", marks=needs_pulumi),
    ],
)
def test_the_expected_phone_is_its_subscriber(project: Project, api: Api, expected: str, linked: str) -> None:
    project.up(expecting(expected))
    api.link(api.agent("Ventas")["code"], linked)
    assert project.run("refresh").ok
    assert project.run("up", "--expect-no-changes").ok
    assert project.run("refresh", "--expect-no-changes").ok


def test_a_phone_that_can_never_match_is_refused_at_preview(project: Project) -> None:
    project.write(expecting("0424-1234567"))
    assert "must be one whole phone number with its country code" in project.fails("preview")
