"""Agents, declared in real programs on both engines, against the emulator over HTTP."""

from __future__ import annotations

import pytest

from tests.conftest import Api, Project

VENTAS = """
    ventas = assistai.Agent(
        "ventas", name="Ventas", description="Vende", purpose="Vender", instructions="Hola.\\nVende.\\n",
        tone="amigable", voice="female",
    )
    pulumi.export("code", ventas.code)
"""
MINIMAL = 'assistai.Agent("ventas", name="Ventas")'


def test_a_declared_agent_is_created_with_every_field(project: Project, api: Api) -> None:
    project.write(VENTAS)
    assert project.run("preview").changes == {"created": 2}
    assert api.requests("POST") == []
    assert project.up().changes == {"created": 2}
    agent = api.agent("Ventas")
    fields = {"description": "Vende", "purpose": "Vender", "instructions": "Hola.\nVende.\n"}
    assert fields.items() <= agent.items()
    assert project.outputs("trial-dev") == {"code": agent["code"]}
    assert project.state()["ventas"]["id"] == agent["code"]


def test_only_declared_fields_are_sent(project: Project, api: Api) -> None:
    project.up(MINIMAL)
    assert api.bodies("POST") == [{"name": "Ventas"}]


def test_up_refresh_and_preview_agree_that_nothing_changed(project: Project, api: Api) -> None:
    project.up(VENTAS)
    api.forget_requests()
    for verb in ("preview", "up", "refresh", "preview"):
        outcome = project.run(verb, "--expect-no-changes")
        assert outcome.ok, outcome.text
        assert outcome.changes == {}
    assert {request.split()[0] for request in api.requests()} == {"GET"}


def test_outputs_say_where_the_agent_belongs_and_since_when(project: Project) -> None:
    project.up(MINIMAL)
    outputs = project.outputs("ventas")
    assert outputs["tenant_domain"] == "sandbox"
    assert outputs["organization_code"] == "SANDBOX"
    assert outputs["managed_since"].endswith("+00:00")


def test_what_an_ignored_change_keeps_is_known(project: Project) -> None:
    project.up('assistai.Agent("ventas", name="Ventas", description="Vende")')
    project.up("""
        opts = pulumi.ResourceOptions(ignore_changes=["description"])
        agent = assistai.Agent("ventas", name="Ventas", opts=opts)
        pulumi.export("description", agent.description)
    """)
    assert project.outputs("trial-dev") == {"description": "Vende"}


def test_what_is_not_declared_is_known_to_be_nothing(project: Project) -> None:
    project.write(f"""
        agent = {MINIMAL}
        pulumi.export("nothing", pulumi.Output.all(agent.voice, agent.model).apply(str))
        pulumi.export("wrong", hasattr(agent, "instruction"))
    """)
    assert project.run("preview").ok
    project.up()
    assert project.outputs("trial-dev") == {"nothing": "[None, None]", "wrong": False}


@pytest.mark.parametrize("field", ["name", "description", "purpose", "instructions", "tone", "voice"])
def test_a_changed_field_is_the_only_one_sent(project: Project, api: Api, field: str) -> None:
    values = {"name": "Ventas", "description": "d", "purpose": "p", "instructions": "i", "tone": "t", "voice": "v"}
    project.up(f'assistai.Agent("ventas", **{values})')
    project.write(f'assistai.Agent("ventas", **{values | {field: "Otro"}})')
    assert project.run("preview").changes == {"updated": 1}
    assert project.up().changes == {"updated": 1}
    assert api.bodies("PATCH") == [{field: "Otro"}]


def test_a_prompt_edit_shows_as_a_line_diff(project: Project) -> None:
    project.up(VENTAS)
    project.write(VENTAS.replace("Vende.\\n", "Vende muebles.\\n"))
    text = project.run("preview", "--diff").text
    lines = [line.strip() for line in text.splitlines()]
    assert "- Vende." in lines
    assert "+ Vende muebles." in lines


def test_a_field_no_longer_declared_is_left_as_it_is_and_said_so(project: Project, api: Api) -> None:
    project.up(VENTAS)
    project.write(VENTAS.replace('purpose="Vender", ', ""))
    assert "purpose no longer declared; AssistAI keeps what it has, unmanaged" in project.run("preview").text
    project.up()
    assert api.bodies("PATCH") == []
    assert api.agent("Ventas")["purpose"] == "Vender"
    assert project.run("preview", "--expect-no-changes").ok


