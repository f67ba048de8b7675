"""Lives of a stack in which the options of resources, providers and configuration decide."""

from __future__ import annotations

from tests.differential.scenario import AGAIN, DESTROY, REFRESH, Scenario, Step

PROTECTED = """
    a = assistai.Agent("a", name="A", allow_duplicate_name=True, opts=Options(protect={0}, replacement_trigger="{1}"))
    b = assistai.Agent("b", name="B", instructions=a.code, allow_duplicate_name=True)
    c = assistai.Agent("c", name="C", allow_duplicate_name=True)
"""
KEPT = """
    a = assistai.Agent("a", name="A", on_delete="archive", allow_duplicate_name=True,
                       opts=Options(retain_on_delete=True, replacement_trigger="{0}"))
    b = assistai.Agent("b", name="B", on_delete="archive", tone="{0}", opts=Options(ignore_changes=["tone"]))
    c = assistai.Agent("c", name="C", on_delete="archive", opts=Options(deleted_with=b))
    d = assistai.Agent("d", name="D", opts=Options(
        custom_timeouts=pulumi.CustomTimeouts(create="1h30m", update="90s", delete="1.5s")))
    team = pulumi.ComponentResource("my:index:Team", "team", None, Options(protect=False, retain_on_delete=True))
    e = assistai.Agent("e", name="E", on_delete="archive", opts=Options(parent=team))
"""
TRIGGERED = """
    a = assistai.Agent("a", name="A", allow_duplicate_name=True, opts=Options(replacement_trigger="{0}"{1}))
    b = assistai.Agent("b", name="B", instructions=a.code)
    w = assistai.WhatsAppIntegration("w", agent_code=a.code)
    bound = assistai.Agent("bound", name="C", allow_duplicate_name=True, opts=Options(replace_with=[a]))
    gone = assistai.Agent("gone", name="D", allow_duplicate_name=True, opts=Options(deleted_with=a))
    p = assistai.Provider("p", timeout={2}, opts=Options(replace_on_changes=["timeout"]))
    e = assistai.Agent("e", name="E", tone="{0}", allow_duplicate_name=True,
                       opts=Options(provider=p, replace_on_changes=["tone"]))
"""
ACME = """
    acme = assistai.Provider("acme", api_token={0}, tenant_domain="acme", organization_code="ACME", timeout={1})
    a = assistai.Agent("a", name="A", tone="{2}", opts=Options(provider=acme))
    team = pulumi.ComponentResource("my:index:Team", "team", None, Options(providers=[acme]))
    b = assistai.Agent("b", name="B", on_delete="archive", opts=Options(parent=team))
    c = assistai.Agent("c", name="C", tone="{3}")
"""
UNKNOWN_PROVIDER = """
    a = assistai.Agent("a", name="A", tone="{0}")
    conflict = a.code.apply(lambda code: "fail" if code else "overwrite")
    p = assistai.Provider("p", api_token="sandbox-token", on_conflict=conflict)
    b = assistai.Agent("b", name="B", tone="{0}", opts=Options(provider=p))
"""
CONFIGURED = """
    config = pulumi.Config("assistai")
    a = assistai.Agent("a", name=config.get("tenantDomain") or "nadie")
    pulumi.export("timeout", config.get_int("timeout"))
"""

SCENARIOS = (
    Scenario(
        "protect",
        (
            Step(PROTECTED.format("True", "uno")),
            Step(PROTECTED.format("True", "dos"), ok=False, says="unable to replace"),
            Step('assistai.Agent("c", name="C", allow_duplicate_name=True)', ok=False, says="cannot be deleted"),
            Step(verb="destroy", ok=False, says="cannot be deleted"),
            Step(PROTECTED.format("False", "dos")),
            DESTROY,
        ),
    ),
    Scenario(
        "replacement",
        (
            Step(TRIGGERED.format("uno", "", 5)),
            Step(TRIGGERED.format("dos", "", 5)),
            Step(TRIGGERED.format("tres", ", delete_before_replace=True", 5)),
            Step(TRIGGERED.format("tres", "", 6)),
        ),
    ),
    Scenario("kept", (Step(KEPT.format("uno")), Step(KEPT.format("dos")), Step(KEPT.format("dos"), verb="destroy"))),
    Scenario(
        "providers",
        (
            Step('c = assistai.Agent("c", name="C", tone="uno")'),
            Step(ACME.format('"acme-token"', 5, "uno", "uno")),
            Step(ACME.format('Output.secret("acme-token")', 6, "uno", "uno")),
            Step(ACME.format('"wrong"', 6, "dos", "uno"), ok=False, says="401"),
            Step(ACME.format('"acme-token"', 6, "tres", "tres")),
            REFRESH,
            Step('c = assistai.Agent("c", name="C", tone="tres")'),
        ),
    ),
    Scenario("unknown-provider", (Step(UNKNOWN_PROVIDER.format("uno")), Step(UNKNOWN_PROVIDER.format("dos")), AGAIN)),
    Scenario(
        "configuration",
        (
            Step(CONFIGURED, config={"timeout": "7", "tenantDomain": "sandbox"}),
            Step(config={"timeout": "8"}),
            REFRESH,
        ),
    ),
)
