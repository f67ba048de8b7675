"""`assistai import`: from agents that are live to a stack that manages them, and nothing changes on the way."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Template
from pulumi.dynamic.dynamic import serialize_provider

from pulumi_assistai.cli.adoption.generated import agent_file, python_program
from pulumi_assistai.cli.adoption.import_file import Adoption, adopt, make_import_file
from pulumi_assistai.client import ListedAgent
from pulumi_assistai.providers.agents import AgentProvider
from tests.cli.conftest import Assistai
from tests.conftest import Api, Project, needs_pulumi
from tests.engines import EmbeddedEngine
from tests.shell import require_success, run_script
from tests.test_docs import blocks
from tests.waiting import DEADLINE

BIN = Path(sys.executable).parent
HOSTILE = ['it\'s "quoted"', "{{ boom }} {% raw %}", "yes", "back\\slash", "# no: comment", "日本", "\x1b[31mrojo"]
PARTS = ("inputs", "outputs")
PLACE = {"tenant_domain": "sandbox", "organization_code": "SANDBOX"}
FLEET = """
    class Fleet(pulumi.ComponentResource):
        def __init__(self, name):
            super().__init__("assistai:index:AgentFleet", name)
            opts = pulumi.ResourceOptions(parent=self)
            assistai.Agent(f"{name}-ventas", name="Ventas", description="Vende", opts=opts)
            assistai.Agent(f"{name}-soporte", name="Soporte", opts=opts)
            self.register_outputs({})
    Fleet("fleet")
"""


class Shell:
    """A project's folder, and what a user types there."""

    def __init__(self, directory: Path, environment: dict[str, str]) -> None:
        self.directory = directory
        self.environment = environment

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        return run_script(command, self.directory, self.environment)

    def succeed(self, command: str) -> str:
        done = self.run(command)
        return require_success(command, done)

    def fail(self, command: str) -> str:
        done = self.run(command)
        assert done.returncode == 1, done.stdout
        return done.stderr.splitlines()[-1]

    def follow(self, printed: str) -> list[str]:
        """Run the commands that were printed, and return them."""
        commands = [line.strip() for line in printed.splitlines() if line.startswith("    ")]
        self.succeed("\n".join(commands))
        return commands


@pytest.fixture
def shell(engine: str, tmp_path: Path, environment: dict[str, str]) -> Shell:
    """Return a shell in an empty project that has one stack, on either engine."""
    (tmp_path / "Pulumi.yaml").write_text("name: trial\nruntime: python\n", encoding="utf-8")
    return shell_of(engine, tmp_path, environment)


