"""WhatsApp integrations, declared in real programs on both engines, against the emulator over HTTP."""

from __future__ import annotations

import pytest

from tests.conftest import Api, Project

PROGRAM = """
    ventas = assistai.Agent("ventas", name="Ventas", instructions="Hola.")
    whatsapp = assistai.WhatsAppIntegration("whatsapp", agent_code=ventas.code)
    pulumi.export("status", whatsapp.status)
    pulumi.export("phone", whatsapp.phone_number)
"""


def linked(project: Project, api: Api, program: str = PROGRAM) -> str:
    """Bring the program up, link the phone, see it in a refresh, and return the agent's code."""
    project.up(program)
    code: str = api.agent("Ventas")["code"]
    api.link(code)
    assert project.run("refresh").ok
    assert project.outputs("whatsapp")["status"] == "connected"
    api.forget_requests()
    return code


def expecting(number: str) -> str:
    return PROGRAM.replace("agent_code=ventas.code", f'agent_code=ventas.code, expected_phone_number="{number}"')


def test_an_integration_waits_for_its_phone(project: Project, api: Api) -> None:
    outcome = project.up(PROGRAM)
    code = api.agent("Ventas")["code"]
    assert f"WhatsApp of agent {code} has no phone linked yet: run `assistai link {code}`" in outcome.text
    assert project.outputs("trial-dev") == {"status": "pending", "phone": ""}


def test_pending_is_no_change(project: Project) -> None:
    project.up(PROGRAM)
    for verb in ("preview", "refresh", "up"):
        assert project.run(verb, "--expect-no-changes").ok


def test_a_refresh_sees_the_linked_phone(project: Project, api: Api) -> None:
    linked(project, api)
    assert project.outputs("whatsapp")["phone_number"] == "584221234567"
    assert project.run("preview", "--expect-no-changes").ok


def test_a_preview_never_asks(project: Project, api: Api) -> None:
    linked(project, api)
    project.run("preview")
    assert not [request for request in api.requests() if "whatsappweb" in request]


def test_the_qr_is_in_no_output_and_no_state(project: Project) -> None:
    project.up(PROGRAM)
    assert set(project.outputs("whatsapp")) == {
        "__provider",
        "agent_code",
        "organization_code",
        "phone_number",
        "status",
        "tenant_domain",
    }


def test_a_phone_that_went_away_is_found_and_asked_for_again(project: Project, api: Api) -> None:
    code = linked(project, api)
    api.unlink(code)
    assert project.run("refresh").changes == {"updated": 1}
    assert project.outputs("whatsapp")["status"] == "disconnected"
    assert project.run("preview").changes == {"updated": 1}
    assert f"run `assistai link {code}`" in project.up().text
    assert project.outputs("whatsapp")["status"] == "pending"
    assert project.run("preview", "--expect-no-changes").ok


def test_the_expected_phone_is_compared_by_its_digits(project: Project, api: Api) -> None:
    linked(project, api, expecting("+58 (422) 123-45-67"))
    assert project.run("preview", "--expect-no-changes").ok


def test_a_phone_that_may_be_the_expected_one_is_warned_about_and_nothing_else(project: Project, api: Api) -> None:
    project.up(expecting("+58 422 123 45 67"))
    api.link(api.agent("Ventas")["code"], "58422***4567")
    assert project.run("refresh").ok
    for verb in ("preview", "up"):
        outcome = project.run(verb, "--expect-no-changes")
        assert outcome.ok
        assert "it is unclear whether that is expected_phone_number" in outcome.text
        assert "unlink" not in outcome.text
    assert project.up(expecting("+58 (422) 123-45-67")).ok


def test_a_number_that_cannot_be_linked_is_refused_at_preview_and_not_shown(project: Project) -> None:
    project.write(expecting("0424-1234567"))
    text = project.fails("preview")
    assert "expected_phone_number: must be one whole phone number with its country code, as in" in text
    assert "0424" not in text


def test_another_phone_fails_up_and_is_drift(project: Project, api: Api) -> None:
    code = linked(project, api, expecting("+58 422 999 99 99"))
    assert project.run("preview").changes == {"updated": 1}
    text = project.fails("up")
    assert f"WhatsApp of agent {code} is linked to 584221234567, not to the expected number, which ends in 99;" in text


SECRET = PROGRAM.replace(
    "agent_code=ventas.code",
    'agent_code=ventas.code, expected_phone_number=pulumi.Output.secret("+58 422 999 99 99")',
)


def test_a_secret_number_that_is_not_linked_is_not_shown(project: Project, api: Api) -> None:
    project.up(SECRET)
    api.link(api.agent("Ventas")["code"])
    assert project.run("refresh").ok
    assert_not_shown(project.fails("up", "--diff"))


def test_a_secret_number_that_may_be_linked_is_not_shown(project: Project, api: Api) -> None:
    project.up(SECRET)
    code = api.agent("Ventas")["code"]
    api.link(code, "4229999999")
    assert project.run("refresh").ok
    lines = project.run("preview").text.splitlines()
    assert_not_shown("".join(line for line in lines if f"WhatsApp of agent {code} is linked to a number" in line))


