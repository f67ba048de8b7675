"""A listing that lags."""

from __future__ import annotations

from typing import Any

import httpx

from pulumi_assistai.emulator import Emulator
from tests.emulator.conftest import ACME, connect, create
from tests.emulator.oddities.conftest import listed, odd


class Clock:
    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def names(client: httpx.Client, **query: Any) -> list[str]:
    return [agent["name"] for agent in listed(client, **query)]


def test_new_agents_are_listed_seconds_later() -> None:
    clock = Clock()
    with odd("late-agents=15s", clock=clock) as (client, control):
        create(client, "Ventas")
        clock.seconds += 14.9
        create(client, "Soporte")
        assert names(client) == []
        assert [agent["name"] for agent in control.get("/agents").json()] == ["Ventas", "Soporte"]
        clock.seconds += 0.1
        assert names(client) == ["Ventas"]
        clock.seconds += 15
        assert names(client) == ["Ventas", "Soporte"]


def test_new_agents_are_missing_from_listings_whose_first_page_counts() -> None:
    with odd("late-agents=2") as (client, _):
        create(client, "Ventas")
        assert [names(client, page=page) for page in (1, 2, 1, 2, 1)] == [[], [], [], [], ["Ventas"]]
        create(client, "Soporte")
        assert [len(names(client)) for _ in range(3)] == [1, 1, 2]


def test_changes_are_listed_late() -> None:
    clock = Clock()
    with odd("late-changes=15s", clock=clock) as (client, control):
        code = create(client, "Ventas")
        client.patch(f"/agents/{code}", json={"name": "Ventas 2"})
        clock.seconds += 10
        client.patch(f"/agents/{code}", json={"name": "Ventas 3"})
        assert names(client) == ["Ventas"]
        clock.seconds += 5
        assert names(client) == ["Ventas 2"]
        clock.seconds += 10
        assert names(client) == ["Ventas 3"]
        control.delete(f"/agents/{code}")
        assert names(client) == ["Ventas 3"]
        clock.seconds += 15
        assert names(client) == []


def test_a_change_is_not_listed_before_its_agent() -> None:
    with odd("late-agents=1") as (client, _):
        code = create(client, "Ventas")
        client.patch(f"/agents/{code}", json={"name": "Ventas 2"})
        assert [names(client), names(client)] == [[], ["Ventas 2"]]


def test_it_orders_filters_and_pages_as_any_listing() -> None:
    clock = Clock()
    queries: list[dict[str, Any]] = [
        {"take": 3, "page": 2},
        {"order": "DESC"},
        {"orderBy": "description", "order": "DESC"},
        {"orderBy": "description"},
        {"criteria": "PRECIOS"},
        {"page": 10**30},
    ]
    with odd("late-agents=1s", clock=clock) as (late, _), odd("") as (usual, _):
        for client in (late, usual):
            for number, fields in enumerate([{}, {"description": "b"}, {"description": "precios"}, {}, {"tone": "x"}]):
                create(client, f"Agente {number * 3 % 5}", **fields)
        clock.seconds += 1
        for query in queries:
            assert names(late, **query) == names(usual, **query)
            found = [client.get("/agents", params=query).json()["meta"] for client in (late, usual)]
            assert found[0] == found[1]


def test_an_organization_sees_its_own_alone() -> None:
    with Emulator(odd="late-changes=1") as emulator, connect(emulator) as client, connect(emulator, ACME) as acme:
        create(client, "Ventas")
        assert (names(client), names(acme)) == (["Ventas"], [])


def test_agents_of_the_database_are_listed_at_once(tmp_path_factory: Any) -> None:
    file = tmp_path_factory.mktemp("replica") / "emulator.db"
    with odd("", db=file) as (client, _):
        create(client, "Ventas")
    with odd("late-agents=9", db=file) as (client, _):
        assert names(client) == ["Ventas"]