def shell_of(engine: str, directory: Path, environment: dict[str, str]) -> Shell:
    folders = [folder for folder in os.environ["PATH"].split(os.pathsep) if not (Path(folder) / "pulumi").exists()]
    pulumi = [str(Path(str(shutil.which("pulumi"))).parent)] if engine == "pulumi" else []
    (directory / "backend").mkdir()
    shell = Shell(
        directory,
        environment
        | {
            "PATH": os.pathsep.join([str(BIN), *pulumi, *folders]),
            "PULUMI_BACKEND_URL": (directory / "backend").as_uri(),
            "PULUMI_HOME": str(directory / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "1",
        },
    )
    if engine == "pulumi" and (directory / "Pulumi.yaml").exists():
        shell.succeed("pulumi stack init dev")
    return shell


def verb(engine: str, command: str) -> str:
    yes = "" if command.startswith("preview") else " --yes"
    return f"{'pulumi' if engine == 'pulumi' else 'assistai sandbox'} {command}{yes}"


def carry_out(shell: Shell, engine: str, command: str) -> None:
    """Run what no text tells the user to type, on the embedded engine without a program of its own."""
    if engine == "pulumi":
        shell.succeed(verb(engine, command))
        return
    outcome = EmbeddedEngine(shell.directory, shell.environment).run(*command.split())
    assert outcome.ok, outcome.text


def state(shell: Shell, engine: str) -> dict[str, dict[str, Any]]:
    if engine == "pulumi":
        exported = json.loads(shell.succeed("pulumi stack export"))
    else:
        exported = EmbeddedEngine(shell.directory, shell.environment).export()
    resources = exported["deployment"]["resources"]
    return {resource["urn"].rpartition("::")[2]: resource for resource in resources}


def test_twenty_five_agents_are_taken_over_and_nothing_changes(shell: Shell, engine: str, api: Api) -> None:
    codes = [api.create(f"Agente {number}", description=f"El número {number}") for number in range(18)]
    codes += [api.create(name) for name in HOSTILE]
    printed = shell.succeed("assistai import")
    assert printed.startswith("Wrote 25 agents to imported. Next:\n")
    commands = shell.follow(printed)
    assert commands[-1] == verb(engine, "preview --expect-no-changes")
    carry_out(shell, engine, "refresh --expect-no-changes")
    carry_out(shell, engine, "up --expect-no-changes")
    assert api.requests("POST", "PATCH", "DELETE") == []

    resources = state(shell, engine)
    outputs = resources["agente-3"]["outputs"]
    assert {resource["id"] for resource in resources.values() if "Agent" in resource["type"]} == set(codes)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", outputs.pop("managed_since"))
    del outputs["__provider"]
    fields = {"name": "Agente 3", "description": "El número 3", "on_delete": "retain"}
    assert outputs == {**fields, "code": codes[3], **PLACE}

    program = shell.directory / "__main__.py"
    program.write_text(program.read_text(encoding="utf-8").replace("El número 3", "Otra cosa"), encoding="utf-8")
    carry_out(shell, engine, "up")
    assert api.requests("POST", "PATCH") == [f"PATCH /api/v1/agents/{codes[3]}"]
    assert api.bodies("PATCH") == [{"description": "Otra cosa"}]
    assert "Nothing to import" in shell.succeed("assistai import")


def test_an_import_leaves_the_state_that_an_adoption_does(project: Project, api: Api) -> None:
    code = api.create("Ventas", description="Vende")
    project.up(f'assistai.Agent("ventas", name="Ventas", description="Vende", adopt="{code}")')
    project.up('assistai.Agent("ventas", name="Ventas", description="Vende")')
    adopted = project.state()["ventas"]
    without = {part: {name: adopted[part][name] for name in adopted[part] if name != "adopt"} for part in PARTS}
    [adoption] = adopt([ListedAgent(code=code, name="Ventas", description="Vende")], ())
    document = make_import_file([adoption], PLACE, adopted["outputs"]["managed_since"])
    assert document["resources"] == [
        {"type": adopted["type"], "name": "ventas", "id": code, **without},
    ]


def test_more_agents_are_added_to_a_program(shell: Shell, engine: str, api: Api) -> None:
    first = api.create("Ventas")
    shell.follow(shell.succeed("assistai import"))
    second = api.create("Ventas", description="otra")
    third = api.create("Soporte")
    printed = shell.succeed(f"assistai import {second} --out more")
    assert "Add the declarations of more/__main__.py to your program. Then:\n" in printed
    assert f"/{third}" not in (shell.directory / "more" / "import.json").read_text(encoding="utf-8")
    lines = (shell.directory / "more" / "__main__.py").read_text(encoding="utf-8").splitlines(keepends=True)
    with (shell.directory / "__main__.py").open("a", encoding="utf-8") as program:
        program.writelines(lines[1:])
    shell.follow(printed)
    assert {name: found["id"] for name, found in state(shell, engine).items() if "Agent" in found["type"]} == {
        "ventas": first,
        "ventas-2": second,
    }
    assert shell.fail(f"assistai import {first} --out again") == (
        f"error: the stack already manages {first} (as ventas) [AAI-152]"
    )
    assert shell.fail("assistai import A-777 --out again") == (
        "error: the organization SANDBOX has no agent A-777; check the code [AAI-152]"
    )


def test_children_of_a_fleet_are_imported_below_it(project: Project, engine: str, api: Api, shell: Shell) -> None:
    api.create("Ventas", description="Vende")
    api.create("Soporte")
    printed = shell.succeed("assistai import --format markdown")
    assert (shell.directory / "imported/agents/ventas.md").exists()
    project.write(FLEET)
    commands = [line.strip() for line in printed.splitlines() if line.startswith("    ")]
    shell.succeed(commands[0])
    carry_out(shell, engine, "preview --expect-no-changes")
    assert state(shell, engine)["fleet-ventas"]["parent"].endswith("::assistai:index:AgentFleet::fleet")


ACME = """
import pulumi

import pulumi_assistai as assistai

acme = assistai.Provider("acme", api_token="acme-token", tenant_domain="acme", organization_code="ACME")
assistai.Agent("ya", name="Ya", opts=pulumi.ResourceOptions(provider=acme))
"""


@pytest.mark.parametrize("format_", ["python", "markdown"])
def test_agents_of_an_explicit_provider_are_imported_with_it(shell: Shell, engine: str, api: Api, format_: str) -> None:
    (shell.directory / "__main__.py").write_text(ACME, encoding="utf-8")
    carry_out(shell, engine, "up")
    code = api.create("Ventas", tenant="acme", organization="ACME", description="Vende")
    api.forget_requests()
    printed = shell.succeed(f"assistai import --provider acme --format {format_}")
    written = (shell.directory / "imported" / "__main__.py").read_text(encoding="utf-8")
    own = written.partition('calls "acme".\n')[2]
    (shell.directory / "__main__.py").write_text(f"{ACME}\n{own}", encoding="utf-8")
    if format_ == "markdown":
        shutil.copytree(shell.directory / "imported" / "agents", shell.directory / "agents")
    shell.follow(printed)
    carry_out(shell, engine, "up --expect-no-changes")
    assert api.requests("POST", "PATCH", "DELETE") == []
    [ventas] = [found for found in state(shell, engine).values() if found.get("id") == code]
    assert "::acme::" in ventas["provider"]
    assert ventas["outputs"]["organization_code"] == "ACME"
    assert shell.fail("assistai import --provider otro").startswith(
        "error: the stack has no connection to provider otro; it has: "
    )


def test_a_fleet_of_markdown_files_is_written(shell: Shell, engine: str, api: Api) -> None:
    for name in ("Ventas", "Soporte", *HOSTILE):
        api.create(name, description=f"Es {name}")
    shell.follow(shell.succeed("assistai import --format markdown"))
    carry_out(shell, engine, "up --expect-no-changes")
    assert api.requests("POST", "PATCH", "DELETE") == []


@pytest.mark.parametrize("engine", ["embedded"])
def test_nothing_is_overwritten_unasked(shell: Shell, api: Api) -> None:
    api.create("Ventas")
    shell.succeed("assistai import --out there")
    assert shell.fail("assistai import --out there") == (
        "error: there/import.json exists; use --force to overwrite it, or --out for another folder"
    )
    shell.succeed("assistai import --out there --force")
    assert shell.fail("assistai import A-001 --unmanaged").startswith("error: give codes of agents, or --unmanaged")


def test_without_a_project_one_is_written(tmp_path: Path, environment: dict[str, str], api: Api) -> None:
    api.create("Ventas")
    printed = shell_of("embedded", tmp_path, environment).succeed("assistai import --out 'my fleet'")
    assert (tmp_path / "my fleet" / "Pulumi.yaml").read_text() == "name: fleet\nruntime: python\n"
    assert printed.splitlines()[2:] == [
        "    cd 'my fleet'",
        "    pulumi stack select --create dev",
        "    pulumi import --file import.json --generate-code=false --protect=false --yes",
        "    pulumi preview --expect-no-changes",
    ]


@pytest.mark.parametrize("engine", ["embedded"])
def test_a_name_that_cannot_be_declared_is_left_out(shell: Shell, api: Api) -> None:
    api.create(" Ventas")
    done = shell.run("assistai import")
    assert done.stderr.splitlines()[-1] == 'skipped A-001: rename it in AssistAI, " Ventas" cannot be declared'
    assert done.stdout.startswith("Nothing to import")


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(TEXT, st.none() | TEXT), min_size=1, max_size=5))
def test_every_text_survives_in_python(texts: list[tuple[str, str | None]]) -> None:
    adoptions = adopt_all(texts)
    declared: list[tuple[str, dict[str, str]]] = []
    module = SimpleNamespace(Agent=lambda key, **fields: declared.append((key, fields)))
    lines = python_program(adoptions).removeprefix("import pulumi_assistai as assistai\n")
    exec(compile(lines, "program", "exec"), {"assistai": module})
    assert declared == [(adoption.key, adoption.fields) for adoption in adoptions]


