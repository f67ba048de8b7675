"""What `make bench` measures is done: everybody makes the requests that the work needs. Nothing is timed here."""

from __future__ import annotations

import pytest

from benchmarks.__main__ import one_run
from benchmarks.contestants import Case, Contestant, contestants


@pytest.mark.parametrize("who", contestants(), ids=lambda who: who.name)
def test_every_contestant_does_the_work(who: Contestant) -> None:
    requests = {operation: traffic.requests for operation, _, traffic in one_run(who, Case(3, 4), 0.0)}
    if "does nothing" in who.name:
        assert set(requests.values()) == {0}
    else:
        assert requests["up"] >= 3
        assert requests["preview"] == 0
        assert requests["refresh"] >= 1
        assert requests["edit"] >= 1


def test_the_most_requests_at_a_time_are_counted() -> None:
    limit = contestants()[0]
    [(operation, _, traffic), *_] = one_run(limit, Case(8, 8), 0.3)
    assert operation == "up"
    assert (traffic.requests, traffic.in_flight) == (8, 8)
