"""The same fleet, declared for each contestant."""

from __future__ import annotations

import json

INSTRUCTIONS = "Eres el asistente de ventas. Responde en español, con amabilidad y en pocas líneas.\\n" * 12

FLEET = f"""
for number in range(AGENTS):
    Agent(
        f"a{{number}}",
        name=f"Agente {{number}}",
        description=f"Atiende {{number}}",
        instructions="{INSTRUCTIONS}",
        tone="amigable" if number == EDITED else "neutral",
    )
"""

OURS = "from pulumi_assistai import Agent"

NATIVE = """
import pulumi


class Agent(pulumi.CustomResource):
    def __init__(self, resource_name, **fields):
        super().__init__("assistai:index:Agent", resource_name, {"code": None, **fields})
"""

PLAIN = '''
import os
import httpx
from pulumi import dynamic

HEADERS = {
    "authorization": "Bearer " + os.environ["ASSISTAI_API_TOKEN"],
    "x-tenant-domain": os.environ["ASSISTAI_TENANT_DOMAIN"],
    "x-organization-code": os.environ["ASSISTAI_ORGANIZATION_CODE"],
}
URL = os.environ["ASSISTAI_BASE_URL"] + "/api/v1/agents"
FIELDS = ("name", "description", "instructions", "tone")


def ask(method, url, body=None):
    answer = httpx.request(method, url, headers=HEADERS, json=body, timeout=60, trust_env=False)
    answer.raise_for_status()
    return answer.json() if answer.content else None


def body(properties):
    return {field: properties[field] for field in FIELDS}


class PlainProvider(dynamic.ResourceProvider):
    """A provider that a careful person writes in an hour."""

    def create(self, props):
        return dynamic.CreateResult(ask("POST", URL, body(props))["code"], props)

    def diff(self, id_, olds, news):
        return dynamic.DiffResult(changes=body(olds) != body(news))

    def update(self, id_, olds, news):
        ask("PATCH", URL + "/" + id_, body(news))
        return dynamic.UpdateResult(news)

    def read(self, id_, props):
        page, found = 1, []
        while rows := ask("GET", f"{URL}?page={page}&take=50")["data"]:
            found += rows
            page += 1
        [agent] = [row for row in found if row["code"] == id_]
        return dynamic.ReadResult(id_, {**props, "name": agent["name"], "description": agent["description"]})


class Agent(dynamic.Resource):
    def __init__(self, resource_name, **fields):
        super().__init__(PlainProvider(), resource_name, fields)
'''

NOTHING = '''
from pulumi import dynamic


class NothingProvider(dynamic.ResourceProvider):
    """Does nothing: its duration is that of the engine and the SDK."""

    serialize_as_secret_always = False

    def create(self, props):
        return dynamic.CreateResult("id", props)

    def diff(self, id_, olds, news):
        return dynamic.DiffResult(changes=olds.get("tone") != news.get("tone"))
'''

WITH_NOTHING = """
import pulumi_assistai.resources.agents as ours
from provider import NothingProvider

ours.AgentProvider = NothingProvider
Agent = ours.Agent
"""


def program(head: str, agents: int, *, edited: bool) -> str:
    """Return a program that declares so many agents, one of them edited."""
    return f"{head}\n\nAGENTS, EDITED = {agents}, {0 if edited else -1}\n{FLEET}"


def yaml_program(agents: int, *, edited: bool) -> str:
    """Return the same program in Pulumi YAML, written as JSON."""
    resources = {
        f"a{number}": {
            "type": "assistai:Agent",
            "properties": {
                "name": f"Agente {number}",
                "description": f"Atiende {number}",
                "instructions": INSTRUCTIONS.replace("\\n", "\n"),
                "tone": "amigable" if edited and number == 0 else "neutral",
            },
        }
        for number in range(agents)
    }
    return json.dumps({"name": "bench", "runtime": "yaml", "resources": resources}, ensure_ascii=False)