@settings(max_examples=200, deadline=None)
@given(TEXT, st.none() | TEXT)
def test_every_text_survives_in_front_matter(name: str, description: str | None) -> None:
    [adoption] = adopt_all([(name, description)])
    empty, front_matter, body = re.split(r"^---\n", agent_file(adoption), flags=re.MULTILINE)
    values = {key: Template(text).render() for key, text in yaml.safe_load(front_matter).items()}
    assert (empty, body) == ("", "")
    assert values == {"key": adoption.key, **adoption.fields}


def adopt_all(texts: list[tuple[str, str | None]]) -> list[Adoption]:
    agents = [ListedAgent(code=f"A-{number}", name=name, description=text) for number, (name, text) in enumerate(texts)]
    return adopt(agents, ())


def test_keys_are_slugs_of_their_own() -> None:
    names = ["Recepción", "recepcion", "RECEPCIÓN 2", "日本", "!", "x" * 100]
    agents = [ListedAgent(code=f"A-{number}", name=name) for number, name in enumerate(names)]
    keys = [adoption.key for adoption in adopt(agents, {"recepcion"})]
    assert keys == ["recepcion-2", "recepcion-3", "recepcion-2-2", "a-3", "a-4", "x" * 60]


def test_generated_python_is_formatted() -> None:
    program = python_program(adopt_all([(name, name) for name in HOSTILE]))
    command = [str(BIN / "ruff"), "format", "--isolated", "--line-length=120", "-"]
    assert (
        subprocess.run(command, input=program, capture_output=True, text=True, check=True, timeout=DEADLINE).stdout
        == program
    )
    checks = [str(BIN / "ruff"), "check", "--isolated", "--line-length=120", "--select=E,F,W,I,N,UP", "-"]
    assert (
        subprocess.run(checks, input=program, capture_output=True, text=True, check=False, timeout=DEADLINE).returncode
        == 0
    )


