"""The embedded engine and the Pulumi CLI make the same calls, report the same operations and record the same state."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import needs_pulumi
from tests.differential import edits, failures, options
from tests.differential.comparison import difference
from tests.differential.scenario import Scenario
from tests.differential.side import Side

SCENARIOS = (*edits.SCENARIOS, *options.SCENARIOS, *failures.SCENARIOS)


@needs_pulumi
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_both_engines_agree(scenario: Scenario, tmp_path: Path) -> None:
    with Side("embedded", tmp_path / "embedded") as embedded, Side("pulumi", tmp_path / "pulumi") as cli:
        for number, step in enumerate(scenario.steps, 1):
            different = difference(embedded.take(step), cli.take(step))
            assert not different, f"step {number} of {scenario.name}:\n{different}"
