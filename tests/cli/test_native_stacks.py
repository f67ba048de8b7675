"""Commands on stacks of native resources, and in projects of other languages than Python."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from pulumi_assistai.native.servicer import own_version
from tests.cli.conftest import Assistai, Run, found_by_commands
from tests.conftest import NATIVE, Api, Project, YamlProject

AGENT = "assistai:index:Agent"
PHONE = "584221234567"
BIN = Path(sys.executable).parent
PROGRAM = """
    acme = assistai.Provider("acme", api_token="acme-token", tenant_domain="acme", organization_code="ACME", timeout=7)
    ventas = assistai.Agent("ventas", name="Ventas", description="Vende", on_delete="archive")
    assistai.WhatsAppIntegration("linea", agent_code=ventas.code, expected_phone_number="+58 422 1234567")
    assistai.Agent("soporte", name="Soporte", opts=pulumi.ResourceOptions(provider=acme))
"""
MORE = """
    assistai.Agent("ajeno", name="Ajeno", description="Otro")
    assistai.Agent("cobros", name="Cobros", opts=pulumi.ResourceOptions(provider=acme))
"""
MORE_YAML = """
  linea:
    type: assistai:WhatsAppIntegration
    properties: {agentCode: "${ventas.code}"}
  acme:
    type: pulumi:providers:assistai
    properties: {apiToken: {fn::secret: acme-token}, tenantDomain: acme, organizationCode: ACME, timeout: 7}
  soporte:
    type: assistai:Agent
    properties: {name: Soporte}
    options: {provider: "${acme}"}
