"""Faults reach the connection itself."""

from __future__ import annotations

import httpx
import pytest

from pulumi_assistai.emulator import Emulator
from tests.emulator.conftest import connect, dashboard, names


@pytest.mark.parametrize(("kind", "made"), [("cut-before", []), ("cut-after", ["Ventas"])])
def test_a_cut_breaks_the_connection(client: httpx.Client, control: httpx.Client, kind: str, made: list[str]) -> None:
    assert control.post("/faults", json={"kind": kind}).status_code == 204
    with pytest.raises(httpx.TransportError):
        client.post("/agents", json={"name": "Ventas"})
    assert names(client.get("/agents")) == made


def test_an_emulator_that_cannot_fail() -> None:
    with Emulator() as emulator, connect(emulator) as client, dashboard(emulator) as control:
        assert control.post("/faults", json={"kind": "cut-before"}).status_code == 404
        assert client.get("/agents").status_code == 200
