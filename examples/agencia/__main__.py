"""The agents of an agency for three clients, each an organization of its own, from one Markdown file an agent.

The tokens come from the configuration: `pulumi config set --secret panaderiaToken`, and so on. A stack whose
configuration says `clients: panaderia` has that client alone; commas separate several.
"""

from dataclasses import dataclass

import pulumi

import pulumi_assistai as assistai


@dataclass(frozen=True)
class Client:
    """A client of the agency.

    Attributes:
        key: the folder of its agents, and the beginning of its configuration keys.
        company: what its agents call it.
        closing_time: until when people answer, on weekdays.
    """

    key: str
    company: str
    closing_time: str


CLIENTS = (
    Client("panaderia", "Panadería La Espiga", "19:00"),
    Client("clinica", "Clínica Santa Clara", "18:00"),
    Client("taller", "Taller Rodríguez", "17:30"),
)

config = pulumi.Config()
wanted = config.get("clients")

for client in CLIENTS:
    if wanted and client.key not in wanted.split(","):
        continue
    organization = assistai.Provider(
        client.key,
        api_token=config.require_secret(f"{client.key}Token"),
        tenant_domain=config.get(f"{client.key}Tenant") or client.key,
        organization_code=config.get(f"{client.key}Organization") or client.key.upper(),
    )
    fleet = assistai.AgentFleet(
        client.key,
        source=client.key,
        fragments="compartido",
        variables={"empresa": client.company, "cierre": client.closing_time},
        opts=pulumi.ResourceOptions(provider=organization),
    )
    pulumi.export(client.key, {key: agent.code for key, agent in fleet.agents.items()})
