"""No agent created twice, none forgotten, none edited that is not ours, whatever the API does. On both engines.

What is marked so is played with native resources too, on the embedded engine: each of the twelve faults, once at least.
The rest is where ASSISTAI_TEST_NATIVE=all asks for it, and so is all of it on the Pulumi CLI.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.conftest import AS_ASKED, EITHER_WAY, Api, Project, with_engines
from tests.waiting import wait_while_running

VENTAS = 'assistai.Agent("ventas", name="Ventas", description="Vende", instructions="Hola.")'

either_way = pytest.mark.parametrize("engine", EITHER_WAY)
CREATED = {"name": "Ventas", "description": "Vende", "instructions": "Hola."}


@pytest.fixture(params=AS_ASKED)
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.mark.parametrize(("engine", "fault"), with_engines(["cut-after", "status-after", "half"], always="cut-after"))
def test_1_a_create_whose_answer_is_lost_is_found_and_recorded(project: Project, api: Api, fault: str) -> None:
    api.faults.add(fault, method="POST", status=502)
    project.up(VENTAS)
    assert api.requests("POST") == ["POST /api/v1/agents"]
    assert project.state()["ventas"]["id"] == api.agent("Ventas")["code"]
    assert project.run("preview", "--expect-no-changes").ok


@either_way
def test_2_a_create_that_did_not_happen_is_not_repeated_blindly(project: Project, api: Api) -> None:
    project.write(VENTAS)
    api.faults.add("cut-before", method="POST")
    text = project.fails("up")
    assert 'it is unknown whether "Ventas" was created' in text
    assert "run `pulumi up` again" in text
    assert api.agents() == []
    assert "ventas" not in project.state()
    project.up()
    assert api.requests("POST") == ["POST /api/v1/agents"]
    assert len(api.agents()) == 1


def test_2_an_unknown_outcome_is_one_line(project: Project, api: Api) -> None:
    project.write(VENTAS)
    api.faults.add("status-before", method="POST", status=503)
    text = project.fails("up")
    assert 'it is unknown whether "Ventas" was created (POST /api/v1/agents answered 503' in text
    assert "ServerError" not in text


@either_way
def test_3_two_candidates_are_left_alone_and_named(project: Project, api: Api) -> None:
    api.faults.add("stale", method="GET", count=2, rows=1)
    rival = api.create("Ventas", description="Vende")
    before = api.agent("Ventas")
    project.write(VENTAS)
    api.faults.add("cut-after", method="POST")
    text = project.fails("up")
    codes = [agent["code"] for agent in api.agents()]
    assert len(codes) == 2
    assert f"these new agents could be it: {', '.join(codes)}; none of them was changed" in text
    assert [agent for agent in api.agents() if agent["code"] == rival] == [before]
    assert api.requests("PATCH") == []


@either_way
def test_4_a_run_that_was_killed_names_what_it_made(project: Project, api: Api) -> None:
    project.write(VENTAS)
    assert project.run("preview").ok
    api.faults.add("hang-after", method="POST", seconds=60)
    with project.stack.start_up() as running:
        wait_while_running(running, api.agents)
    project.stack.recover()
    code = api.agent("Ventas")["code"]
    for verb in ("preview", "up"):
        found = f'exists already: {code}; to manage it declare adopt="{code}"'
        assert project.words(found) in project.fails(verb)
    project.up(VENTAS.replace("instructions", f'adopt="{code}", instructions'))
    assert [agent["code"] for agent in api.agents()] == [code]
    assert project.state()["ventas"]["id"] == code
    assert project.run("refresh").ok
    assert project.stack.export()["deployment"]["pending_operations"]
    assert project.run("refresh", "--clear-pending-creates").ok
    assert "pending_operations" not in project.stack.export()["deployment"]


@either_way
def test_5_the_same_name_twice_is_still_one_post(project: Project, api: Api) -> None:
    project.write('for number in range(8): assistai.Agent(f"a{number}", name="Ventas")')
    project.fails("up")
    assert len(api.requests("POST")) <= 1


@either_way
def test_6_a_new_code_that_is_not_listed_yet_is_kept_and_dropped_after_the_grace_period(
    project: Project, api: Api
) -> None:
    api.create("Ajeno")
    project.reopen(ASSISTAI_GRACE_PERIOD="3600")
    project.up(VENTAS)
    api.faults.add("stale", method="GET", count=0, rows=1)
    assert project.run("refresh", "--expect-no-changes").ok
    assert "ventas" in project.state()
    project.reopen(ASSISTAI_GRACE_PERIOD="0")
    api.faults.clear()
    api.remove(api.agent("Ventas")["code"])
    assert project.run("refresh").changes == {"deleted": 1}


@pytest.mark.parametrize("retry_after", ["0", "date", None])
def test_7_a_429_is_waited_for(project: Project, api: Api, retry_after: str | None) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True)
    api.faults.add(
        "status-before", method="POST", status=429, retry_after=soon if retry_after == "date" else retry_after
    )
    project.up(VENTAS)
    assert len(api.agents()) == 1


@either_way
def test_7_an_absurd_429_is_an_error_at_once(project: Project, api: Api) -> None:
    api.faults.add(
        "status-before", method="POST", status=429, retry_after="99999", count=0, body='{"message": "slow down"}'
    )
    project.write(VENTAS)
    assert "POST /api/v1/agents answered 429: slow down; it asks to wait 99999 s; run again later" in project.fails(
        "up"
    )


@pytest.mark.parametrize("fault", ["status-before", "cut-before", "repeat", "shift"])
def test_8_a_listing_that_fails_forgets_nothing(project: Project, api: Api, fault: str) -> None:
    project.up('for number in range(52): assistai.Agent(f"a{number:02}", name=f"Agente {number:02}")')
    project.reopen(ASSISTAI_TIMEOUT="0.5")
    before = project.state()
    api.faults.add(fault, method="GET", count=0, skip=1)
    project.fails("refresh")
    assert project.state().keys() == before.keys()
    api.faults.clear()
    assert project.run("refresh", "--expect-no-changes").ok


@pytest.mark.parametrize("fault", ["cut-after", "cut-before", "status-before", "status-after"])
def test_9_a_lost_patch_is_sent_again(project: Project, api: Api, fault: str) -> None:
    project.up(VENTAS)
    api.faults.add(fault, method="PATCH")
    project.up(VENTAS.replace("Hola", "Buenas"))
    assert api.agent("Ventas")["instructions"] == "Buenas."


def test_9_a_lost_patch_is_undone_with_its_declaration(project: Project, api: Api) -> None:
    project.up(VENTAS)
    api.faults.add("cut-after", method="PATCH", count=6)
    project.write(VENTAS.replace("Hola", "Buenas"))
    project.fails("up")
    assert api.agent("Ventas")["instructions"] == "Buenas."
    project.write(VENTAS)
    text = project.run("preview").text
    assert "an earlier update of instructions got no answer, so `pulumi up` sends them again" in text
    project.up()
    assert api.agent("Ventas")["instructions"] == "Hola."
    assert project.run("preview", "--expect-no-changes").ok


@either_way
def test_9_a_failed_change_is_in_the_next_preview(project: Project, api: Api) -> None:
    project.up(VENTAS)
    api.faults.add("status-before", method="PATCH", status=400, body='{"message": ["instructions are too long"]}')
    project.write(VENTAS.replace("Hola", "Buenas"))
    assert "answered 400: instructions are too long; correct what the API names" in project.fails("up")
    assert project.run("preview").changes == {"updated": 1}


@either_way
def test_10_an_outside_edit_is_repaired_and_what_cannot_be_seen_is_said(project: Project, api: Api) -> None:
    project.up(VENTAS)
    code = api.agent("Ventas")["code"]
    api.edit(code, description="De otro", instructions="De otro.")
    refreshed = project.run("refresh")
    assert refreshed.changes == {"updated": 1}
    assert "does not show purpose, instructions, tone, voice, so a refresh cannot see edits of them" in (refreshed.text)
    assert project.run("up").changes == {"updated": 1}
    repaired = api.agent("Ventas")
    assert (repaired["description"], repaired["instructions"]) == ("Vende", "Hola.")
    api.edit(code, instructions="De otro.")
    assert project.run("up").changes == {}
    project.reopen(ASSISTAI_REAPPLY="true")
    assert project.run("up").changes == {"updated": 1}
    assert api.agent("Ventas")["instructions"] == "Hola."


@either_way
def test_8_an_empty_listing_forgets_nothing(project: Project, api: Api) -> None:
    project.up(VENTAS)
    code = api.agent("Ventas")["code"]
    api.remove(code)
    text = project.fails("refresh")
    assert f"{code} is not listed, and no other agent is: a token that lost its permissions sees the same" in text
    assert project.state()["ventas"]["id"] == code
    api.create("Cualquiera")
    assert project.run("refresh").changes == {"deleted": 1}


def test_10_an_outside_removal_is_proposed_for_creation(project: Project, api: Api) -> None:
    api.create("Ajeno")
    project.up(VENTAS)
    api.remove(api.agent("Ventas")["code"])
    assert project.run("refresh").changes == {"deleted": 1}
    assert project.run("preview").changes == {"created": 1}
    project.up()
    assert [agent["name"] for agent in api.agents()] == ["Ajeno", "Ventas"]


@either_way
def test_11_a_disconnect_is_sent_again(project: Project, api: Api) -> None:
    project.up("""
        ventas = assistai.Agent("ventas", name="Ventas")
        assistai.WhatsAppIntegration("whatsapp", agent_code=ventas.code)
    """)
    api.faults.add("status-before", method="DELETE", status=503)
    project.up('assistai.Agent("ventas", name="Ventas")')
    assert "whatsapp" not in project.state()


def test_11_asking_for_the_qr_is_not_repeated(project: Project, api: Api) -> None:
    api.faults.add("status-after", path=".*/qr", status=500)
    project.write("""
        ventas = assistai.Agent("ventas", name="Ventas")
        assistai.WhatsAppIntegration("whatsapp", agent_code=ventas.code)
    """)
    project.fails("up")
    assert len([request for request in api.requests("GET") if request.endswith("/qr")]) == 1
    project.up()


@either_way
def test_12_the_token_and_a_secret_prompt_are_nowhere(project: Project, api: Api) -> None:
    one = """
        prompt = pulumi.Output.secret("canary-prompt")
        assistai.Agent("a", name="Uno", instructions=prompt)
    """
    project.write(one)
    api.faults.add("status-before", method="POST", status=400, body='{"message": "Bearer sandbox-token is no canary"}')
    seen = [project.run("preview", "--diff").text, project.fails("up")]
    project.write(f"""{one}
        acme = assistai.Provider("acme", api_token="acme-token", tenant_domain="acme", organization_code="ACME")
        assistai.Agent("b", name="Dos", instructions=prompt, opts=pulumi.ResourceOptions(provider=acme))
    """)
    seen += [project.up().text, project.run("refresh").text, str(project.stack.export())]
    seen += [str(api.call("GET", "/requests")).replace("'instructions': 'canary-prompt'", "")]
    seen += [project.run("destroy").text]
    assert not [text for text in seen if "canary-prompt" in text or "sandbox-token" in text or "acme-token" in text]
    for path in project.directory.rglob("*"):
        if path.is_file() and not path.name.startswith("__main__."):
            content = path.read_bytes()
            assert not [
                canary for canary in (b"canary-prompt", b"sandbox-token", b"acme-token") if canary in content
            ], path
