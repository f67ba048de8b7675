"""YAML programs on the real CLI: all verbs, imports, two organizations, functions, and what fails."""

from __future__ import annotations

import json
import re

from tests.conftest import Api, YamlProject

NO_CHANGES = "--expect-no-changes"
PHONE = "584221234567"
TOKEN = "canary-token-1234567890"
PROGRAM = """
    resources:
      ventas:
        type: assistai:Agent
        properties:
          name: Ventas
          description: Vende
          instructions: "Hola.\\nSaluda."
          onDelete: archive
      whatsapp:
        type: assistai:WhatsAppIntegration
        properties:
          agentCode: ${ventas.code}
    outputs:
      code: ${ventas.code}
      status: ${whatsapp.status}
"""


def said(text: str) -> list[str]:
    """Return the lines of a run that are not about where the provider was found."""
    return [line for line in text.splitlines() if line.strip() and "pulumi-resource-assistai from $PATH" not in line]


def require_one_line(text: str, words: str) -> None:
    assert "Traceback" not in text
    assert [line for line in said(text) if words in line], text


def settle(project: YamlProject) -> None:
    """Require that nothing is left to do, before and after a refresh."""
    for verb in ("preview", "refresh", "preview"):
        outcome = project.run(verb, NO_CHANGES)
        assert outcome.ok, outcome.text


def test_a_life_of_two_resources(yaml_project: YamlProject, api: Api) -> None:
    yaml_project.write_yaml(PROGRAM)
    preview = yaml_project.run("preview")
    assert preview.changes == {"created": 3}, preview.text
    assert api.requests("POST", "PATCH", "DELETE") == []
    up = yaml_project.up()
    assert "WhatsApp of agent A-001 has no phone linked yet: run `assistai link A-001`" in up.text
    assert api.bodies("POST") == [{"name": "Ventas", "description": "Vende", "instructions": "Hola.\nSaluda."}]
    settle(yaml_project)

    api.link("A-001", PHONE)
    assert yaml_project.run("refresh").ok
    assert yaml_project.outputs("whatsapp")["status"] == "connected"
    settle(yaml_project)

    yaml_project.write_yaml(PROGRAM.replace("Saluda.", "Despide.").replace("onDelete: archive", "tone: serio"))
    preview = yaml_project.run("preview", "--diff")
    shown = re.sub(r" +", " ", preview.text)
    assert " - Saluda.\n" in shown
    assert " + Despide.\n" in shown
    assert '+ tone : "serio"' in shown
    assert '- onDelete : "archive"' in shown
    assert "[diff: +tone-onDelete~instructions]" in yaml_project.up().text
    assert api.bodies("PATCH") == [{"instructions": "Hola.\nDespide.", "tone": "serio"}]

    yaml_project.write_yaml(PROGRAM)
    yaml_project.up()
    api.forget_requests()
    outcome = yaml_project.run("destroy")
    assert outcome.ok, outcome.text
    assert [agent["name"] for agent in api.agents()] == ["[archived] Ventas"]
    assert yaml_project.state() == {}


def test_drift_is_shown_and_repaired(yaml_project: YamlProject, api: Api) -> None:
    yaml_project.write_yaml(PROGRAM)
    yaml_project.up()
    api.edit("A-001", description="tocado")
    refresh = yaml_project.run("refresh", "--diff")
    assert '~ description: "Vende" => "tocado"' in refresh.text
    assert "[diff: ~description]" in yaml_project.run("preview").text
    yaml_project.up()
    assert api.agent("Ventas")["description"] == "Vende"
    settle(yaml_project)


def imported(project: YamlProject, *arguments: str) -> str:
    """Run `pulumi import` and return the code that it writes, as a whole program."""
    out = project.directory / "imported.yaml"
    outcome = project.run("import", *arguments, "--out", str(out))
    assert outcome.ok, outcome.text
    return out.read_text(encoding="utf-8")


