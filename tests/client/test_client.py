"""A client is one connection pool, which is closed with it."""

from __future__ import annotations

import pytest

from pulumi_assistai import client as module
from pulumi_assistai.client import Client
from pulumi_assistai.emulator import Emulator
from tests.conftest import Api, settings_for


def test_all_nouns_share_the_pool_that_closing_closes(emulator: Emulator, api: Api) -> None:
    client = Client(settings_for(emulator.url))
    with client as opened:
        assert opened is client
        code = client.agents.create({"name": "Ventas"}).code
        client.whatsapp.connect(code)
        assert client.conversations.list().items == []
        assert client.survey.agents(take=10).total == 1
    assert api.requests() == [
        "POST /api/v1/agents",
        f"GET /api/v1/agents/{code}/integrations/whatsappweb/qr",
        "GET /api/v1/conversations",
        "GET /api/v1/agents",
    ]
    for call in (
        client.agents.list,
        client.conversations.list,
        lambda: client.survey.agents(take=10),
        lambda: client.whatsapp.connect(code),
    ):
        with pytest.raises(RuntimeError, match="closed"):
            call()


def test_a_client_is_closed_without_a_with_statement_too(emulator: Emulator) -> None:
    client = Client(settings_for(emulator.url))
    client.close()
    with pytest.raises(RuntimeError, match="closed"):
        client.agents.list()


def test_the_public_names_are_there() -> None:
    assert all(hasattr(module, name) for name in module.__all__)