def test_the_file_names_the_provider_as_the_sdk_does() -> None:
    [entry] = make_import_file(adopt_all([("Ventas", None)]), PLACE, "2026-01-01T00:00:00+00:00")["resources"]
    assert entry["inputs"]["__provider"] == serialize_provider(AgentProvider())


def test_the_commands_of_the_documentation_work_as_written(shell: Shell, engine: str, api: Api) -> None:
    api.create("Recepción", description="Atiende")
    api.create("recepcion")
    pulumi, sandbox = [content for _, language, content in blocks("docs/adoption.md") if language == "sh"]
    shell.succeed(pulumi if engine == "pulumi" else sandbox)
    assert {"recepcion", "recepcion-2"} <= state(shell, engine).keys()
    assert api.requests("POST", "PATCH", "DELETE") == []


def test_the_program_of_the_documentation_adopts(project: Project, api: Api) -> None:
    api.create("Ventas", description="Responde consultas de precios")
    [program] = [content for _, language, content in blocks("docs/adoption.md") if language == "python"]
    project.up(program)
    assert project.outputs("ventas")["code"] == "A-001"
    assert api.requests("POST", "PATCH", "DELETE") == []


def test_another_organization_does_not_stand_in_for_the_default_connection(
    assistai: Assistai, fleet: Project, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet.up(f"{ACME}\nassistai.Agent('ventas', name='Ventas')")
    api.create("Soporte", tenant="acme", organization="ACME")
    monkeypatch.delenv("ASSISTAI_API_TOKEN")
    run = assistai("import", "-C", fleet.directory)
    assert (run.status, run.out) == (1, "")
    assert (
        "error: the stack has several organizations; choose one with --provider or --organization: "
        "organization ACME of tenant acme (provider acme); the default connection, which cannot be used: AssistAI is "
        "not configured: missing api token"
    ) in run.err
    assert assistai("import", "-C", fleet.directory, "--provider", "acme").status == 0


def test_an_agent_that_another_stack_manages_is_named(assistai: Assistai, fleet: Project, api: Api) -> None:
    # A terminal's library would make an emoji of this name.
    fleet.up('assistai.Agent("ventas", name="Ventas :x:")')
    api.create("Soporte")
    (fleet.directory / "Pulumi.otro.yaml").write_text("config: {}\n", encoding="utf-8")
    if (fleet.directory / ".sandbox").exists():
        assert assistai("sandbox", "up", "--yes", "--stack", "otro", "-C", fleet.directory).status == 1
        selected = ("--stack", "otro")
    else:
        environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "1"}
        create = ["pulumi", "stack", "init", "otro"]
        subprocess.run(create, cwd=fleet.directory, env=environment, capture_output=True, check=True, timeout=DEADLINE)
        selected = ()
    run = assistai("import", "-C", fleet.directory, "--out", fleet.directory / "imported", *selected)
    assert run.status == 0, run.err
    assert " already manages A-001 (Ventas :x:); manage it in one stack only, or each stack undoes" in run.err
    assert "A-002" not in run.err


@needs_pulumi
@pytest.mark.parametrize("engine", ["pulumi"])
def test_before_a_stack_is_selected_the_others_are_looked_at(assistai: Assistai, fleet: Project, api: Api) -> None:
    fleet.up('assistai.Agent("ventas", name="Ventas")')
    api.create("Soporte")
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "1"}
    unselect = ["pulumi", "stack", "unselect"]
    subprocess.run(unselect, cwd=fleet.directory, env=environment, capture_output=True, check=True, timeout=DEADLINE)
    run = assistai("import", "-C", fleet.directory, "--out", fleet.directory / "imported")
    assert run.status == 0, run.err
    assert "Using no stack (none is selected)" in run.err
    assert " already manages A-001 (Ventas); manage it in one stack only, or each stack undoes" in run.err
    assert "A-002" not in run.err


def test_a_stack_that_cannot_be_read_is_named(assistai: Assistai, fleet: Project, api: Api) -> None:
    if not isinstance(fleet.stack, EmbeddedEngine):
        pytest.skip("states of the CLI's own backends are not damaged by hand")
    api.create("Soporte")
    (fleet.directory / ".sandbox").mkdir()
    (fleet.directory / ".sandbox" / "otro.json").write_text("{", encoding="utf-8")
    run = assistai("import", "-C", fleet.directory, "--out", fleet.directory / "imported", "--sandbox")
    assert run.status == 0, run.err
    assert "stack otro of the sandbox was not looked at: the state" in run.err
