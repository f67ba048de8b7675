"""The embedded engine and the Pulumi CLI make the same calls, report the same operations and record the same state."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import NATIVE, needs_pulumi
from tests.differential import edits, failures, options
from tests.differential.comparison import difference
from tests.differential.scenario import Scenario
from tests.differential.side import Side

SCENARIOS = (*edits.SCENARIOS, *options.SCENARIOS, *failures.SCENARIOS)

NATIVELY = [scenario for scenario in SCENARIOS if scenario.name in {"life", "secrets"}]


def require_agreement(scenario: Scenario, directory: Path, resources: str = "") -> None:
    with (
        Side(f"embedded{resources}", directory / "embedded") as embedded,
        Side(f"pulumi{resources}", directory / "pulumi") as cli,
    ):
        for number, step in enumerate(scenario.steps, 1):
            different = difference(embedded.take(step), cli.take(step))
            assert not different, f"step {number} of {scenario.name}:\n{different}"


@needs_pulumi
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_both_engines_agree(scenario: Scenario, tmp_path: Path) -> None:
    require_agreement(scenario, tmp_path)


@needs_pulumi
@pytest.mark.parametrize("scenario", NATIVELY, ids=lambda scenario: scenario.name)
def test_both_engines_agree_about_native_resources(scenario: Scenario, tmp_path: Path) -> None:
    require_agreement(scenario, tmp_path, NATIVE)