def test_an_empty_text_is_sent_as_it_is(project: Project, api: Api) -> None:
    project.up(VENTAS)
    project.up(VENTAS.replace('description="Vende"', 'description=""'))
    assert api.bodies("PATCH") == [{"description": ""}]
    assert project.run("refresh", "--expect-no-changes").ok


def test_policies_update_the_state_alone(project: Project, api: Api) -> None:
    project.up(MINIMAL)
    project.write('assistai.Agent("ventas", name="Ventas", on_delete="archive", allow_duplicate_name=True)')
    assert project.up().changes == {"updated": 1}
    assert api.bodies("PATCH") == []
    assert project.outputs("ventas")["on_delete"] == "archive"


def test_all_failures_of_a_declaration_are_said_at_once_and_name_the_argument(project: Project, api: Api) -> None:
    project.write('assistai.Agent("ventas", name=" Ventas", tone=7, on_delete="explode")')
    text = project.fails("preview")
    assert "name: must not begin or end with blanks" in text
    assert "tone: Input should be a valid string" in text
    assert "on_delete: Input should be 'retain' or 'archive'" in text
    assert api.requests("POST", "PATCH", "DELETE") == []


def test_missing_credentials_are_one_clear_error_at_preview(project: Project) -> None:
    project.reopen(ASSISTAI_API_TOKEN="", ASSISTAI_TENANT_DOMAIN="")
    project.write(MINIMAL)
    text = project.fails("preview")
    assert "AssistAI is not configured: missing api token (set ASSISTAI_API_TOKEN or run" in text
    assert "`pulumi config set --secret assistai:apiToken`" in text
    assert "tenant domain (set ASSISTAI_TENANT_DOMAIN" in text


def test_configuration_of_the_stack_is_used(project: Project, api: Api) -> None:
    url = project.environment["ASSISTAI_BASE_URL"]
    project.reopen(ASSISTAI_BASE_URL="", ASSISTAI_TENANT_DOMAIN="", ASSISTAI_ORGANIZATION_CODE="")
    project.configure(tenantDomain="sandbox", organizationCode="SANDBOX", baseUrl=url)
    project.up(MINIMAL)
    assert api.agent("Ventas")["organization"] == "SANDBOX"


def test_a_token_in_clear_in_the_configuration_is_warned_about(project: Project) -> None:
    project.configure(apiToken="sandbox-token")
    project.write(MINIMAL)
    text = project.run("preview").text
    assert "assistai:apiToken is stored in clear; run `pulumi config set --secret assistai:apiToken`" in text


def test_a_name_that_exists_is_refused_at_preview(project: Project, api: Api) -> None:
    code = api.create("Ventas")
    project.write(MINIMAL)
    text = project.fails("preview")
    assert f'an agent named "Ventas" exists already: {code}; to manage it declare adopt="{code}"' in text
    assert "aliases=[pulumi.Alias(name=OLD_NAME)]" in text
    project.fails("up")
    assert api.requests("POST") == []


def test_a_second_agent_of_a_name_is_created_where_that_is_meant(project: Project, api: Api) -> None:
    api.create("Ventas")
    project.up('assistai.Agent("ventas", name="Ventas", allow_duplicate_name=True)')
    assert len(api.agents()) == 2


def test_a_name_declared_twice_is_refused(project: Project, api: Api) -> None:
    project.write('assistai.Agent("a", name="Ventas"); assistai.Agent("b", name="Ventas")')
    assert 'two agents named "Ventas" are declared' in project.fails("preview")
    project.fails("up")
    assert len(api.requests("POST")) <= 1


def test_a_name_that_another_agent_gets_in_the_same_run_is_refused(project: Project, api: Api) -> None:
    project.up(MINIMAL)
    project.write('assistai.Agent("ventas", name="Nuevo"); assistai.Agent("otro", name="Nuevo")')
    assert 'two agents named "Nuevo" are declared' in project.fails("preview")
    assert api.agent("Ventas")


def test_adoption_says_what_will_change_and_takes_the_agent_over(project: Project, api: Api) -> None:
    code = api.create("Viejo", description="antes", instructions="secretas")
    project.write(f"""
        assistai.Agent("ventas", name="Ventas", description="antes", instructions="Hola.", adopt="{code}")
    """)
    text = project.run("preview").text
    assert f'adopts agent {code} ("Viejo"): name "Viejo" => "Ventas", instructions (not readable, overwritten)' in text
    project.up()
    assert api.requests("POST") == []
    assert api.bodies("PATCH") == [{"name": "Ventas", "instructions": "Hola."}]
    assert project.state()["ventas"]["id"] == code
    assert project.run("preview", "--expect-no-changes").ok


