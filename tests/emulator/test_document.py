"""The calls as the API's document has them, and the emulator's own OpenAPI document."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from pulumi_assistai.emulator import Emulator
from tests.emulator.conftest import create

CREATE = """
curl -X POST "https://public.assistai.lat/api/v1/agents" -H "Authorization: Bearer <API_TOKEN>" \
-H "x-tenant-domain: <tenant>" -H "x-organization-code: <org-code>" -H "Content-Type: application/json" -d '{
  "name": "Mi Agente",
  "description": "Opcional",
  "purpose": "Opcional",
  "instructions": "Instrucciones iniciales",
  "tone": "neutral",
  "voice": "default"
}'
"""
UPDATE = """
curl -X PATCH "https://public.assistai.lat/api/v1/agents/<code>" -H "Authorization: Bearer <API_TOKEN>" \
-H "x-tenant-domain: <tenant>" -H "x-organization-code: <org-code>" -H "Content-Type: application/json" -d '{
  "name": "Mi Agente Actualizado",
  "description": "Nueva descripción",
  "purpose": "Nuevo propósito",
  "instructions": "Instrucción única o concatenada",
  "tone": "amigable",
  "voice": "female"
}' -i
"""
LIST = """
curl "https://public.assistai.lat/api/v1/agents?orderBy=createdAt&order=DESC&page=1&take=10" \
-H "Authorization: Bearer <API_TOKEN>" -H "x-tenant-domain: <tenant>" -H "x-organization-code: <org-code>"
"""
QR = """
curl -H "Accept: image/png" -H "Authorization: Bearer <API_TOKEN>" -H "x-tenant-domain: <tenant>" \
-H "x-organization-code: <org-code>" \
"https://public.assistai.lat/api/v1/agents/<code>/integrations/whatsappweb/qr" --output qr.png
"""

needs_curl = pytest.mark.skipif(shutil.which("curl") is None or shutil.which("sh") is None, reason="no curl or sh")


class Shell:
    """Runs the document's commands, with the emulator's address and credentials in them."""

    def __init__(self, url: str, directory: Path) -> None:
        self._replaced = {
            "https://public.assistai.lat": url,
            "<API_TOKEN>": "sandbox-token",
            "<tenant>": "sandbox",
            "<org-code>": "SANDBOX",
            "<code>": "A-001",
        }
        self._directory = directory

    def run(self, command: str) -> str:
        for placeholder, value in self._replaced.items():
            command = command.replace(placeholder, value)
        done = subprocess.run(
            ["sh", "-c", command], cwd=self._directory, capture_output=True, text=True, timeout=30, check=True
        )
        return done.stdout


@pytest.fixture
def shell(emulator: Emulator, tmp_path: Path) -> Shell:
    return Shell(emulator.url, tmp_path)


@needs_curl
def test_the_documented_commands(shell: Shell, control: httpx.Client, tmp_path: Path) -> None:
    assert json.loads(shell.run(CREATE)) == {"code": "A-001"}
    assert control.get("/agents").json()[0]["voice"] == "default"
    assert shell.run(UPDATE).startswith("HTTP/1.1 204 No Content")
    assert control.get("/agents").json()[0]["instructions"] == "Instrucción única o concatenada"
    [agent] = json.loads(shell.run(LIST))["data"]
    assert (agent["code"], agent["name"]) == ("A-001", "Mi Agente Actualizado")
    shell.run(QR)
    assert (tmp_path / "qr.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    [*_, qr] = control.get("/requests").json()
    assert (qr["method"], qr["path"], qr["status"]) == ("GET", "/api/v1/agents/A-001/integrations/whatsappweb/qr", 200)


@pytest.fixture
def openapi(emulator: Emulator) -> dict[str, Any]:
    document: dict[str, Any] = httpx.get(f"{emulator.url}/openapi.json").json()
    return document


def test_openapi_has_the_documented_calls_and_no_others(openapi: dict[str, Any]) -> None:
    calls = {(method.upper(), path) for path, methods in openapi["paths"].items() for method in methods}
    assert calls == {
        ("POST", "/api/v1/agents"),
        ("PATCH", "/api/v1/agents/{code}"),
        ("GET", "/api/v1/agents"),
        ("GET", "/api/v1/agents/{code}/integrations/whatsappweb/qr"),
        ("DELETE", "/api/v1/agents/{code}/integrations/whatsappweb"),
        ("GET", "/api/v1/conversations"),
        ("GET", "/api/v1/conversations/{uuid}/messages"),
    }


def test_openapi_has_the_status_codes(openapi: dict[str, Any]) -> None:
    success = {"post": "201", "patch": "204", "get": "200", "delete": "200"}
    for methods in openapi["paths"].values():
        for method, operation in methods.items():
            assert {success[method], "400", "401", "403", "500"} <= set(operation["responses"])
            assert "422" not in operation["responses"]


def test_openapi_needs_token_tenant_and_organization_at_once(openapi: dict[str, Any]) -> None:
    schemes = openapi["components"]["securitySchemes"]
    assert {scheme.get("name", "Authorization") for scheme in schemes.values()} == {
        "Authorization",
        "x-tenant-domain",
        "x-organization-code",
    }
    for methods in openapi["paths"].values():
        for operation in methods.values():
            assert operation["security"] == [{name: [] for name in schemes}]


def test_openapi_bodies(openapi: dict[str, Any]) -> None:
    schemas = openapi["components"]["schemas"]
    assert schemas["NewAgent"]["required"] == ["name"]
    assert "required" not in schemas["AgentPatch"]
    assert schemas["AgentPatch"]["additionalProperties"] is False
    assert all("default" not in field for field in schemas["AgentPatch"]["properties"].values())


def test_answers_are_as_openapi_says(openapi: dict[str, Any], client: httpx.Client) -> None:
    create(client)
    schema = openapi["components"]["schemas"]
    page = client.get("/agents").json()
    assert set(page["data"][0]) == set(schema["ListedAgent"]["required"])
    assert set(page["meta"]) == set(schema["Meta"]["required"])


def test_the_document_for_people(emulator: Emulator) -> None:
    answer = httpx.get(f"{emulator.url}/docs")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
