"""Which organization's agent `assistai link` links."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Assistai, Run, connect_to_acme
from tests.conftest import Api, Project

pytestmark = pytest.mark.parametrize("engine", ["embedded"])

SHOP = """
    ventas = assistai.Agent("ventas", name="Ventas")
    assistai.WhatsAppIntegration("linea", agent_code=ventas.code)
"""
TWO = f"""
    acme = assistai.Provider("acme", api_token="acme-token", tenant_domain="acme", organization_code="ACME")
    assistai.Agent("soporte", name="Soporte", opts=pulumi.ResourceOptions(provider=acme))
{SHOP}
"""


def link(assistai: Assistai, project: Project, *arguments: str) -> Run:
    return assistai("link", "-C", project.directory, "--timeout", 0, *arguments)


@pytest.mark.parametrize("name", ["ventas", "Ventas", "VENTAS", "linea"])
def test_a_resource_of_an_organization_without_a_connection_is_not_mistaken_for_an_agent_of_its_name(
    assistai: Assistai, fleet: Project, api: Api, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    fleet.up(SHOP)
    other = api.create(name, tenant="acme", organization="ACME")
    connect_to_acme(monkeypatch)
    api.forget_requests()
    run = link(assistai, fleet, name)
    assert (run.status, run.out) == (1, "")
    resource = "linea" if name == "linea" else "ventas"
    assert run.err.splitlines()[-1] == (
        f'error: "{name}" may mean another agent than agent {name} ({other}), organization ACME of tenant acme: '
        f"{resource} belongs to organization SANDBOX of tenant sandbox, to which the stack has no connection; use a "
        "code"
    )
    assert not [path for path in api.requests() if "whatsapp" in path]
    assert f"Linking WhatsApp of agent {name} ({other})" in link(assistai, fleet, other).out


def test_a_name_is_refused_if_an_organization_cannot_be_listed(
    assistai: Assistai, fleet: Project, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet.up(TWO)
    other = api.create("Recepción", tenant="acme", organization="ACME")
    monkeypatch.setenv("ASSISTAI_API_TOKEN", "revoked")
    run = link(assistai, fleet, "Recepción")
    assert (run.status, run.out) == (1, "")
    assert '"Recepción" may mean another agent than agent Recepción (' in run.err
    assert "GET /api/v1/agents answered 401: Unauthorized; " in run.err
    assert f"Linking WhatsApp of agent Recepción ({other})" in link(assistai, fleet, other).out
    assert "Linking WhatsApp of agent Soporte (" in link(assistai, fleet, "soporte").out
    assert f"agent Recepción ({other})" in link(assistai, fleet, "Recepción", "--provider", "acme").out


def test_a_name_is_refused_if_a_connection_cannot_be_used(
    assistai: Assistai, fleet: Project, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet.up(TWO)
    api.create("Recepción", tenant="acme", organization="ACME")
    monkeypatch.delenv("ASSISTAI_API_TOKEN")
    run = link(assistai, fleet, "Recepción")
    assert (run.status, run.out) == (1, "")
    assert "AssistAI is not configured: missing api token" in run.err


def test_pending_integrations_of_an_organization_without_a_connection_are_named(
    assistai: Assistai, fleet: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet.up(SHOP)
    connect_to_acme(monkeypatch)
    run = link(assistai, fleet, "--pending")
    assert run.status == 0
    nothing = "Nothing to link: the state records no WhatsApp integration without a phone in "
    assert run.out == f"{nothing}organization ACME of tenant acme.\n"
    assert run.err.splitlines()[1:] == [
        "linea was skipped: the stack has no connection to organization SANDBOX of tenant sandbox."
    ]


def test_only_pending_integrations_of_the_chosen_organization_are_linked(assistai: Assistai, fleet: Project) -> None:
    fleet.up(TWO)
    run = link(assistai, fleet, "--pending", "--provider", "acme")
    assert (run.status, run.err.splitlines()[1:]) == (0, [])
    assert run.out.endswith(" without a phone in organization ACME of tenant acme (provider acme).\n")
