"""A small program of two organizations whose previews are kept beside this file."""

from __future__ import annotations

CANARY = "canary-clave-98765"
TOKENS = {"sandbox": "canary-token-of-sandbox", "acme": "canary-token-of-acme"}
FRAGMENT = ("compartido/cortesia.md", "tres líneas o menos", "cuatro líneas o menos")

PROGRAM = f"""import pulumi

import pulumi_assistai as assistai

config = pulumi.Config()
sandbox = assistai.Provider(
    "sandbox", api_token=config.require_secret("apiToken"), tenant_domain="sandbox", organization_code="SANDBOX"
)
acme = assistai.Provider(
    "acme", api_token=pulumi.Output.secret("{TOKENS["acme"]}"), tenant_domain="acme", organization_code="ACME"
)
opts = pulumi.ResourceOptions(provider=sandbox)
tienda = assistai.AgentFleet("tienda", source="tienda", opts=opts)
taller = assistai.AgentFleet(
    "taller",
    source="taller",
    variables={{"clave": config.require_secret("clave")}},
    opts=pulumi.ResourceOptions(provider=acme),
)
"""


def long_prompt() -> str:
    """Return a prompt of one paragraph and about 4,500 characters."""
    words = "Si preguntan por el producto {}, responde con lo que dice el catálogo."
    sentences = [words.format(number) for number in range(60)]
    return " ".join([*sentences[:30], "Trata a cada persona con paciencia y sin apuro.", *sentences[30:]])


def files() -> dict[str, str]:
    """Return the files of both fleets."""
    return {
        "tienda/ventas.md": f"---\nname: Ventas\ndescription: Vende\n---\n{long_prompt()}\n",
        "tienda/soporte.md": "---\nname: Soporte\ndescription: Resuelve dudas\ntone: amigable\nwhatsapp: {}\n---\n"
        "Ayudas con los pedidos.\nPregunta cuál es el problema.\nSi no lo resuelves, pasa la conversación.\n",
        "taller/citas.md": "---\nname: Citas\n---\nAgendas citas. La clave del portal es {{ clave }}.\n",
        "taller/repuestos.md": "---\nname: Repuestos\non_delete: archive\nwhatsapp: {}\n---\nCotizas repuestos.\n",
    }
