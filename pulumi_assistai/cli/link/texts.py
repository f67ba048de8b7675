"""Texts of the page of `assistai link --web`, in its languages."""

from __future__ import annotations

_ENGLISH = {
    "title": "Link WhatsApp to $agent",
    "picture": "QR to scan with WhatsApp",
    "preparing": "Asking AssistAI for the QR…",
    "trouble": "AssistAI does not answer right now. Trying again.",
    "step_open": "Open WhatsApp on the phone that will answer.",
    "step_menu": "Choose Linked devices, then Link a device.",
    "step_scan": "Scan this QR.",
    "renewed": "The QR renews itself.",
    "scripts": "This page needs scripts to follow the QR.",
    "linked": "WhatsApp is connected.",
    "wrong": "WhatsApp is linked to a number other than the expected one. The terminal shows which.",
    "timeout": "No phone was linked in time. Run the command again to try once more.",
    "stopped": "The command has ended. The terminal shows why.",
    "failed": "AssistAI cannot link a phone. The terminal says why.",
    "close": "You can close this page.",
}

_SPANISH = {
    "title": "Vincular WhatsApp: $agent",
    "picture": "QR para escanear con WhatsApp",
    "preparing": "Pidiendo el QR a AssistAI…",
    "trouble": "AssistAI no responde en este momento; se le vuelve a preguntar.",
    "step_open": "Abre WhatsApp en el teléfono que va a responder.",
    "step_menu": "Elige Dispositivos vinculados y luego Vincular un dispositivo.",
    "step_scan": "Escanea este QR.",
    "renewed": "El QR se renueva solo.",
    "scripts": "Esta página necesita scripts para seguir el QR.",
    "linked": "WhatsApp está conectado.",
    "wrong": "WhatsApp quedó vinculado a un número distinto del esperado. La terminal dice a cuál.",
    "timeout": "Ningún teléfono se vinculó a tiempo. Ejecuta el comando otra vez para volver a intentarlo.",
    "stopped": "El comando terminó. La terminal dice cómo.",
    "failed": "AssistAI no puede vincular un teléfono. La terminal dice por qué.",
    "close": "Puedes cerrar esta página.",
}

TEXTS = {"en": _ENGLISH, "es": _SPANISH}


def choose_language(accepted: str) -> str:
    """Return the preferred language of an Accept-Language header: "es", or "en" (default)."""
    wishes = [wish.strip().partition(";") for wish in accepted.lower().split(",")]
    ranked = sorted(wishes, key=lambda wish: _weight(wish[2]), reverse=True)
    languages = [name.partition("-")[0] for name, _, parameter in ranked if _weight(parameter) > 0]
    return next((language for language in languages if language in TEXTS), "en")


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    try:
        return float(value) if name == "q" else 1.0
    except ValueError:
        return 0.0
