"""Actions of dashboard users, phone owners and customers, shared by the control API and the console."""

from __future__ import annotations

import time
from collections.abc import Mapping

from pulumi_assistai.emulator.errors import ApiProblem
from pulumi_assistai.emulator.parts import Parts
from pulumi_assistai.emulator.qr import can_scan, is_fresh, new_payload
from pulumi_assistai.emulator.records import Agent, Conversation, Organization

_LONGEST_TITLE = 60


def create_agent(parts: Parts, owner: Organization, fields: Mapping[str, str]) -> Agent:
    """Create an agent with these fields.

    Raises:
        ApiProblem: 400 if no account has this organization.
    """
    if owner not in parts.accounts.organizations:
        raise ApiProblem(400, f"no account has tenant {owner.tenant} and organization {owner.code}")
    return parts.store.create_agent(owner, fields, parts.dialect.agent_code, whatsapp=parts.whatsapp)


def add_integration(parts: Parts, code: str) -> None:
    """Add a WhatsApp integration to an agent. An existing one stays as it is.

    Raises:
        ApiProblem: 404 if the agent does not exist.
    """
    if parts.agent(code).whatsapp is None:
        parts.store.change_agent(code, {"whatsapp": "disconnected"})


def remove_integration(parts: Parts, code: str) -> None:
    """Remove an agent's WhatsApp integration.

    Raises:
        ApiProblem: 404 if the agent has none.
    """
    integrated_agent(parts, code)
    parts.store.change_agent(code, {"whatsapp": None, "phone_number": None, "qr": None})


def show_qr(parts: Parts, agent: Agent) -> str:
    """Return the QR payload of an agent without a phone: the last one while it is fresh."""
    if agent.qr is not None and is_fresh(agent, parts.qr_lifetime):
        return agent.qr
    payload = new_payload()
    parts.store.change_agent(agent.code, {"whatsapp": "connecting", "qr": payload, "qr_at": time.time()})
    return payload


def link_phone(parts: Parts, code: str, phone_number: str, payload: str = "") -> None:
    """Act as a phone that scans a QR code: the one with `payload`, or the last one shown.

    Raises:
        ApiProblem: 404 if the agent has no WhatsApp integration, 409 if there is no such QR code to scan.
    """
    agent = integrated_agent(parts, code)
    if agent.qr is None:
        raise ApiProblem(409, f"no QR code of agent {code} to scan: request one first")
    if payload and not can_scan(agent, payload, parts.qr_lifetime):
        raise ApiProblem(409, "this QR code is not the current one")
    parts.store.change_agent(code, {"whatsapp": "connected", "phone_number": phone_number})


def unlink_phone(parts: Parts, code: str) -> None:
    """Act as the phone that ends the link.

    Raises:
        ApiProblem: 404 if the agent has no WhatsApp integration.
    """
    integrated_agent(parts, code)
    parts.store.change_agent(code, {"whatsapp": "disconnected", "phone_number": None})


def write_message(parts: Parts, code: str, content: str, uuid: str = "") -> tuple[Conversation, str]:
    """Act as a person who writes to an agent, in the conversation with this UUID or in a new one.

    Returns:
        The conversation and the agent's answer, which is always the same.

    Raises:
        ApiProblem: 404 if the agent or its conversation does not exist.
    """
    agent = parts.agent(code)
    conversation = _conversation(parts, agent, uuid) if uuid else _new_conversation(parts, agent, content)
    answer = f"Hola, soy {agent.name}. Recibí su mensaje: «{content}»"
    parts.store.add_message(conversation, "user", content)
    parts.store.add_message(conversation, "agent", answer)
    return conversation, answer


def integrated_agent(parts: Parts, code: str) -> Agent:
    """Return an agent that has a WhatsApp integration.

    Raises:
        ApiProblem: 404 if there is none.
    """
    agent = parts.agent(code)
    if agent.whatsapp is None:
        raise ApiProblem(404, f"agent {code} has no WhatsApp integration")
    return agent


def _new_conversation(parts: Parts, agent: Agent, content: str) -> Conversation:
    return parts.store.start_conversation(agent, " ".join(content.split())[:_LONGEST_TITLE])


def _conversation(parts: Parts, agent: Agent, uuid: str) -> Conversation:
    conversation = parts.store.find_conversation(uuid)
    if conversation is None or conversation.agent != agent.code:
        raise ApiProblem(404, f"agent {agent.code} has no conversation {uuid}")
    return conversation
