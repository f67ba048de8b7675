"""Three agents of two organizations, one of them on WhatsApp.

The first organization is the one of the stack: ASSISTAI_API_TOKEN and so on, or `assistai:*` in the configuration. The
second one has a provider of its own. Its defaults are the second account of `assistai emulator`.
"""

from pathlib import Path

import pulumi

import pulumi_assistai as assistai

config = pulumi.Config()


def instructions(name: str) -> str:
    return Path(__file__).with_name("instructions").joinpath(f"{name}.md").read_text(encoding="utf-8")


ventas = assistai.Agent(
    "ventas",
    name="Ventas",
    description="Responde consultas de precios y toma pedidos",
    purpose="Vender muebles a medida",
    instructions=instructions("ventas"),
    tone="amigable",
    voice="female",
)

soporte = assistai.Agent(
    "soporte",
    name="Soporte",
    description="Ayuda con entregas, garantías y devoluciones",
    instructions=instructions("soporte"),
    tone="neutral",
    on_delete="archive",
)

whatsapp = assistai.WhatsAppIntegration("ventas-whatsapp", agent_code=ventas.code)

acme = assistai.Provider(
    "acme",
    api_token=config.get_secret("acmeApiToken", "acme-token"),
    tenant_domain=config.get("acmeTenantDomain", "acme"),
    organization_code=config.get("acmeOrganizationCode", "ACME"),
)

recepcion = assistai.Agent(
    "recepcion",
    name="Recepción",
    description="Agenda turnos de la clínica",
    instructions=instructions("recepcion"),
    opts=pulumi.ResourceOptions(provider=acme),
)

pulumi.export("codes", {"ventas": ventas.code, "soporte": soporte.code, "recepcion": recepcion.code})
pulumi.export("whatsapp", whatsapp.status)
