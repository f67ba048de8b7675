"""Settings of fuzz tests: always the same examples, and as many as ASSISTAI_FUZZ_EXAMPLES says."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings


def fuzz_settings(examples: int, *, shrink: bool = False) -> settings:
    """Return the settings of a test: so many examples unless the variable says how many; `shrink` makes them small."""
    phases = [Phase.explicit, Phase.generate, *([Phase.shrink] if shrink else [])]
    return settings(
        max_examples=int(os.environ.get("ASSISTAI_FUZZ_EXAMPLES", str(examples))),
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=phases,
    )
