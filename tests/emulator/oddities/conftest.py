"""A client of an odd API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from pulumi_assistai.emulator import Emulator
from tests.emulator.conftest import connect, dashboard


@contextmanager
def odd(names: str, **options: Any) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    """Give a client and the control API of an emulator with these oddities."""
    with (
        Emulator(odd=names, qr_lifetime=0, **options) as emulator,
        connect(emulator) as client,
        dashboard(emulator) as control,
    ):
        yield client, control


def listed(client: httpx.Client, **query: Any) -> list[dict[str, Any]]:
    answer = client.get("/agents", params=query)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["data"]
    return items
