"""`assistai status` on a state that the native provider wrote: the same as on that of the dynamic providers."""

from __future__ import annotations

import json

from tests.cli.conftest import Assistai
from tests.cli.status.test_status import found, status
from tests.conftest import Api, Project
from tests.resources.test_native_states import as_native

PROGRAM = """
    acme = assistai.Provider("acme", api_token="acme-token", tenant_domain="acme", organization_code="ACME", timeout=7)
    ventas = assistai.Agent("ventas", name="Ventas", instructions=pulumi.Output.secret("canary-text"))
    assistai.WhatsAppIntegration("linea", agent_code=ventas.code)
    assistai.Agent("soporte", name="Soporte", description="Ayuda", opts=pulumi.ResourceOptions(provider=acme))
"""


def test_a_native_state_is_looked_at_as_a_dynamic_one_is(assistai: Assistai, fleet: Project, api: Api) -> None:
    fleet.up(PROGRAM)
    api.link(api.agent("Ventas")["code"])
    assert fleet.run("refresh").ok
    api.edit(api.agent("Soporte")["code"], description="Otra")
    before, words = found(assistai, fleet), status(assistai, fleet)
    file = fleet.directory / "native.json"
    file.write_text(json.dumps(as_native(fleet.stack.export())), encoding="utf-8")
    fleet.stack.import_state(file)
    assert found(assistai, fleet) == before
    after = status(assistai, fleet)
    assert (after.status, after.lines) == (words.status, words.lines)
    assert after.status == 3
    assert any('description: declared "Ayuda", live "Otra"' in line for line in after.lines)
    assert "canary-text" not in after.out + after.err
