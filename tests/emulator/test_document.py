"""The calls as the API's document has them, and the emulator's own OpenAPI document."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from pulumi_assistai.emulator import Emulator
from tests.emulator.conftest import create, whatsapp

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


def operations(openapi: dict[str, Any], prefix: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the calls under a path, by method and path."""
    return {
        (method.upper(), path): operation
        for path, methods in openapi["paths"].items()
        if path.startswith(prefix)
        for method, operation in methods.items()
    }


def test_openapi_has_the_documented_calls_and_no_others(openapi: dict[str, Any]) -> None:
    assert len(openapi["paths"]) == len(
        {path for _, path in operations(openapi, "/api/") | operations(openapi, "/sandbox/")}
    )
    assert set(operations(openapi, "/api/")) == {
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
    for (method, _), operation in operations(openapi, "/api/").items():
        assert {success[method.lower()], "400", "401", "403", "413", "500"} <= set(operation["responses"])
        assert "422" not in operation["responses"]


def test_openapi_needs_token_tenant_and_organization_at_once(openapi: dict[str, Any]) -> None:
    schemes = openapi["components"]["securitySchemes"]
    assert {scheme.get("name", "Authorization") for scheme in schemes.values()} == {
        "Authorization",
        "x-tenant-domain",
        "x-organization-code",
    }
    for operation in operations(openapi, "/api/").values():
        assert operation["security"] == [{name: [] for name in schemes}]
    assert not any("security" in operation for operation in operations(openapi, "/sandbox/").values())


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


OWN = {"tenant": "sandbox", "organization": "SANDBOX"}
AGENT = {"name": "Ventas", **OWN}
CONTROL_CALLS: dict[tuple[str, str], dict[str, Any] | None] = {
    ("GET", "/sandbox/health"): None,
    ("POST", "/sandbox/agents"): AGENT,
    ("GET", "/sandbox/agents"): None,
    ("PATCH", "/sandbox/agents/{code}"): {"tone": "seco"},
    ("POST", "/sandbox/agents/{code}/whatsapp"): None,
    ("POST", "/sandbox/agents/{code}/whatsapp/link"): {"phoneNumber": "58"},
    ("POST", "/sandbox/agents/{code}/whatsapp/unlink"): None,
    ("POST", "/sandbox/agents/{code}/messages"): {"content": "Hola"},
    ("DELETE", "/sandbox/agents/{code}/whatsapp"): None,
    ("GET", "/sandbox/requests"): None,
    ("GET", "/sandbox/requests/summary"): None,
    ("DELETE", "/sandbox/requests"): None,
    ("POST", "/sandbox/faults"): {"kind": "half", "method": "PATCH"},
    ("GET", "/sandbox/faults"): None,
    ("DELETE", "/sandbox/faults"): None,
    ("DELETE", "/sandbox/agents/{code}"): None,
}
"""Every control call, in an order in which each of them works, with its body."""


def shape(openapi: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema without references to others."""
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = openapi["components"]["schemas"][name] if name else schema
    return found


def check(openapi: dict[str, Any], schema: dict[str, Any], value: Any) -> None:
    """Compare the fields of a value with those of its schema."""
    schema = shape(openapi, schema)
    if schema["type"] == "array":
        assert value
        for item in value:
            check(openapi, schema["items"], item)
    else:
        assert set(value) == set(schema["properties"])
        assert set(value) >= set(schema["required"])


def test_the_control_calls_answer_as_openapi_says(
    openapi: dict[str, Any], client: httpx.Client, emulator: Emulator
) -> None:
    assert set(operations(openapi, "/sandbox/")) == set(CONTROL_CALLS)
    for (method, path), body in CONTROL_CALLS.items():
        client.get(f"{whatsapp('A-001')}/qr")
        operation = operations(openapi, "/sandbox/")[method, path]
        answer = httpx.request(method, emulator.url + path.replace("{code}", "A-001"), json=body)
        [status] = [status for status in operation["responses"] if status.startswith("2")]
        assert str(answer.status_code) == status, (path, answer.text)
        assert ("requestBody" in operation) == (body is not None), path
        if body is not None:
            schema = shape(openapi, operation["requestBody"]["content"]["application/json"]["schema"])
            assert set(schema.get("required", ())) <= set(body) <= set(schema["properties"])
        if status == "204":
            assert (answer.content, operation["responses"]["204"].get("content")) == (b"", None)
        else:
            check(openapi, operation["responses"][status]["content"]["application/json"]["schema"], answer.json())


def test_the_control_calls_refuse_as_openapi_says(openapi: dict[str, Any], emulator: Emulator) -> None:
    for (method, path), operation in operations(openapi, "/sandbox/").items():
        url = emulator.url + path.replace("{code}", "A-404")
        foreign = httpx.request(method, url, headers={"sec-fetch-site": "cross-site"})
        assert foreign.status_code == (200 if path.count("{") == 0 and method == "GET" else 403)
        if "requestBody" in operation:
            assert httpx.request(method, url, json={"foo": 1}).status_code == 400
        if "{code}" in path:
            body = CONTROL_CALLS[method, path]
            assert str(httpx.request(method, url, json=body).status_code) in operation["responses"]
        assert {"400", "403", "413", "default"} <= set(operation["responses"])
        assert ("404" in operation["responses"]) == ("{code}" in path)


def test_faults_are_in_the_document_where_there_are_any() -> None:
    with Emulator() as emulator:
        assert "/sandbox/faults" not in httpx.get(f"{emulator.url}/openapi.json").json()["paths"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_document_for_people_loads_nothing_of_other_hosts(
    openapi: dict[str, Any], emulator: Emulator, language: str
) -> None:
    answer = httpx.get(f"{emulator.url}/docs", params={"lang": language})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; ")
    loaded = re.findall(r'(?:src|href|action)="([^"]*)"', answer.text)
    assert loaded
    assert [address for address in loaded if not re.match("/(?!/)|#", address)] == []
    assert "<script>" not in answer.text
    for method, path in operations(openapi, "/"):
        assert f"<code><b>{method}</b> {path}</code>" in answer.text


def test_there_is_no_other_page_of_the_document(emulator: Emulator) -> None:
    assert {httpx.get(f"{emulator.url}{path}").status_code for path in ("/redoc", "/docs/oauth2-redirect")} == {404}