def test_the_linked_number_is_hidden_where_the_program_asks_for_that(project: Project, api: Api) -> None:
    hidden = ', opts=pulumi.ResourceOptions(additional_secret_outputs=["phone_number"])'
    project.up(SECRET.replace('+58 422 999 99 99")', f'+58 422 123 45 67"){hidden}'))
    api.link(api.agent("Ventas")["code"])
    seen = [project.run("refresh", "--diff").text, project.up().text, str(project.stack.export())]
    assert not [text for text in seen if "584221234567" in text]
    assert project.outputs("trial-dev")["status"] == "connected"


def assert_not_shown(text: str) -> None:
    assert "ends in 99" in text
    assert "999999" not in "".join(character for character in text if character.isdigit())


def test_an_integration_that_is_gone_is_declared_again(project: Project, api: Api) -> None:
    code = linked(project, api)
    api.call("DELETE", f"/agents/{code}/whatsapp")
    assert project.run("refresh").changes == {"deleted": 1}
    text = project.fails("up")
    assert f"agent {code} has no WhatsApp integration to connect (GET /api/v1/agents/{code}/integrations" in text
    assert "add WhatsApp Web to the agent in AssistAI's dashboard" in text


def test_an_archived_agent_is_disconnected_once(project: Project, api: Api) -> None:
    code = linked(project, api, PROGRAM.replace('name="Ventas"', 'name="Ventas", on_delete="archive"'))
    project.up("pass")
    assert api.requests("DELETE") == [f"DELETE /api/v1/agents/{code}/integrations/whatsappweb"]
    assert api.agent("[archived] Ventas")["whatsapp"] == "disconnected"


def test_removing_it_disconnects(project: Project, api: Api) -> None:
    code = linked(project, api)
    project.up('assistai.Agent("ventas", name="Ventas", instructions="Hola.")')
    assert api.requests("DELETE") == [f"DELETE /api/v1/agents/{code}/integrations/whatsappweb"]


def test_removing_one_that_is_gone_is_success(project: Project, api: Api) -> None:
    code = linked(project, api)
    api.call("DELETE", f"/agents/{code}/whatsapp")
    project.up('assistai.Agent("ventas", name="Ventas", instructions="Hola.")')
    assert "whatsapp" not in project.state()


def replaced(program: str) -> str:
    """Return the program with another agent, to which the integration moves."""
    second = program.replace("whatsapp =", 'otro = assistai.Agent("otro", name="Otro")\n    whatsapp =')
    return second.replace("agent_code=ventas.code", "agent_code=otro.code")


def test_another_agent_replaces_it_and_is_reached_before_the_old_one_ends(project: Project, api: Api) -> None:
    project.up(PROGRAM)
    api.forget_requests()
    project.up(replaced(PROGRAM))
    old, new = (f"/api/v1/agents/{api.agent(name)['code']}/integrations/whatsappweb" for name in ("Ventas", "Otro"))
    assert [line for line in api.requests() if "whatsappweb" in line] == [f"GET {new}/qr", f"DELETE {old}"]


@pytest.mark.parametrize("status", [404, 400])
def test_a_new_agent_that_cannot_be_reached_leaves_the_old_phone_linked(
    project: Project, api: Api, status: int
) -> None:
    project.up(PROGRAM)
    code = api.agent("Ventas")["code"]
    api.link(code, "584221234567")
    project.run("refresh")
    api.faults.add("status-before", path=".*/qr", status=status)
    project.write(replaced(PROGRAM))
    project.fails("up")
    assert api.agent("Ventas")["phoneNumber"] == "584221234567"
    project.up(PROGRAM)
    assert api.requests("DELETE") == []


def test_a_prompt_edit_is_no_replacement(project: Project, api: Api) -> None:
    linked(project, api)
    project.write(PROGRAM.replace("Hola.", "Buenas."))
    outcome = project.run("preview")
    assert outcome.changes == {"updated": 1}
    assert project.up().changes == {"updated": 1}
    assert api.requests("DELETE") == []


def test_a_renamed_integration_stays_connected(project: Project, api: Api) -> None:
    code = linked(project, api)
    outcome = project.up(PROGRAM.replace('"whatsapp"', '"wa"'))
    assert f"WhatsApp of agent {code} stays connected: another resource of this program manages it now" in outcome.text
    assert api.requests("DELETE") == []


def test_waiting_for_a_phone_ends_with_a_warning(project: Project, api: Api) -> None:
    outcome = project.up(PROGRAM.replace("agent_code=", "wait_for_connection=0.1, agent_code="))
    code = api.agent("Ventas")["code"]
    assert f"no phone was linked to agent {code} within 0.1 s" in outcome.text
    assert project.outputs("whatsapp")["status"] == "pending"


def test_all_failures_of_a_declaration_are_said_at_once(project: Project) -> None:
    project.write("""
        assistai.WhatsAppIntegration("w", agent_code="", expected_phone_number="phone", wait_for_connection="5")
    """)
    text = project.fails("preview")
    for name in ("agent_code", "expected_phone_number", "wait_for_connection"):
        assert f"{name}: " in text
