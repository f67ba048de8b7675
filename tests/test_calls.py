"""Not one call too many: what each operation asks of the API, counted at the API. On both engines."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.conftest import Api, Project

MANY = 60
FLEET = f'for number in range({MANY}): assistai.Agent(f"a{{number}}", name=f"Agente {{number}}", tone="TONE")'
LISTING, CREATION = "GET /api/v1/agents", "POST /api/v1/agents"


def calls(api: Api) -> Counter[str]:
    """Return what was asked since this was last called."""
    seen = Counter(api.requests())
    api.forget_requests()
    return seen


def pages(live: int) -> tuple[int, int]:
    """Return how many pages a listing takes at least and at most: fifty agents a page, and one to see the end."""
    least = -(-live // 50)
    return max(least, 1), least + 1


def require_one_listing(seen: Counter[str], live: int) -> None:
    least, most = pages(live)
    assert least <= seen.pop(LISTING, 0) <= most


def test_each_operation_makes_the_calls_it_needs(project: Project, api: Api) -> None:
    project.write(FLEET)
    assert project.run("preview").ok
    seen = calls(api)
    require_one_listing(seen, 0)
    assert seen == {}

    project.up()
    seen = calls(api)
    require_one_listing(seen, 0)
    assert seen == {CREATION: MANY}

    project.up()
    assert project.run("preview").ok
    assert calls(api) == {}

    assert project.run("refresh").ok
    seen = calls(api)
    require_one_listing(seen, MANY)
    assert seen == {}

    edited = api.agent("Agente 7")["code"]
    project.up(FLEET.replace('"TONE"', '"TONE" if number != 7 else "amigable"'))
    seen = calls(api)
    if LISTING in seen:
        require_one_listing(seen, MANY)
    assert seen == {f"PATCH /api/v1/agents/{edited}": 1}


@pytest.mark.parametrize("live", [1, 50, 51])
def test_a_listing_takes_at_most_one_page_more_than_it_fills(project: Project, api: Api, live: int) -> None:
    for number in range(live):
        api.create(f"Ajeno {number}")
    project.write('assistai.Agent("a", name="Ventas")')
    assert project.run("preview").ok
    seen = calls(api)
    require_one_listing(seen, live)
    assert seen == {}