def test_an_import_writes_code_that_changes_nothing(yaml_project: YamlProject, api: Api) -> None:
    code = api.create("Ventas", description="Vende", tone="serio")
    plain = api.create("Soporte")
    program = imported(yaml_project, "assistai:index:Agent", "ventas", code)
    assert re.search(r"name: Ventas\n", program)
    yaml_project.write_yaml(program)
    settle(yaml_project)

    file = yaml_project.directory / "import.json"
    entries = [
        {"type": "assistai:index:Agent", "name": "soporte", "id": plain},
        {"type": "assistai:index:WhatsAppIntegration", "name": "whatsapp", "id": code},
    ]
    file.write_text(json.dumps({"resources": entries}), encoding="utf-8")
    more = imported(yaml_project, "--file", str(file))
    yaml_project.write_yaml(program + more.partition("resources:\n")[2])
    settle(yaml_project)
    assert api.requests("POST", "PATCH", "DELETE") == []


def test_declared_fields_survive_the_refresh_after_an_import(yaml_project: YamlProject, api: Api) -> None:
    code = api.create("Ventas", description="Vende", tone="serio")
    program = imported(yaml_project, "assistai:index:Agent", "ventas", code, "--protect=false")
    yaml_project.write_yaml(program.replace("name: Ventas", "name: Ventas\n      tone: amigable"))
    yaml_project.up()
    assert api.bodies("PATCH") == [{"tone": "amigable"}]
    settle(yaml_project)
    assert yaml_project.outputs("ventas")["tone"] == "amigable"


def test_the_option_import_takes_over_and_changes_what_differs(yaml_project: YamlProject, api: Api) -> None:
    code = api.create("Ventas", description="Vende")
    yaml_project.write_yaml(f"""
        resources:
          ventas:
            type: assistai:Agent
            properties: {{name: Ventas, description: Otra}}
            options: {{import: {code}}}
    """)
    yaml_project.up()
    assert api.requests("POST", "PATCH") == [f"PATCH /api/v1/agents/{code}"]
    assert api.bodies("PATCH") == [{"description": "Otra"}]
    settle(yaml_project)


def test_an_agent_is_only_read_and_functions_answer(yaml_project: YamlProject, api: Api) -> None:
    code = api.create("Ventas", description="Vende")
    yaml_project.write_yaml(f"""
        resources:
          ventas:
            type: assistai:Agent
            get: {{id: {code}}}
        outputs:
          description: ${{ventas.description}}
          all:
            fn::invoke: {{function: assistai:getAgents, return: agents}}
          one:
            fn::invoke: {{function: assistai:getAgent, arguments: {{name: Ventas}}, return: code}}
    """)
    yaml_project.up()
    outputs = yaml_project.outputs("trial-dev")
    assert (outputs["description"], outputs["one"], outputs["all"][0]["name"]) == ("Vende", code, "Ventas")
    settle(yaml_project)
    api.edit(code, description="Otra")
    assert yaml_project.run("refresh").ok
    yaml_project.up()
    assert yaml_project.outputs("trial-dev")["description"] == "Otra"
    assert "inputs" not in yaml_project.state()["ventas"]
    assert yaml_project.run("destroy").ok
    assert api.requests("POST", "PATCH", "DELETE") == []


TWO = """
    resources:
      acme:
        type: pulumi:providers:assistai
        properties:
          apiToken: acme-token
          tenantDomain: acme
          organizationCode: ACME
          timeout: 7
      ventas:
        type: assistai:Agent
        properties: {name: Ventas}
      soporte:
        type: assistai:Agent
        properties: {name: Soporte}
        options: {provider: "${acme}"}
"""


def test_two_organizations_are_kept_apart(yaml_project: YamlProject, api: Api) -> None:
    yaml_project.write_yaml(TWO)
    yaml_project.up()
    assert yaml_project.outputs("ventas")["organizationCode"] == "SANDBOX"
    assert yaml_project.outputs("soporte")["organizationCode"] == "ACME"
    assert {agent["name"]: agent["organization"] for agent in api.agents()} == {"Ventas": "SANDBOX", "Soporte": "ACME"}
    settle(yaml_project)
    assert "acme-token" not in json.dumps(yaml_project.stack.export())
    yaml_project.write_yaml(TWO.replace("timeout: 7", "timeout: 8"))
    outcome = yaml_project.up()
    assert outcome.changes == {"updated": 1}, outcome.text
    assert yaml_project.run("destroy").ok


