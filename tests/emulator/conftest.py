"""Clients of the two organizations and of the control API, over HTTP."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import zxingcpp
from PIL import Image

from pulumi_assistai.emulator import DEFAULT_ACCOUNTS, Account, Emulator

SANDBOX, ACME = DEFAULT_ACCOUNTS


def connect(emulator: Emulator, account: Account = SANDBOX) -> httpx.Client:
    headers = {
        "authorization": f"Bearer {account.token}",
        "x-tenant-domain": account.tenant,
        "x-organization-code": account.organization,
    }
    return httpx.Client(base_url=f"{emulator.url}/api/v1", headers=headers, timeout=10)


def dashboard(emulator: Emulator) -> httpx.Client:
    return httpx.Client(base_url=f"{emulator.url}/sandbox", timeout=10)


def create(client: httpx.Client, name: str = "Ventas", **fields: str) -> str:
    answer = client.post("/agents", json={"name": name, **fields})
    assert answer.status_code == 201, answer.text
    code: str = answer.json()["code"]
    return code


def names(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [agent["name"] for agent in answer.json()["data"]]


def messages(answer: httpx.Response) -> Any:
    """Return the messages of a refused request."""
    body = answer.json()
    assert answer.status_code == 400
    assert (body["statusCode"], body["error"]) == (400, "Bad Request")
    return body["message"]


def whatsapp(code: str) -> str:
    return f"/agents/{code}/integrations/whatsappweb"


def decode(answer: httpx.Response) -> str:
    """Return the payload that a phone reads from a QR."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/png"
    [found] = zxingcpp.read_barcodes(Image.open(io.BytesIO(answer.content)), formats=zxingcpp.BarcodeFormat.QRCode)
    return str(found.text)


@pytest.fixture
def client(emulator: Emulator) -> Iterator[httpx.Client]:
    with connect(emulator) as opened:
        yield opened


@pytest.fixture
def acme(emulator: Emulator) -> Iterator[httpx.Client]:
    with connect(emulator, ACME) as opened:
        yield opened


@pytest.fixture
def control(emulator: Emulator) -> Iterator[httpx.Client]:
    with dashboard(emulator) as opened:
        yield opened