def test_adopt_may_go_afterwards(project: Project, api: Api) -> None:
    code = api.create("Ventas")
    project.up(f'assistai.Agent("ventas", name="Ventas", adopt="{code}")')
    project.write(MINIMAL)
    outcome = project.run("preview", "--expect-no-changes")
    assert outcome.ok, outcome.text


def test_another_agent_to_adopt_is_an_error(project: Project, api: Api) -> None:
    project.up(MINIMAL)
    other = api.create("Otro")
    project.write(f'assistai.Agent("ventas", name="Ventas", adopt="{other}")')
    assert f'adopt="{other}" on the resource of agent' in project.fails("preview")


def test_an_agent_to_adopt_must_be_there(project: Project) -> None:
    project.write('assistai.Agent("ventas", name="Ventas", adopt="NONE")')
    assert 'adopt="NONE": organization SANDBOX of tenant sandbox has no such agent' in project.fails("preview")


def test_two_resources_cannot_adopt_one_agent(project: Project, api: Api) -> None:
    code = api.create("Ventas")
    project.write(f"""
        assistai.Agent("a", name="Uno", adopt="{code}")
        assistai.Agent("b", name="Dos", adopt="{code}")
    """)
    assert f'two resources declare adopt="{code}"' in project.fails("preview")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_an_agent_that_another_resource_manages_is_not_adopted(
    project: Project, api: Api, order: tuple[int, int]
) -> None:
    project.up('assistai.Agent("a", name="Uno")')
    code = api.agent("Uno")["code"]
    both = ('assistai.Agent("a", name="Dos")', f'assistai.Agent("b", name="Uno", adopt="{code}")')
    project.write("\n".join(both[number] for number in order))
    refused = f"another resource of this program manages agent {code} already, and would overwrite it"
    assert refused in project.fails("preview")
    assert refused in project.fails("up")


def test_drift_is_found_shown_and_repaired(project: Project, api: Api) -> None:
    project.up(VENTAS)
    code = api.agent("Ventas")["code"]
    api.edit(code, description="tocado")
    outcome = project.run("refresh")
    assert outcome.ok
    assert outcome.changes == {"updated": 1}
    assert project.outputs("ventas")["description"] == "tocado"
    preview = project.run("preview", "--diff").text
    assert "description" in preview
    assert '"tocado" => "Vende"' in preview
    project.up()
    assert api.agent("Ventas")["description"] == "Vende"
    assert project.run("preview", "--expect-no-changes").ok


def test_undeclared_fields_are_no_drift(project: Project, api: Api) -> None:
    project.up(MINIMAL)
    api.edit(api.agent("Ventas")["code"], description="del panel")
    assert project.run("refresh", "--expect-no-changes").ok


def test_an_agent_that_is_gone_is_created_again(project: Project, api: Api) -> None:
    api.create("Ajeno")
    project.up(MINIMAL)
    old = api.agent("Ventas")["code"]
    api.remove(old)
    assert project.run("refresh").changes == {"deleted": 1}
    assert project.run("preview").changes == {"created": 1}
    project.up()
    assert api.agent("Ventas")["code"] != old


def test_a_young_agent_that_is_not_listed_yet_is_kept(project: Project, api: Api) -> None:
    project.reopen(ASSISTAI_GRACE_PERIOD="3600")
    project.up(MINIMAL)
    api.remove(api.agent("Ventas")["code"])
    assert project.run("refresh", "--expect-no-changes").ok
    assert "ventas" in project.state()


def test_a_refresh_reads_one_listing_for_all(project: Project, api: Api) -> None:
    project.up('for n in range(5): assistai.Agent(f"a{n}", name=f"Agente {n}")')
    api.forget_requests()
    project.run("refresh")
    assert api.requests() == ["GET /api/v1/agents"] * 2


def test_an_update_of_an_agent_that_is_gone_says_to_refresh(project: Project, api: Api) -> None:
    project.up(MINIMAL)
    api.remove(api.agent("Ventas")["code"])
    project.write('assistai.Agent("ventas", name="Ventas", tone="neutral")')
    text = project.fails("up")
    assert "is gone (PATCH /api/v1/agents/" in text
    assert "run `pulumi refresh`, then `pulumi up` to create it again" in text


def test_a_dashboard_edit_is_warned_about_before_it_is_overwritten(project: Project, api: Api) -> None:
    project.up(VENTAS)
    code = api.agent("Ventas")["code"]
    api.edit(code, description="tocado")
    project.write(VENTAS.replace('"Vende"', '"Vende mucho"'))
    text = project.run("preview").text
    assert (
        f'description of {code} was edited in AssistAI: recorded "Vende", live "tocado", declared "Vende mucho"' in text
    )
    project.up()
    assert api.agent("Ventas")["description"] == "Vende mucho"