"""
IN_PYTHON = ("adopt=", "expected_phone_number", "on_delete")


@pytest.fixture
def native(tmp_path: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return a project whose default provider the stack configures."""
    # What one process runs has this name, and its configuration where the process is.
    (tmp_path / "Pulumi.yaml").write_text("name: test\nruntime: python\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    without = {name: "" for name in environment if name.endswith(("TENANT_DOMAIN", "ORGANIZATION_CODE"))}
    project = Project(f"one-process{NATIVE}", tmp_path, environment | without)
    project.configure(tenantDomain="sandbox", organizationCode="SANDBOX")
    found_by_commands(project, monkeypatch)
    return project


@pytest.fixture
def deployed(native: Project, api: Api) -> Project:
    native.up(PROGRAM)
    api.forget_requests()
    return native


def test_all_organizations_are_looked_at(
    deployed: Project, assistai: Assistai, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = ("-C", deployed.directory)
    monkeypatch.setenv("PATH", f"{BIN}{os.pathsep}{os.environ['PATH']}")
    check_doctor(assistai("doctor", *where))
    for resource, text in (("ventas", "Hola"), ("soporte", "Buenas")):
        api.call("POST", f"/agents/{deployed.outputs(resource)['code']}/messages", content=text)
    run = assistai("conversations", *where)
    assert [line for line in run.lines if line.endswith(":")] == [
        "organization SANDBOX of tenant sandbox:",
        "organization ACME of tenant acme (provider acme):",
    ]
    api.forget_requests()
    run = assistai("status", *where)
    assert run.status == 0, run.out
    assert any("organization ACME of tenant acme (provider acme)" in line for line in run.lines)
    code = api.create("Ajeno", organization="SANDBOX")
    api.create("Ventas", organization="SANDBOX")
    api.edit(deployed.outputs("soporte")["code"], name="Otro")
    run = assistai("status", *where)
    assert run.status == 3
    assert f'- {code} Ajeno unmanaged manage it with adopt: "{code}"' in run.lines
    assert any(line.endswith("; manage the others with adopt, or rename them") for line in run.lines)
    assert any('name: declared "Soporte", live "Otro"' in line for line in run.lines)
    found = json.loads(assistai("status", "--json", *where).out)
    assert [place["organization_code"] for place in found["organizations"]] == ["SANDBOX", "ACME"]
    assert api.requests("POST", "PATCH", "DELETE") == []


def check_doctor(run: Run) -> None:
    """Require that it checks the provider and the organizations."""
    assert run.status == 0, run.out
    assert f"ok native provider on PATH: {BIN / 'pulumi-resource-assistai'}" in run.lines
    assert "ok organization code SANDBOX, from assistai:organizationCode of stack dev of the sandbox" in run.lines
    assert "ok tenant and organization accepted; 1 agents" in run.lines
    assert "ok acme: tenant and organization accepted; 1 agents" in run.lines
    assert "acme-token" not in run.out + run.err


def test_a_phone_is_linked_by_the_name_of_a_resource(deployed: Project, assistai: Assistai, api: Api) -> None:
    where = ("-C", deployed.directory)
    code = deployed.outputs("ventas")["code"]
    waiting = assistai("link", "--pending", "--timeout", 0, *where)
    assert waiting.status == 1
    assert f"Linking WhatsApp of agent Ventas ({code}), " in waiting.out
    assert f"error: no phone was linked to agent {code} within 0 s" in waiting.err
    api.link(code, "584140000000")
    wrong = assistai("link", "linea", *where)
    assert "not to the expected number, which ends in 67; " in wrong.err
    assert f"run `assistai link {code}`, or correct expectedPhoneNumber [AAI-" in wrong.err
    api.link(code, PHONE)
    linked = assistai("link", "ventas", *where)
    assert (linked.status, f"WhatsApp of agent {code} is linked to {PHONE}." in linked.out) == (0, True), linked.err
    other = assistai("link", "soporte", "--timeout", 0, *where)
    assert f"agent Soporte ({deployed.outputs('soporte')['code']}), organization ACME of tenant acme" in other.out


def imported(project: Project, assistai: Assistai, *arguments: str) -> tuple[dict[str, Any], str]:
    """Import, follow what is printed, and return the import file and what was printed."""
    folder = project.directory / f"imported{''.join(arguments)}"
    done = assistai("import", "-C", project.directory, "--out", folder, *arguments)
    assert done.status == 0, done.err
    assert [file.name for file in folder.iterdir()] == ["import.json"]
    taken = assistai("sandbox", "import", folder / "import.json", "-C", project.directory)
    assert taken.status == 0, taken.out + taken.err
    file: dict[str, Any] = json.loads((folder / "import.json").read_text(encoding="utf-8"))
    return file, done.out


def test_an_import_takes_agents_over_as_native_resources(deployed: Project, assistai: Assistai, api: Api) -> None:
    first = api.create("Ajeno", description="Otro", organization="SANDBOX")
    second = api.create("Cobros", tenant="acme", organization="ACME")
    file, printed = imported(deployed, assistai)
    assert file == {"resources": [{"type": AGENT, "name": "ajeno", "id": first}]}
    assert "Declare the agents in your program, named as in " in printed
    refused = assistai("import", "--format", "markdown", "--provider", "acme", "-C", deployed.directory)
    assert refused.err.endswith("error: --format markdown does not suit the provider acme; leave --format out\n")
    file, _ = imported(deployed, assistai, "--format", "native", "--provider", "acme")
    [acme] = file["nameTable"].values()
    assert acme.endswith("::pulumi:providers:assistai::acme")
    assert [entry["id"] for entry in file["resources"]] == [second]
    deployed.write(PROGRAM + MORE)
    preview = deployed.run("preview", "--expect-no-changes")
    assert preview.ok, preview.text
    assert deployed.outputs("cobros")["organizationCode"] == "ACME"
    assert api.requests("POST", "PATCH", "DELETE") == []


def test_a_report_has_the_names_of_the_program(deployed: Project, assistai: Assistai) -> None:
    changed = PROGRAM.replace('"archive"', '"retain"').replace("+58 422 1234567", "+58 422 7654321")
    deployed.write(changed.replace('assistai.Agent("soporte"', "# "))
    written = assistai("sandbox", "preview", "--json", "-C", deployed.directory).out
    (deployed.directory / "preview.json").write_text(written, encoding="utf-8")
    run = assistai("report", deployed.directory / "preview.json", "--fail-on", "delete")
    assert run.status == 3, run.err
    assert "### ACME of tenant acme: 1 no longer managed" in run.out
    assert "### SANDBOX of tenant sandbox: 1 WhatsApp updated, 1 updated" in run.out
    assert "@@ onDelete -1,1" in run.out
    assert "@@ expectedPhoneNumber -1,1" in run.out
    assert not any(name in run.out for name in IN_PYTHON)


def in_language(runtime: str, directory: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, Path]:
    """Return the option that names an empty project in a language, on a machine without the Pulumi CLI."""
    (directory / "Pulumi.yaml").write_text(f"name: trial\nruntime: {{name: {runtime}}}\n", encoding="utf-8")
    monkeypatch.setenv("PATH", str(directory))
    monkeypatch.setenv("PULUMI_HOME", str(directory / "home"))
    return "-C", directory


@pytest.fixture
def reachable(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment.items():
        if name.startswith("ASSISTAI_"):
            monkeypatch.setenv(name, value)


@pytest.fixture(params=[("yaml", "agents.yaml"), ("nodejs", "agents.ts"), ("other", "agents.txt")])
def elsewhere(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[tuple[str, Path], str]:
    """Return the option that names a project in a language, and where its code is imported to."""
    runtime, file = request.param
    monkeypatch.chdir(tmp_path)
    return in_language(runtime, tmp_path, monkeypatch), file


@pytest.mark.usefixtures("reachable")
def test_pulumi_import_writes_the_code_in_other_languages(
    elsewhere: tuple[tuple[str, Path], str], tmp_path: Path, assistai: Assistai, api: Api
) -> None:
    where, file = elsewhere
    code = api.create("Ventas", description="Vende")
    run = assistai("import", *where)
    assert run.out.splitlines() == [
        f"Wrote 1 agent to {tmp_path}/imported. Next:",
        "",
        "    pulumi stack select --create dev",
        f"    pulumi import --file imported/import.json --out imported/{file} --protect=false --yes",
        f"Add the resources of imported/{file} to your program. Then:",
        "    pulumi preview --expect-no-changes",
    ]
    assert json.loads((tmp_path / "imported/import.json").read_text(encoding="utf-8")) == {
        "resources": [{"type": AGENT, "name": "ventas", "id": code}]
    }


@pytest.mark.usefixtures("reachable")
def test_a_format_that_does_not_suit_is_refused(
    tmp_path: Path, assistai: Assistai, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = assistai("import", "--format", "native", "-C", tmp_path / "..")
    assert "error: --format native needs a project: `pulumi import` writes code in its language" in refused.err
    refused = assistai("import", "--format", "python", *in_language("yaml", tmp_path, monkeypatch))
    assert "error: --format python is for Python programs; the runtime of this project is yaml" in refused.err


def test_without_the_cli_a_project_in_another_language_has_no_stack(
    tmp_path: Path, assistai: Assistai, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = in_language("yaml", tmp_path, monkeypatch)
    for name in ("API_TOKEN", "BASE_URL"):
        monkeypatch.delenv(f"ASSISTAI_{name}", raising=False)
    run = assistai("status", *where)
    assert run.err.startswith("Using no stack (the Pulumi CLI was not found) in ")
    assert "error: AssistAI is not configured: missing " in run.err


@pytest.mark.usefixtures("reachable")
def test_doctor_says_where_pulumi_finds_the_provider(
    tmp_path: Path, assistai: Assistai, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = in_language("yaml", tmp_path, monkeypatch)
    own = own_version()

    def found() -> tuple[int, str]:
        run = assistai("doctor", *where)
        [line] = [line for line in run.lines if " native provider " in line]
        return run.status, line.replace(" native provider ", ": ")

    nowhere = "no pulumi-resource-assistai on PATH or in Pulumi's plugin cache; run `assistai plugin install`"
    assert found() == (1, f"problem: {nowhere}")
    (tmp_path / "home/plugins/resource-assistai-v0.0.1").mkdir(parents=True)
    another = f"0.0.1 in Pulumi's plugin cache, not {own}; run `assistai plugin install`"
    assert found() == (0, f"warning: {another}")
    (tmp_path / f"home/plugins/resource-assistai-v{own}").mkdir()
    assert found() == (0, f"ok: {own} in Pulumi's plugin cache")
    (tmp_path / "Pulumi.yaml").write_text("[", encoding="utf-8")
    damaged = assistai("doctor", *where)
    assert any(line.startswith(f"problem stack {tmp_path}/Pulumi.yaml is not YAML: ") for line in damaged.lines)


def test_a_yaml_project_on_the_real_cli(
    yaml_project: YamlProject, assistai: Assistai, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    found_by_commands(yaml_project, monkeypatch)
    monkeypatch.setenv("PATH", f"{BIN}{os.pathsep}{os.environ['PATH']}")
    code = api.create("Ventas", description="Vende")
    assert yaml_project.stack
    where = ("-C", yaml_project.directory)
    done = assistai("import", *where)
    command = next(line.strip() for line in done.out.splitlines() if line.startswith("    pulumi import"))
    taken = yaml_project.run(*command.removeprefix("pulumi ").removesuffix(" --yes").split())
    assert taken.ok, taken.text
    program = (yaml_project.directory / "imported/agents.yaml").read_text(encoding="utf-8")
    yaml_project.write_yaml(program)
    preview = yaml_project.run("preview", "--expect-no-changes")
    assert preview.ok, preview.text
    yaml_project.write_yaml(program + MORE_YAML)
    yaml_project.up()
    api.link(code, PHONE)
    linked = assistai("link", "linea", *where)
    assert "Run `pulumi up --refresh` to record it." in linked.out, linked.err
    status = assistai("status", "--json", *where)
    assert status.status == 0, status.out
    assert [place["provider"] for place in json.loads(status.out)["organizations"]] == ["", "acme"]
    assert "ok stack stack dev" in assistai("doctor", *where).lines
    yaml_project.write_yaml("resources: {}\n")
    report = assistai("report", "--run", *where)
    assert "no longer managed" in report.out, report.err
    assert "pulumi-resource-assistai" not in report.out
