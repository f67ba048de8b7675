"""`assistai status` on stacks of both engines, after changes behind their backs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pulumi_assistai.emulator import Emulator
from tests.cli.conftest import Assistai, Run, connect_to_acme
from tests.conftest import Api, Project

embedded = pytest.mark.parametrize("engine", ["embedded"])

FLEET = """
    after = lambda agent: pulumi.ResourceOptions(depends_on=[agent])
    ventas = assistai.Agent("ventas", name="Ventas", description="Vende", instructions="Vende.", tone="amigable")
    soporte = assistai.Agent("soporte", name="Soporte", opts=after(ventas))
    recepcion = assistai.Agent("recepcion", name="Recepción", opts=after(soporte))
    assistai.WhatsAppIntegration("linea", agent_code=recepcion.code)
"""
ONE = 'assistai.Agent("ventas", name="Ventas", description="Vende", instructions="Vende.")'
CLEAN = "Nothing differs, as far as AssistAI shows."
DRIFT = "Declared and live differ. `{0} refresh` records what is live; the next `{0} up` repairs it."


def is_sandbox(fleet: Project) -> bool:
    return (fleet.directory / ".sandbox").exists()


def fleet_place(fleet: Project) -> str:
    return "stack dev of the sandbox" if is_sandbox(fleet) else "stack dev"


def status(assistai: Assistai, fleet: Project, *flags: str) -> Run:
    return assistai("status", "-C", fleet.directory, *flags)


def found(assistai: Assistai, fleet: Project, *flags: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(status(assistai, fleet, "--json", *flags).out)
    return document


def linked(fleet: Project, api: Api) -> None:
    """Bring the fleet up and let the stack see a linked phone."""
    fleet.up(FLEET)
    api.link("A-003")
    assert fleet.run("refresh").ok


def test_five_changes_behind_its_back_are_all_named(assistai: Assistai, fleet: Project, api: Api) -> None:
    linked(fleet, api)
    assert status(assistai, fleet, "--live").lines[-1] == CLEAN
    api.edit("A-001", description="Regala")
    api.remove("A-002")
    api.create("Nuevo")
    api.create("Recepción")
    api.unlink("A-003")
    api.forget_requests()
    run = status(assistai, fleet, "--live")
    assert run.status == 3
    assert run.err == f"Using {fleet_place(fleet)} in {fleet.directory}.\n"
    assert run.lines[1:8] == [
        "",
        "RESOURCE CODE NAME STATUS REMARKS",
        'ventas A-001 Ventas drifted description: declared "Vende", live "Regala"',
        "not visible: instructions, tone",
        "soporte A-002 Soporte missing",
        "recepcion A-003 Recepción in sync",
        '- A-004 Nuevo unmanaged manage it with adopt="A-004"',
    ]
    assert 'linea A-003 disconnected status: declared "connected", live "disconnected"' in run.lines
    assert '2 agents are named "Recepción": A-003, A-005; manage the others with adopt=, or rename them' in run.lines
    assert "WhatsApp was asked for just now. That starts a connection for agents that have none." in run.lines
    assert run.lines[-1] == DRIFT.format("assistai sandbox" if is_sandbox(fleet) else "pulumi")
    assert api.requests("POST", "PATCH", "DELETE") == []
    assert api.requests().count("GET /api/v1/agents/A-003/integrations/whatsappweb/qr") == 1


def test_a_clean_fleet_exits_with_0_and_says_what_it_cannot_see(assistai: Assistai, fleet: Project, api: Api) -> None:
    fleet.up(FLEET)
    api.forget_requests()
    run = status(assistai, fleet)
    assert run.status == 0
    assert run.lines[0].endswith(", organization SANDBOX of tenant sandbox")
    assert "ventas A-001 Ventas in sync as far as AssistAI shows not visible: instructions, tone" in run.lines
    assert "soporte A-002 Soporte in sync" in run.lines
    assert run.lines[-5:] == [
        "linea A-003 pending",
        "",
        "not visible: AssistAI does not return these fields; edits of them cannot be seen.",
        "WhatsApp is shown as recorded by the last up or refresh; --live asks AssistAI.",
        CLEAN,
    ]
    assert set(api.requests()) == {"GET /api/v1/agents"}


@embedded
def test_json_has_everything(assistai: Assistai, fleet: Project, api: Api) -> None:
    linked(fleet, api)
    api.edit("A-001", name="Ventas 2")
    api.create("Nuevo")
    document = found(assistai, fleet, "--live")
    [ventas, *_] = document["agents"]
    assert ventas == {
        "resource": "ventas",
        "code": "A-001",
        "name": "Ventas",
        "status": "drifted",
        "drift": [{"field": "name", "declared": "Ventas", "live": "Ventas 2"}],
        "not_visible": ["instructions", "tone"],
        "secret": [],
    }
    assert [agent["code"] for agent in document["unmanaged"]] == ["A-004"]
    assert document["whatsapp"] == [
        {
            "resource": "linea",
            "agent_code": "A-003",
            "recorded": {"status": "connected", "phone_number": "584221234567"},
            "live": {"status": "connected", "phone_number": "584221234567"},
            "status": "in sync",
            "drift": [],
        }
    ]
    assert (document["drift"], document["complete"], document["same_named"]) == (True, True, [])


@embedded
def test_an_unmanaged_agent_alone_is_no_drift(assistai: Assistai, fleet: Project, api: Api) -> None:
    other = api.create("Otro")
    fleet.up(f'{ONE}\nassistai.Agent.get("leido", "{other}")')
    api.create("Nuevo")
    api.create("Nuevo")
    run = status(assistai, fleet)
    assert run.status == 0
    assert "- A-001 Otro unmanaged read by leido" in run.lines
    assert '2 agents are named "Nuevo": A-003, A-004' in run.lines


@embedded
def test_allowed_duplicates_are_no_drift(assistai: Assistai, fleet: Project, api: Api) -> None:
    api.create("Ventas")
    fleet.up('assistai.Agent("ventas", name="Ventas", allow_duplicate_name=True)')
    run = status(assistai, fleet)
    assert run.status == 0
    assert '2 agents are named "Ventas": A-001, A-002' in run.lines


@embedded
def test_another_phone_than_the_expected_one_is_drift(assistai: Assistai, fleet: Project, api: Api) -> None:
    fleet.up("""
        ventas = assistai.Agent("ventas", name="Ventas")
        assistai.WhatsAppIntegration("linea", agent_code=ventas.code, expected_phone_number="+58 422 1234567")
    """)
    api.link("A-001", "580000000000")
    assert status(assistai, fleet).status == 0
    run = status(assistai, fleet, "--live")
    assert run.status == 3
    assert (
        'linea A-001 connected 580000000000 phone_number: declared "+58 422 1234567", live "580000000000"' in run.lines
    )


@embedded
def test_a_secret_is_neither_compared_nor_shown(assistai: Assistai, fleet: Project, api: Api) -> None:
    fleet.up("""
        secret = pulumi.Output.secret("canary-text")
        assistai.Agent("ventas", name="Ventas", description=secret, instructions=secret)
    """)
    api.edit("A-001", description="Otra")
    run = status(assistai, fleet)
    assert run.status == 0
    assert "ventas A-001 Ventas in sync as far as AssistAI shows not visible: instructions" in run.lines
    assert "secret, not compared: description" in run.lines
    assert "canary-text" not in run.out


@embedded
def test_resources_of_an_explicit_provider_are_compared_with_its_organization(
    assistai: Assistai, fleet: Project, api: Api
) -> None:
    fleet.up("""
        acme = assistai.Provider("acme", api_token="acme-token", tenant_domain="acme", organization_code="ACME")
        assistai.Agent("ventas", name="Ventas")
        assistai.Agent("soporte", name="Soporte", opts=pulumi.ResourceOptions(provider=acme))
    """)
    api.edit(api.agent("Soporte")["code"], name="Otro")
    run = status(assistai, fleet)
    assert run.status == 3
    assert any('Soporte drifted name: declared "Soporte", live "Otro"' in line for line in run.lines)
    document = found(assistai, fleet, "--provider", "acme")
    assert [known["organization_code"] for known in document["organizations"]] == ["ACME"]
    run = status(assistai, fleet, "--organization", "SANDBOX")
    assert run.status == 0
    assert not any("Soporte" in line for line in run.lines)


@embedded
def test_a_provider_can_be_chosen_if_another_connection_leads_to_its_organization(
    assistai: Assistai, fleet: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet.up("""
        acme = assistai.Provider("acme", api_token="acme-token", tenant_domain="acme", organization_code="ACME")
        assistai.Agent("soporte", name="Soporte", opts=pulumi.ResourceOptions(provider=acme))
    """)
    connect_to_acme(monkeypatch, "revoked")
    document = found(assistai, fleet, "--provider", "acme")
    assert [(known["provider"], len(known["agents"])) for known in document["organizations"]] == [("acme", 1)]
    run = status(assistai, fleet)
    assert run.status == 1
    assert "answered 401" in run.err
    run = status(assistai, fleet, "--provider", "nadie")
    place = "organization ACME of tenant acme"
    assert run.err.splitlines()[1] == (
        f"error: the stack has no connection to provider nadie; it has: {place}, {place} (provider acme)"
    )


@embedded
def test_a_chosen_provider_that_cannot_be_used_says_why(
    assistai: Assistai, fleet: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet.reopen(ASSISTAI_TENANT_DOMAIN="acme")
    fleet.up("""
        acme = assistai.Provider("acme", api_token="acme-token", organization_code="ACME")
        assistai.Agent("soporte", name="Soporte", opts=pulumi.ResourceOptions(provider=acme))
    """)
    monkeypatch.delenv("ASSISTAI_TENANT_DOMAIN")
    fleet.configure(tenantDomain="sandbox")
    reason = "the connection of the provider acme cannot be used: AssistAI is not configured: missing tenant domain"
    run = status(assistai, fleet, "--provider", "acme")
    assert (run.status, run.out) == (1, "")
    assert f"error: {reason}" in run.err
    run = assistai("doctor", "-C", fleet.directory, "--provider", "acme")
    assert run.status == 1
    assert any(line.startswith(f"problem organizations {reason}") for line in run.lines)


@embedded
@pytest.mark.parametrize("option", ["--provider", "--organization"])
def test_an_empty_choice_is_refused(assistai: Assistai, fleet: Project, option: str) -> None:
    run = status(assistai, fleet, option, "")
    assert (run.status, run.out) == (1, "")
    assert run.err.splitlines()[1] == (
        "error: --provider and --organization must not be empty; leave them out for all organizations"
    )


@embedded
def test_an_explicit_provider_whose_arguments_are_all_secret_is_found(
    assistai: Assistai, fleet: Project, api: Api
) -> None:
    fleet.up("""
        secret = pulumi.Output.secret
        acme = assistai.Provider(
            "acme", api_token="acme-token", tenant_domain=secret("acme"), organization_code=secret("ACME")
        )
        assistai.Agent("soporte", name="Soporte", opts=pulumi.ResourceOptions(provider=acme))
    """)
    api.edit(api.agent("Soporte")["code"], name="Otro")
    run = status(assistai, fleet)
    assert run.status == 3
    assert any('Soporte drifted name: declared "Soporte", live "Otro"' in line for line in run.lines)
    assert "stack dev of the sandbox, organization ACME of tenant acme (provider acme)" in run.lines


@embedded
def test_a_listing_that_hides_agents_calls_none_missing(assistai: Assistai, fleet: Project, api: Api) -> None:
    fleet.up(ONE)
    api.faults.add("stale", count=0, path="/api/v1/agents")
    run = status(assistai, fleet)
    assert run.status == 4
    assert "ventas A-001 Ventas not listed not visible: instructions" in run.lines
    assert (
        "Not looked at: organization SANDBOX of tenant sandbox: AssistAI did not list 1 of 1 declared agents; "
        "check the token with `assistai doctor`" in run.lines
    )
    assert run.lines[-1] == "Nothing differs in what was looked at."
    assert (
        "organization SANDBOX of tenant sandbox: AssistAI's listing may be incomplete, so an agent that it does not "
        "show may still exist." in run.lines
    )


@embedded
def test_a_young_agent_may_be_missing_from_the_listing(
    assistai: Assistai, fleet: Project, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet.up(ONE)
    monkeypatch.setenv("ASSISTAI_GRACE_PERIOD", "3600")
    api.create("Soporte")
    api.remove("A-001")
    run = status(assistai, fleet)
    assert run.status == 0
    assert "ventas A-001 Ventas not listed not visible: instructions" in run.lines


@embedded
def test_without_a_project_every_agent_is_unmanaged(assistai: Assistai, fleet: Project, api: Api) -> None:
    api.create("Ventas")
    (fleet.directory / "elsewhere").mkdir()
    run = assistai("status", "-C", fleet.directory / "elsewhere")
    assert run.status == 4
    assert run.lines[0] == "no stack (no Pulumi.yaml), organization SANDBOX of tenant sandbox"
    assert "Not looked at: no stack (no Pulumi.yaml) declares no agents of organization SANDBOX" in run.lines
    assert run.lines[-1] == "Nothing differs in what was looked at."
    assert '- A-001 Ventas unmanaged manage it with adopt="A-001"' in run.lines


@embedded
def test_names_cannot_speak_to_the_terminal(assistai: Assistai, fleet: Project, api: Api) -> None:
    api.create("Ven\x1b[31mtas\u202e [red]x")
    fleet.up(ONE)
    row = r"- A-001 Ven\x1b[31mtas\u202e [red]x unmanaged manage it with adopt="
    assert f'{row}"A-001"' in status(assistai, fleet).lines
    assert "\x1b" not in status(assistai, fleet, "--json").out


@embedded
@pytest.mark.parametrize(("no_color", "coloured"), [(False, True), (True, False)])
def test_colours_are_left_out_on_request(
    assistai: Assistai, fleet: Project, monkeypatch: pytest.MonkeyPatch, *, no_color: bool, coloured: bool
) -> None:
    fleet.up(ONE)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    if no_color:
        monkeypatch.setenv("NO_COLOR", "1")
    assert ("\x1b[" in status(assistai, fleet).out) is coloured


@embedded
def test_a_wrong_token_is_one_line(assistai: Assistai, fleet: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet.up(ONE)
    monkeypatch.setenv("ASSISTAI_API_TOKEN", "canary-token")
    run = status(assistai, fleet)
    assert (run.status, run.out) == (1, "")
    error = run.err.splitlines()[1]
    assert error.startswith("error: GET /api/v1/agents answered 401: Unauthorized; check the API token (")
    assert error.endswith(" [AAI-122]")
    assert "canary-token" not in run.err


@embedded
def test_an_unusable_base_url_is_one_line_without_its_password(
    assistai: Assistai, fleet: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTAI_BASE_URL", "https://user:canary\u2100@example.org")
    run = status(assistai, fleet)
    assert (run.status, run.out) == (1, "")
    assert "error: AssistAI is not configured: ASSISTAI_BASE_URL (assistai:baseUrl): must be" in run.err
    assert "canary" not in run.err


@embedded
def test_an_unusable_setting_is_one_line(assistai: Assistai, fleet: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet.up(ONE)
    monkeypatch.setenv("ASSISTAI_BASE_URL", "http://api.example.com")
    run = status(assistai, fleet)
    assert (run.status, run.out) == (1, "")
    error = run.err.splitlines()[-1]
    assert error.startswith(
        "error: AssistAI is not configured: ASSISTAI_BASE_URL (assistai:baseUrl): must begin with https://"
    )
    assert error.count("[AAI-101]") == 1


def test_a_sandbox_is_compared_with_its_own_emulator(
    assistai: Assistai, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("BASE_URL", "API_TOKEN", "TENANT_DOMAIN", "ORGANIZATION_CODE"):
        monkeypatch.delenv(f"ASSISTAI_{name}", raising=False)
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "test")
    (tmp_path / "Pulumi.yaml").write_text("name: trial\nruntime: python\n", encoding="utf-8")
    (tmp_path / "__main__.py").write_text(f"import pulumi_assistai as assistai\n{ONE}\n", encoding="utf-8")
    assert assistai("sandbox", "up", "-C", tmp_path, "--yes").status == 0
    assert assistai("status", "-C", tmp_path).status == 0
    with Emulator(db=tmp_path / ".sandbox" / "emulator.db") as emulator:
        Api(emulator.url).edit("A-001", name="Otro")
    run = assistai("status", "-C", tmp_path)
    assert run.status == 3
    assert run.lines[0] == "stack dev of the sandbox, organization SANDBOX of tenant sandbox"
    assert 'ventas A-001 Ventas drifted name: declared "Ventas", live "Otro"' in run.lines
    assert "using an emulator at http://127.0.0.1:" in run.err


@embedded
def test_a_token_in_the_environment_takes_precedence_over_a_sandbox(
    assistai: Assistai, fleet: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet.up(ONE)
    monkeypatch.setenv("PATH", str(fleet.directory))
    monkeypatch.setenv("ASSISTAI_BASE_URL", "https://public.example.invalid")
    monkeypatch.delenv("ASSISTAI_TENANT_DOMAIN")
    used = status(assistai, fleet).err.splitlines()[0]
    assert used.startswith(
        "Using no stack (the Pulumi CLI was not found; --sandbox uses the sandbox of the folder) in "
    )
    used = status(assistai, fleet, "--sandbox").err.splitlines()[0]
    assert used.startswith("Using stack dev of the sandbox in ")