def test_what_an_explicit_provider_is_not_given_comes_from_the_stack(yaml_project: YamlProject, api: Api) -> None:
    yaml_project.reopen(ASSISTAI_API_TOKEN="", ASSISTAI_TENANT_DOMAIN="")
    yaml_project.configure(apiToken="sandbox-token", tenantDomain="sandbox")
    yaml_project.write_yaml("""
        resources:
          same:
            type: pulumi:providers:assistai
            properties: {timeout: 7}
          ventas:
            type: assistai:Agent
            properties: {name: Ventas}
            options: {provider: "${same}"}
    """)
    yaml_project.up()
    assert yaml_project.state()["same"]["inputs"] == {"timeout": 7}
    settle(yaml_project)
    assert yaml_project.run("destroy").ok
    assert [agent["name"] for agent in api.agents()] == ["Ventas"]


def test_two_declarations_of_one_name_are_one_line_under_the_second(yaml_project: YamlProject, api: Api) -> None:
    yaml_project.write_yaml("""
        resources:
          a: {type: "assistai:Agent", properties: {name: Ventas}}
          b: {type: "assistai:Agent", properties: {name: Ventas}}
    """)
    text = yaml_project.fails("preview")
    require_one_line(text, 'two agents named "Ventas" are declared; give them different names, or')
    assert "allowDuplicateName: true if you mean it" in text
    assert api.requests("POST") == []


def test_a_misspelt_setting_fails_without_its_value(yaml_project: YamlProject) -> None:
    yaml_project.write_yaml(PROGRAM)
    yaml_project.configure(apitoken=TOKEN)
    text = yaml_project.fails("preview")
    require_one_line(text, "assistai:apitoken is not a setting; the settings are apiToken, ")
    assert TOKEN not in text


def test_a_wrong_argument_fails_without_its_value(yaml_project: YamlProject) -> None:
    yaml_project.write_yaml(PROGRAM.replace("onDelete: archive", f"onDelete: {TOKEN}"))
    text = yaml_project.fails("preview")
    require_one_line(text, "onDelete: Input should be 'retain' or 'archive'")
    assert TOKEN not in text


def test_without_settings_a_preview_says_what_is_missing(yaml_project: YamlProject) -> None:
    yaml_project.reopen(ASSISTAI_API_TOKEN="")
    yaml_project.write_yaml(PROGRAM)
    require_one_line(yaml_project.fails("preview"), "AssistAI is not configured: missing api token (set ASSISTAI_")


def test_a_call_that_fails_is_one_line_under_its_resource(yaml_project: YamlProject, api: Api) -> None:
    yaml_project.write_yaml(PROGRAM)
    api.faults.add("status-before", method="POST", status=400)
    text = yaml_project.fails("up")
    require_one_line(text, "POST /api/v1/agents answered 400: ")


def test_no_token_is_in_state_or_output(yaml_project: YamlProject) -> None:
    yaml_project.reopen(ASSISTAI_API_TOKEN="")
    yaml_project.write_yaml(PROGRAM.replace('"Hola.\\nSaluda."', "{fn::secret: canary-prompt}"))
    yaml_project.configure(apiToken="sandbox-token")
    text = "".join(outcome.text for outcome in (yaml_project.run("preview", "--diff"), yaml_project.up()))
    assert "warning: assistai:apiToken is stored in clear; run `pulumi config set --secret assistai:apiToken`" in text
    text += yaml_project.run("refresh", "--diff").text
    state = json.dumps(yaml_project.stack.export())
    text += yaml_project.run("destroy", "--diff").text
    assert [canary for canary in ("sandbox-token", "canary-prompt") if canary in text + state] == []
