"""States that older versions of this package wrote: the present version finds no difference and writes nothing.

`states/2123064.json` was exported by `assistai sandbox` of that commit, after `up` of PROGRAM with FLEET's files on an
emulator where A-001 was "Recepción", a phone linked to A-004, `refresh` and `up`. Its source positions were shortened.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pulumi_assistai.client import Client
from tests.conftest import Api, Project

STATES = sorted((Path(__file__).parent / "states").glob("*.json"))
NO_CHANGES = "--expect-no-changes"
SECRET = "4dabf18193072939515e22adb298388d"  # the key of a secret's signature in a state
CANARIES = ("canary-prompt", "acme-token", "sandbox-token")
FLEET = {
    "cobros.md": "---\nname: Cobros\ndescription: Cobra\ntone: serio\n---\nHabla de {{ empresa }}.\n\nNo insistas.\n",
    "citas.md": "---\nname: Citas\nwhatsapp: true\non_delete: archive\n---\nPide fecha y hora.\n",
}
PROGRAM = """
    acme = assistai.Provider("acme", api_token="acme-token", tenant_domain="acme", organization_code="ACME", timeout=7)
    recepcion = assistai.Agent("recepcion", name="Recepción", description="Recibe", adopt="A-001")
    ventas = assistai.Agent(
        "ventas", name="Ventas", description="Vende a «todos» 🛒", purpose="Vender", tone="amigable", voice="female",
        instructions=pulumi.Output.secret("canary-prompt\\nSegunda línea.\\n"), on_delete="archive",
        allow_duplicate_name=True, opts=pulumi.ResourceOptions(depends_on=[recepcion]),
    )
    soporte = assistai.Agent(
        "soporte", name="Soporte", instructions="Saluda.\\n\\n  - Pregunta.\\n  - Responde.\\n",
        opts=pulumi.ResourceOptions(provider=acme, protect=True),
    )
    linked = assistai.Agent("linked", name="Enlazado", description="", opts=pulumi.ResourceOptions(depends_on=[ventas]))
    assistai.WhatsAppIntegration("pending", agent_code=ventas.code)
    whatsapp = assistai.WhatsAppIntegration("whatsapp", agent_code=linked.code, expected_phone_number="+58 424 1234567")
    fleet = assistai.AgentFleet(
        "fleet", source="agents", variables={"empresa": "Acme"}, opts=pulumi.ResourceOptions(depends_on=[linked])
    )
    pulumi.export("codes", {name: agent.code for name, agent in fleet.agents.items()})
    pulumi.export("phone", whatsapp.phone_number)
    pulumi.export("prompt", ventas.instructions)
    pulumi.export("acme", soporte.organization_code)
"""


def write_project(project: Project) -> None:
    project.write(PROGRAM)
    agents = project.directory / "agents"
    agents.mkdir()
    for name, text in FLEET.items():
        (agents / name).write_text(text, encoding="utf-8")


def restore(api: Api, client: Client, state: dict[str, Any]) -> None:
    """Create the agents and links of a state; the emulator numbers agents, so in the order of their codes."""
    outputs = {kind: outputs_of(state, kind) for kind in ("Agent", "WhatsAppIntegration")}
    for agent in sorted(outputs["Agent"], key=lambda agent: agent["code"]):
        fields = {key: agent[key] for key in ("name", "description") if key in agent}
        code = api.create(**fields, tenant=agent["tenant_domain"], organization=agent["organization_code"])
        assert code == agent["code"]
    for integration in outputs["WhatsAppIntegration"]:
        client.whatsapp.connect(integration["agent_code"])
        if integration["status"] == "connected":
            api.link(integration["agent_code"], integration["phone_number"])


def outputs_of(state: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    resources = state["deployment"]["resources"]
    return [resource["outputs"] for resource in resources if resource["type"].endswith(f":{kind}")]


def readable_outputs(state: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the outputs by resource, without ciphertexts: the CLI encrypts anew."""
    outputs = {resource["urn"]: resource.get("outputs", {}) for resource in state["deployment"]["resources"]}
    return {urn: {key: hidden(value) for key, value in values.items()} for urn, values in outputs.items()}


def hidden(value: Any) -> Any:
    return "[secret]" if isinstance(value, dict) and SECRET in value else value


@pytest.mark.parametrize("file", STATES, ids=lambda file: file.stem)
def test_a_state_of_an_older_version_shows_no_change(project: Project, api: Api, client: Client, file: Path) -> None:
    state = json.loads(file.read_text(encoding="utf-8"))
    write_project(project)
    restore(api, client, state)
    api.forget_requests()
    project.stack.import_state(file)

    for verb in ("preview", "refresh", "up"):
        outcome = project.run(verb, NO_CHANGES)
        assert outcome.ok, outcome.text
        assert outcome.changes == {}
    assert {request.split()[0] for request in api.requests()} == {"GET"}
    # No engine counts what a refresh changes of outputs alone.
    assert readable_outputs(project.stack.export()) == readable_outputs(state)


@pytest.mark.parametrize("file", STATES, ids=lambda file: file.stem)
def test_a_state_that_is_kept_here_tells_no_secret(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert [canary for canary in CANARIES if canary in text] == []
