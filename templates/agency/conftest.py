"""The clients' organizations, for tests."""

from collections.abc import Iterator

import pytest

from pulumi_assistai.emulator import Account, Emulator

CLIENTS = ("panaderia", "clinica")


@pytest.fixture
def assistai_emulator() -> Iterator[Emulator]:
    accounts = [Account(f"{client}-token", client, client.upper()) for client in CLIENTS]
    with Emulator(accounts=accounts, faults=True, qr_lifetime=0) as emulator:
        yield emulator