def test_a_dashboard_edit_can_be_refused(project: Project, api: Api) -> None:
    project.up(VENTAS)
    api.edit(api.agent("Ventas")["code"], description="tocado")
    project.reopen(ASSISTAI_ON_CONFLICT="fail")
    project.write(VENTAS.replace('"Vende"', '"Vende mucho"'))
    assert "nothing was changed: run `pulumi refresh` to see the edit" in project.fails("preview")
    project.fails("up")
    assert api.bodies("PATCH") == []


def test_reapply_sends_every_declared_field_again(project: Project, api: Api) -> None:
    project.up('assistai.Agent("ventas", name="Ventas", instructions="Hola.")')
    api.edit(api.agent("Ventas")["code"], instructions="cambiadas")
    project.reopen(ASSISTAI_REAPPLY="true")
    project.up()
    assert api.bodies("PATCH") == [{"name": "Ventas", "instructions": "Hola."}]
    assert api.agent("Ventas")["instructions"] == "Hola."


def test_a_removed_agent_is_retained_and_named(project: Project, api: Api) -> None:
    project.up(MINIMAL)
    code = api.agent("Ventas")["code"]
    outcome = project.up("")
    assert outcome.changes == {"deleted": 1}
    assert f"agent {code} is no longer managed, but keeps answering" in outcome.text
    assert api.requests("PATCH", "DELETE") == []


def test_a_removed_agent_is_archived_where_that_is_declared(project: Project, api: Api) -> None:
    project.up('assistai.Agent("ventas", name="Ventas", on_delete="archive")')
    code = api.agent("Ventas")["code"]
    project.up("")
    assert api.agent("[archived] Ventas")["code"] == code
    assert api.requests("DELETE") == [f"DELETE /api/v1/agents/{code}/integrations/whatsappweb"]


def test_an_agent_that_is_archived_already_is_not_marked_twice(project: Project, api: Api) -> None:
    project.up('assistai.Agent("ventas", name="[archived] Ventas", on_delete="archive")')
    project.up("")
    assert api.agent("[archived] Ventas")


def test_a_wrong_address_forgets_nothing(project: Project, api: Api) -> None:
    project.up("""
        ventas = assistai.Agent("ventas", name="Ventas", on_delete="archive")
        assistai.WhatsAppIntegration("whatsapp", agent_code=ventas.code)
    """)
    project.reopen(ASSISTAI_BASE_URL=f"{api.url}/nowhere")
    for verb in ("refresh", "destroy"):
        assert "answered 404" in project.fails(verb)
        assert {"ventas", "whatsapp"} <= project.state().keys()


def test_a_renamed_resource_with_adopt_does_not_archive_its_own_agent(project: Project, api: Api) -> None:
    project.up('assistai.Agent("ventas", name="Ventas", on_delete="archive")')
    code = api.agent("Ventas")["code"]
    project.up(f'assistai.Agent("sales", name="Ventas", on_delete="archive", adopt="{code}")')
    assert api.agent("Ventas")["code"] == code
    assert api.requests("PATCH", "DELETE") == []
    assert list(project.state()) == ["trial-dev", "default", "sales"]


def test_a_renamed_resource_whose_run_failed_does_not_archive_its_own_agent_later(project: Project, api: Api) -> None:
    project.up('assistai.Agent("ventas", name="Ventas", on_delete="archive")')
    code = api.agent("Ventas")["code"]
    api.faults.add("status-before", method="POST", status=400)
    project.write(f"""
        assistai.Agent("sales", name="Ventas", on_delete="archive", adopt="{code}")
        assistai.Agent("otro", name="Otro")
    """)
    project.fails("up")
    assert {"ventas", "sales"} <= project.state().keys()
    outcome = project.up()
    assert f"agent {code} was left as it is: another resource of this program manages it now" in outcome.text
    assert api.requests("PATCH", "DELETE") == []
    assert "ventas" not in project.state()


def test_a_renamed_resource_with_an_alias_is_no_change(project: Project, api: Api) -> None:
    project.up(MINIMAL)
    project.up("""
        assistai.Agent("sales", name="Ventas", opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="ventas")]))
    """)
    assert api.requests("PATCH", "DELETE") == []
    assert len(api.requests("POST")) == 1
    assert "sales" in project.state()


def test_a_protected_agent_is_not_deleted(project: Project) -> None:
    project.up('assistai.Agent("ventas", name="Ventas", opts=pulumi.ResourceOptions(protect=True))')
    assert "protect" in project.fails("destroy")
    assert "ventas" in project.state()


