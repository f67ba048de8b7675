"""The agents of ${PROJECT} for its clients, each an organization of its own with a folder of Markdown files.

A new client is a line in CLIENTS, a folder, and three settings: `pulumi config set KEYTenant`, `KEYOrganization`, and
with `--secret` `KEYToken`.
"""

import pulumi

import pulumi_assistai as assistai

CLIENTS = {
    "panaderia": {"empresa": "Panadería La Espiga", "cierre": "19:00"},
    "clinica": {"empresa": "Clínica Santa Clara", "cierre": "18:00"},
}

config = pulumi.Config()

for client, facts in CLIENTS.items():
    organization = assistai.Provider(
        client,
        api_token=config.require_secret(f"{client}Token"),
        tenant_domain=config.get(f"{client}Tenant") or client,
        organization_code=config.get(f"{client}Organization") or client.upper(),
    )
    fleet = assistai.AgentFleet(
        client,
        source=client,
        fragments="compartido",
        variables={"empresa": facts["empresa"], "cierre": facts["cierre"]},
        opts=pulumi.ResourceOptions(provider=organization),
    )
    pulumi.export(client, {key: agent.code for key, agent in fleet.agents.items()})
