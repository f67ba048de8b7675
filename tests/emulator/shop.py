"""A furniture shop: agents, phones and conversations in every state that the console shows."""

from __future__ import annotations

from pulumi_assistai.emulator import Emulator
from tests.emulator.conftest import ACME, connect, create, dashboard, whatsapp

NUMBER = "584221234567"
SALES = {
    "description": "Responde consultas de precios y medidas",
    "purpose": "Ayudar a elegir muebles y tomar pedidos",
    "instructions": "Eres Valeria, la asesora de ventas de Muebles del Valle.\n"
    "Saluda por el nombre y pide las medidas antes de hablar de precios.\n"
    "Si preguntan por una entrega, pide el número de pedido.\n",
    "tone": "amigable",
    "voice": "female",
}
SUPPORT = {
    "description": "Atiende reclamos y garantías",
    "purpose": "Resolver problemas con un pedido ya entregado",
    "instructions": "Pide el número de pedido y una foto. No prometas reembolsos.",
    "tone": "neutral",
}
BOOKING = {"description": "Agenda visitas de medición", "instructions": "Ofrece dos horarios y confirma la dirección."}


def fill(emulator: Emulator) -> list[str]:
    """Make data, and return the addresses of the pages that show them."""
    with connect(emulator) as client, connect(emulator, ACME) as acme, dashboard(emulator) as control:
        sales, support, booking = (
            create(client, name, **fields)
            for name, fields in (("Ventas", SALES), ("Posventa", SUPPORT), ("Citas y visitas", BOOKING))
        )
        create(acme, "Recepción")
        for code in (sales, support):
            client.get(whatsapp(code) + "/qr")
        control.post(f"/agents/{support}/whatsapp/link", json={"phoneNumber": NUMBER})
        control.delete(f"/agents/{booking}/whatsapp")
        client.post("/agents", json={"name": "Ventas", "long": "x" * 200})
        talk = control.post(f"/agents/{sales}/messages", json={"content": "Hola, ¿tienen mesas de roble?"}).json()
        more = {"content": "Necesito una de 1,80 m por 0,90 m para el comedor.", "conversation": talk["conversation"]}
        control.post(f"/agents/{sales}/messages", json=more)
    return [
        "/",
        f"/agents/{sales}",
        f"/conversations/{talk['conversation']}",
        "/conversations",
        "/requests",
        "/agents/new",
    ]