def test_ignored_changes_are_not_sent(project: Project, api: Api) -> None:
    project.up(VENTAS)
    project.write("""
        assistai.Agent("ventas", name="Ventas", description="otra", purpose="Vender", instructions="otras",
                       tone="serio", voice="female",
                       opts=pulumi.ResourceOptions(ignore_changes=["instructions", "tone"]))
    """)
    project.up()
    assert api.bodies("PATCH") == [{"description": "otra"}]


def test_values_of_other_resources_are_unknown_at_preview(project: Project, api: Api) -> None:
    project.write("""
        first = assistai.Agent("first", name="Primero")
        code = first.code
        prompt = code.apply(lambda known: f"Deriva a {known}")
        assistai.Agent("second", name=pulumi.Output.concat("De ", code), instructions=prompt)
    """)
    assert project.run("preview").changes == {"created": 3}
    project.up()
    code = api.agent("Primero")["code"]
    assert api.agent(f"De {code}")["instructions"] == f"Deriva a {code}"


def test_get_reads_an_agent_of_somebody_else(project: Project, api: Api) -> None:
    code = api.create("Otro", description="ajeno")
    project.up(f"""
        otro = assistai.Agent.get("otro", "{code}")
        pulumi.export("seen", pulumi.Output.all(otro.name, otro.description, otro.code))
    """)
    assert project.outputs("trial-dev") == {"seen": ["Otro", "ajeno", code]}
    assert api.requests("POST", "PATCH", "DELETE") == []
    project.up("")
    assert api.requests("POST", "PATCH", "DELETE") == []


def test_get_of_an_agent_that_is_not_there_is_an_error(project: Project, api: Api) -> None:
    api.create("Otro")
    code = api.create("Ajeno")
    project.up(f'assistai.Agent.get("ajeno", "{code}")')
    project.write(f'assistai.Agent.get("ajeno", "{code}")\nassistai.Agent.get("nadie", "A-404")')
    assert "organization SANDBOX of tenant sandbox has no agent A-404; check the code" in project.fails("preview")
    api.remove(code)
    assert project.run("refresh").changes == {"deleted": 1}


def test_import_is_refused_with_the_ways_that_work(project: Project) -> None:
    project.write('assistai.Agent("ventas", name="Ventas", opts=pulumi.ResourceOptions(import_="A-1"))')
    text = project.fails("preview")
    assert "import_ does not work with dynamic resources" in text
    assert 'adopt="CODE"' in text
    assert "`assistai import`" in text
    assert "Traceback" not in text


def test_secret_instructions_stay_secret(project: Project, api: Api) -> None:
    project.write("""
        agent = assistai.Agent("ventas", name="Ventas", instructions=pulumi.Output.secret("canary-prompt"))
        pulumi.export("instructions", agent.instructions)
    """)
    seen = [project.run("preview", "--diff").text, project.up().text]
    api.edit(api.agent("Ventas")["code"], name="Otro")
    seen += [project.run("refresh").text, project.up().text, str(project.stack.export())]
    assert api.agent("Ventas")["instructions"] == "canary-prompt"
    assert not [text for text in seen if "canary-prompt" in text]
    files = [path for path in project.directory.rglob("*") if path.is_file() and not path.name.startswith("__main__.")]
    assert not [path for path in files if b"canary-prompt" in path.read_bytes()]


def test_instructions_that_become_secret_are_encrypted_by_the_next_up(project: Project) -> None:
    project.up('assistai.Agent("ventas", name="Ventas", instructions="canary-prompt")')
    project.up('assistai.Agent("ventas", name="Ventas", instructions=pulumi.Output.secret("canary-prompt"))')
    assert "canary-prompt" not in str(project.stack.export())


def test_another_organization_is_refused_and_forgets_nothing(project: Project, api: Api) -> None:
    project.up(MINIMAL)
    code = api.agent("Ventas")["code"]
    api.forget_requests()
    project.reopen(ASSISTAI_ORGANIZATION_CODE="ACME", ASSISTAI_TENANT_DOMAIN="acme", ASSISTAI_API_TOKEN="acme-token")
    for verb in ("refresh", "destroy"):
        text = project.fails(verb)
        assert f"{code} belongs to tenant sandbox, organization SANDBOX, but the connection is to tenant acme" in text
    project.write('assistai.Agent("ventas", name="Nuevo")')
    assert "belongs to tenant sandbox" in project.fails("up")
    assert project.state()["ventas"]["id"] == code
    assert api.requests() == []
