"""Explicit providers: several organizations in one program, on both engines."""

from __future__ import annotations

from tests.conftest import Api, Project

TWO = """
    acme = assistai.Provider("acme", api_token="acme-token", tenant_domain="acme", organization_code="ACME")
    assistai.Agent("ventas", name="Ventas")
    assistai.Agent("soporte", name="Soporte", opts=pulumi.ResourceOptions(provider=acme))
"""


def test_each_agent_goes_to_its_organization(project: Project, api: Api) -> None:
    project.up(TWO)
    assert {agent["name"]: agent["organization"] for agent in api.agents()} == {"Ventas": "SANDBOX", "Soporte": "ACME"}
    assert project.outputs("soporte")["organization_code"] == "ACME"
    for verb in ("preview", "refresh"):
        assert project.run(verb, "--expect-no-changes").ok


def test_one_name_in_two_organizations_is_no_duplicate(project: Project, api: Api) -> None:
    project.up(TWO.replace("Soporte", "Ventas"))
    assert len(api.agents()) == 2


def test_the_token_is_a_secret_by_itself(project: Project) -> None:
    project.up(TWO)
    state = str(project.stack.export())
    assert "acme-token" not in state
    assert "sandbox-token" not in state


def test_stack_configuration_is_the_fallback_and_its_token_stays_secret(project: Project, api: Api) -> None:
    url = project.environment["ASSISTAI_BASE_URL"]
    project.reopen(
        ASSISTAI_BASE_URL="", ASSISTAI_API_TOKEN="", ASSISTAI_TENANT_DOMAIN="", ASSISTAI_ORGANIZATION_CODE=""
    )
    project.configure(baseUrl=url, apiToken="acme-token", tenantDomain="acme", organizationCode="ACME")
    project.up("""
        none = pulumi.Output.from_input(None)
        given = assistai.Provider("given", timeout=3, reapply=False, organization_code=none)
        assistai.Agent("soporte", name="Soporte", opts=pulumi.ResourceOptions(provider=given))
    """)
    assert api.agent("Soporte")["organization"] == "ACME"
    assert "acme-token" not in str(project.state()["given"])


def test_a_changed_provider_is_updated_in_place(project: Project) -> None:
    project.up(TWO)
    changed = TWO.replace('api_token="acme-token"', 'api_token="acme-token", timeout=7')
    assert project.up(changed).changes == {"updated": 1}
    assert project.outputs("acme")["timeout"] == "7"
    assert project.run("refresh", "--expect-no-changes").ok


def test_a_wrong_token_says_what_to_check(project: Project) -> None:
    project.write(TWO.replace("acme-token", "bad-token"))
    text = project.fails("up")
    assert "GET /api/v1/agents answered 401" in text
    assert "check the API token (ASSISTAI_API_TOKEN or assistai:apiToken)" in text
    assert "bad-token" not in text


def test_another_organization_of_a_provider_is_refused(project: Project, api: Api) -> None:
    project.up(TWO)
    project.write(
        TWO.replace("acme-token", "sandbox-token").replace('"acme"', '"sandbox"', 2).replace("ACME", "SANDBOX")
    )
    text = project.fails("up")
    assert "belongs to tenant acme, organization ACME, but the connection is to" in text
    assert len(api.agents()) == 2
