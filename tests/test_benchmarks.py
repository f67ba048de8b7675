"""The work that `make bench` measures: everybody makes the requests that it needs. Nothing is timed here."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import backends, scale
from benchmarks.__main__ import one_run
from benchmarks.contest import Case, Contestant
from benchmarks.contestants import contestants
from benchmarks.limits import run, taking_part
from benchmarks.startup import startup
from pulumi_assistai.cli.project.declared import AGENT_TYPE
from tests.conftest import needs_pulumi

TAKING_PART = [who for who in contestants() if who.name != "embedded engine, native"]


@pytest.mark.parametrize("who", TAKING_PART, ids=lambda who: who.name)
def test_every_contestant_does_the_work(who: Contestant) -> None:
    requests = {operation: traffic.requests for operation, _, traffic in one_run(who, Case(3, 4), 0.0)}
    if "does nothing" in who.name:
        assert set(requests.values()) == {0}
    else:
        assert requests["up"] >= 3
        assert requests["preview"] == (3 if "OpenTofu" in who.name else 0)
        assert requests["refresh"] >= 1
        assert requests["edit"] >= 1


def test_the_most_requests_at_a_time_are_counted() -> None:
    limit = contestants()[0]
    [(operation, _, traffic), *_] = one_run(limit, Case(8, 8), 0.3)
    assert operation == "up"
    assert (traffic.requests, traffic.in_flight) == (8, 8)


@pytest.mark.parametrize("who", taking_part(), ids=lambda who: who(1).name)
def test_everybody_who_takes_part_keeps_to_a_limit(who: Callable[[float], Contestant]) -> None:
    done = run(who(20), Case(12, 4), "--rate=20/s", "--burst=10")
    assert done.seconds is not None
    assert done.traffic.requests - done.traffic.refused >= 12


def test_the_imports_of_a_program_and_of_a_provider_are_measured() -> None:
    found = re.search(r"`pulumi_assistai` take (\d+) ms .* needs takes (\d+) ms", startup(1))
    assert found is not None
    program, provider = map(int, found.groups())
    assert 0 < program < provider


def test_a_week_of_many_agents_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    scale.main(organizations=1, agents=3, to_a_stack=1, edited=1)
    rows = {
        cells[1]: cells[4:6]
        for line in capsys.readouterr().out.splitlines()
        if len(cells := re.split(r"\s*│\s*", line)) > 5
    }
    assert rows["create"] == ["4", "4"]
    assert rows["preview"] == ["0", "0"]
    assert rows["edit"] == ["3", "3"]
    assert rows["refresh"] == ["2", "2"]


@needs_pulumi
@pytest.mark.parametrize("checkpoints", backends.CHECKPOINTS)
def test_a_fleet_is_brought_up_on_another_backend(checkpoints: str, tmp_path: Path) -> None:
    assert backends.up(tmp_path.as_uri(), checkpoints, 3) > 0
    [state] = (tmp_path / ".pulumi" / "stacks" / "bench").glob("*.json")
    resources = json.loads(state.read_text())["checkpoint"]["latest"]["resources"]
    assert [found["type"] for found in resources].count(AGENT_TYPE) == 3


@needs_pulumi
def test_backends_are_compared_with_the_fastest() -> None:
    seconds = {("", "with checkpoints"): 4.0, ("", "without"): 2.0}
    other = {("s3://bucket", "with checkpoints"): 6.0, ("s3://bucket", "without"): 3.0}
    columns = [list(column.cells) for column in backends.table(seconds | other, 3).columns]
    assert columns == [["file", "s3"], ["4.0 s, x2.0", "6.0 s, x3.0"], ["2.0 s, x1.0", "3.0 s, x1.5"]]
