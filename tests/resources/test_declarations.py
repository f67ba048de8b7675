"""What each declaration registers, without an engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi.runtime import rpc
from pulumi.runtime.mocks import MockMonitor

import pulumi_assistai as assistai
from pulumi_assistai.resources import fleets
from tests.mocked import Registered, register

AGENT = "pulumi-python:dynamic/assistai:Agent"
IMPORT = pulumi.ResourceOptions(import_="A-1")
CLEAR = (
    "assistai:apiToken is stored in clear; run `pulumi config set --secret assistai:apiToken` "
    "and renew the token in AssistAI"
)
EVERYTHING = {
    "name": "Ventas",
    "description": "Vende",
    "purpose": "Vender",
    "instructions": "Hola.",
    "tone": "amigable",
    "voice": "female",
    "adopt": "A-7",
    "on_delete": "archive",
    "allow_duplicate_name": True,
}

mocks_transform = pytest.mark.skipif(
    not hasattr(MockMonitor, "GetDeploymentInfo"), reason="the mocks of this version of the SDK take no transforms"
)


def secret(value: Any) -> dict[str, Any]:
    return {rpc._special_sig_key: rpc._special_secret_sig, "value": value}  # noqa: SLF001 - the wire has no other name


def fails(program: Callable[[Registered], Any]) -> str:
    with pytest.raises(pulumi.RunError) as caught:
        register(program)
    return str(caught.value)


def test_an_agent_has_the_inputs_that_are_declared() -> None:
    registered = register(lambda _: {"code": assistai.Agent("ventas", **EVERYTHING).code})  # type: ignore[arg-type]
    assert registered.resources["ventas"].typ == AGENT
    assert registered.inputs("ventas") == EVERYTHING
    assert registered.outputs == {"code": "A-1"}


def test_an_agent_has_no_inputs_that_are_not() -> None:
    registered = register(lambda _: assistai.Agent("a", name="A", tone=None, allow_duplicate_name=False) and None)
    assert registered.inputs("a") == {"name": "A", "on_delete": "retain"}


def test_a_secret_input_stays_one() -> None:
    prompt = "Hola."
    registered = register(lambda _: assistai.Agent("a", name="A", instructions=pulumi.Output.secret(prompt)) and None)
    assert registered.inputs("a")["instructions"] == secret(prompt)


def test_what_is_not_declared_is_an_attribute_that_holds_none() -> None:
    names = ("description", "purpose", "instructions", "tone", "voice", "model", "created_at")

    def program(_: Registered) -> dict[str, Any]:
        agent = assistai.Agent("a", name="A")
        with pytest.raises(AttributeError, match="'Agent' object has no attribute 'prompt'"):
            agent.prompt  # noqa: B018
        return {name: getattr(agent, name) for name in names}

    assert register(program).outputs == dict.fromkeys(names)


@pytest.mark.parametrize(
    "opts",
    [
        pulumi.ResourceOptions(ignore_changes=["tone"]),
        pytest.param(pulumi.ResourceOptions(transforms=[lambda _: None]), marks=mocks_transform),
    ],
)
def test_what_the_engine_may_add_is_an_output(opts: pulumi.ResourceOptions) -> None:
    def program(_: Registered) -> dict[str, Any]:
        agent = assistai.Agent("a", name="A", opts=opts)
        return {"own": isinstance(vars(agent).get("tone"), pulumi.Output)}

    assert register(program).outputs == {"own": True}


def test_an_existing_agent_is_read_by_its_code() -> None:
    def program(_: Registered) -> dict[str, Any]:
        parent = assistai.Agent("parent", name="A")
        found = assistai.Agent.get("found", "A-7", opts=pulumi.ResourceOptions(parent=parent))
        return {"id": found.id, "urn": found.urn, "code": found.code, "name": found.name, "tone": found.tone}

    registered = register(program)
    assert (registered.resources["found"].resource_id, registered.inputs("found")) == ("A-7", {})
    outputs = registered.outputs
    assert outputs.pop("urn").startswith(f"urn:pulumi:stack::project::{AGENT}${AGENT}::found")
    assert outputs == {"id": "A-7", "code": "A-1", "name": None, "tone": None}


def test_an_integration_has_the_inputs_that_are_declared() -> None:
    def program(_: Registered) -> dict[str, Any]:
        assistai.WhatsAppIntegration("b", agent_code="A-1")
        made = assistai.WhatsAppIntegration(
            "a", agent_code="A-1", expected_phone_number="+58 422", wait_for_connection=3
        )
        return {"status": made.status}

    registered = register(program)
    assert registered.resources["a"].typ == "pulumi-python:dynamic/assistai:WhatsAppIntegration"
    declared = {"agent_code": "A-1", "expected_phone_number": "+58 422", "wait_for_connection": 3}
    assert (registered.inputs("a"), registered.inputs("b")) == (declared, {"agent_code": "A-1"})
    assert registered.outputs == {"status": "pending"}


def test_an_import_is_refused_with_the_way_that_works() -> None:
    before = "import_ does not work with dynamic resources; "
    assert fails(lambda _: assistai.Agent("a", name="A", opts=IMPORT)) == (
        f'{before}declare adopt="CODE" to adopt an existing agent, or adopt many at once with `assistai import`'
    )
    assert fails(lambda _: assistai.WhatsAppIntegration("a", agent_code="A", opts=IMPORT)) == (
        f"{before}declare the integration: connecting a connected agent changes nothing"
    )


def test_a_provider_has_its_arguments_as_texts_and_its_token_as_a_secret() -> None:
    token = "acme-token"
    registered = register(
        lambda _: (
            assistai.Provider(
                "acme",
                api_token=token,
                tenant_domain="acme",
                organization_code=pulumi.Output.from_input("ACME"),
                base_url="https://a.example",
                timeout=7.5,
                grace_period=0,
                settle_time=pulumi.Output.from_input(3),
                rate_limit_wait=60,
                requests_per_second=2.5,
                on_conflict="fail",
                reapply=False,
            )
            and None
        )
    )
    assert registered.resources["acme"].typ == "pulumi:providers:pulumi-python"
    assert registered.inputs("acme") == {
        "api_token": secret(token),
        "tenant_domain": "acme",
        "organization_code": "ACME",
        "base_url": "https://a.example",
        "timeout": "7.5",
        "grace_period": "0",
        "settle_time": "3",
        "rate_limit_wait": "60",
        "requests_per_second": "2.5",
        "on_conflict": "fail",
        "reapply": "false",
    }


def test_a_provider_falls_back_to_the_stacks_configuration() -> None:
    configuration = {
        "assistai:apiToken": "token",
        "assistai:tenantDomain": "tenant",
        "assistai:timeout": "",
        "assistai:onConflict": "fail",
        "assistai:other": "x",
    }

    def program(_: Registered) -> None:
        assistai.Provider("acme", organization_code=pulumi.Output.from_input(None), reapply=True)

    registered = register(program, configuration, secret=("assistai:apiToken", "assistai:onConflict"))
    assert registered.inputs("acme") == {
        "assistai:apiToken": secret("token"),
        "assistai:tenantDomain": "tenant",
        "assistai:onConflict": secret("fail"),
        "reapply": "true",
    }
    assert registered.warnings == []


def everything(_: Registered) -> None:
    assistai.Provider("acme")
    assistai.Agent("a", name="A")
    assistai.WhatsAppIntegration("b", agent_code="A")


def test_a_token_in_clear_is_warned_about_once_in_a_program() -> None:
    for _ in range(2):
        registered = register(everything, {"assistai:apiToken": "token"})
        assert registered.warnings == [CLEAR]
        assert registered.inputs("acme") == {"assistai:apiToken": secret("token")}


@pytest.mark.parametrize(
    ("configuration", "keys"), [({}, ()), ({"assistai:apiToken": "token"}, ("assistai:apiToken",))]
)
def test_a_token_that_is_safe_is_not_warned_about(configuration: dict[str, str], keys: tuple[str, ...]) -> None:
    assert register(everything, configuration, secret=keys).warnings == []


def write(directory: Path, **files: str) -> Path:
    for name, text in files.items():
        (directory / f"{name}.md").write_text(text, encoding="utf-8")
    return directory


def test_a_fleet_registers_an_agent_for_each_file(tmp_path: Path) -> None:
    write(
        tmp_path,
        ventas=(
            "---\nname: Ventas {{ empresa }}\nwhatsapp: {expected_phone_number: '+58 {{ phone }}', "
            "wait_for_connection: 3}\nadopt: A-7\n---\nHola.\n\n{% include '_pie.md' %}\n"
        ),
        soporte="---\nname: Soporte\nkey: ayuda\non_delete: archive\nallow_duplicate_name: true\nwhatsapp: true\n---\n",
        otro="---\nname: Otro\n---\n",
        _pie="{{ empresa }}",
    )

    def program(_: Registered) -> dict[str, Any]:
        fleet = assistai.AgentFleet("fleet", source=str(tmp_path), variables={"empresa": "Acme", "phone": 422})
        return {"agents": list(fleet.agents), "whatsapp": list(fleet.whatsapp), "code": fleet.agents["ayuda"].code}

    registered = register(program)
    assert registered.outputs == {"agents": ["otro", "ayuda", "ventas"], "whatsapp": ["ayuda", "ventas"], "code": "A-1"}
    assert registered.resources["fleet"].typ == "assistai:index:AgentFleet"
    assert {name: registered.inputs(name) for name in registered.resources} == {
        "fleet": {},
        "fleet-otro": {"name": "Otro", "on_delete": "retain"},
        "fleet-ayuda": {"name": "Soporte", "on_delete": "archive", "allow_duplicate_name": True},
        "fleet-ayuda-whatsapp": {"agent_code": "A-1"},
        "fleet-ventas": {
            "name": "Ventas Acme",
            "instructions": "Hola.\n\nAcme",
            "adopt": "A-7",
            "on_delete": "retain",
        },
        "fleet-ventas-whatsapp": {
            "agent_code": "A-1",
            "expected_phone_number": "+58 422",
            "wait_for_connection": 3,
        },
    }


def test_a_fleets_variables_may_be_outputs_at_any_depth(tmp_path: Path) -> None:
    write(tmp_path, a="---\nname: '{{ a }}'\ntone: '{{ b.c[0] }}'\nvoice: '{{ d[0] }}'\npurpose: '{{ e }}'\n---\n")
    known = pulumi.Output.from_input

    def program(_: Registered) -> None:
        variables = {
            "a": known("Ventas"),
            "b": {"c": (known("amigable"),)},
            "d": [known("female")],
            "e": "plain",
            "f": pulumi.Output.secret("word"),
        }
        assistai.AgentFleet("fleet", source=tmp_path, variables=variables)

    assert register(program).inputs("fleet-a") == {
        "name": "Ventas",
        "tone": "amigable",
        "voice": "female",
        "purpose": "plain",
        "on_delete": "retain",
    }


def test_a_text_that_uses_a_secret_is_one(tmp_path: Path) -> None:
    write(tmp_path, a="---\nname: A\n---\nLa clave es {{ clave }}.")

    def program(_: Registered) -> None:
        assistai.AgentFleet("f", source=tmp_path, variables={"clave": pulumi.Output.secret("canary")})

    registered = register(program)
    assert registered.inputs("f-a") == {
        "name": "A",
        "on_delete": "retain",
        "instructions": secret("La clave es canary."),
    }


def test_fragments_lie_in_a_second_folder(tmp_path: Path) -> None:
    for name in ("agents", "shared"):
        (tmp_path / name).mkdir()
    write(tmp_path / "agents", a="---\nname: A\n---\n{% include 'pie.md' %}")
    write(tmp_path / "shared", pie="Gracias.")
    agents, shared = tmp_path / "agents", tmp_path / "shared"
    registered = register(lambda _: assistai.AgentFleet("f", source=agents, fragments=str(shared)) and None)
    assert registered.inputs("f-a")["instructions"] == "Gracias."


def test_everything_that_is_wrong_with_a_fleet_is_said_at_once(tmp_path: Path) -> None:
    write(tmp_path, a="---\nname: '{{ x }}'\ntone: '{{ y }}'\n---\n")
    lines = [
        f"{tmp_path}/a.md:{line}: '{name}' is undefined; the fleet has no variables"
        for line, name in ((2, "x"), (3, "y"))
    ]
    assert fails(lambda _: assistai.AgentFleet("f", source=tmp_path)) == (
        "the fleet's files have 2 problems [AAI-102]:" + "".join(f"\n  {line}" for line in lines)
    )
    write(tmp_path, a="---\nname: '{{ x }}'\n---\n")
    assert fails(lambda _: assistai.AgentFleet("f", source=tmp_path)) == f"{lines[0]} [AAI-102]"


def test_what_is_wrong_with_a_text_that_comes_later_is_said_too(tmp_path: Path) -> None:
    write(tmp_path, a="---\nname: '{{ a + 1 }}'\n---\n")

    def program(_: Registered) -> None:
        assistai.AgentFleet("f", source=tmp_path, variables={"a": pulumi.Output.from_input("x")})

    said = fails(program)
    assert said.startswith(f"{tmp_path}/a.md:2: can only concatenate str")


@pytest.mark.parametrize("missing", ["jinja2", "frontmatter"])
def test_a_fleet_says_which_extra_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setattr(fleets, "find_spec", lambda name: None if name == missing else name)
    said = fails(lambda _: assistai.AgentFleet("f", source=tmp_path))
    assert said == "AgentFleet needs an extra: pip install 'pulumi-assistai[fleet]'"


def test_a_parent_that_cannot_be_registered_is_told_by_its_own_registration() -> None:
    async def broken() -> list[pulumi.Resource]:
        raise ValueError("no parent")

    def program(_: Registered) -> None:
        later: Any = pulumi.Output.from_input(broken())
        parent = pulumi.ComponentResource("x:y:Z", "parent", opts=pulumi.ResourceOptions(depends_on=later))
        assistai.Agent("a", name="A", opts=pulumi.ResourceOptions(parent=parent))

    with pytest.raises(ValueError, match="no parent"):
        register(program)
