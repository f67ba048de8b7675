"""The start-up time: the imports of a program, and those of a provider's process before its first request."""

from __future__ import annotations

import re
import subprocess
import sys
from statistics import median

from pulumi_assistai.providers import NEEDED

_RESOURCES = ("agents", "data", "fleets", "whatsapp")
_PUBLIC = ("pulumi_assistai", *(f"pulumi_assistai.resources.{name}" for name in _RESOURCES))
_FIRST = ("pulumi", "pulumi.dynamic")
# A module that another module imports is indented further, and counts as part of the other one.
_TOP = re.compile(r"import time:\s*\d+ \|\s*(\d+) \| (\S+)")


def startup(runs: int) -> str:
    """Return a sentence with the medians of `python -X importtime`, over `import pulumi`."""
    program = median(_milliseconds(*_PUBLIC) for _ in range(runs))
    provider = median(_milliseconds("pulumi_assistai.providers.agents", *NEEDED) for _ in range(runs))
    return (
        f"Beyond `import pulumi`, all exports of `pulumi_assistai` take {program:.0f} ms to import, "
        f"and all that a provider's process needs takes {provider:.0f} ms."
    )


def _milliseconds(*modules: str) -> float:
    """Return the time to import the modules after Pulumi's modules are imported."""
    script = "\n".join(f"import {module}" for module in (*_FIRST, *modules))
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", script], capture_output=True, text=True, check=True
    )
    times = {name: int(microseconds) for microseconds, name in _TOP.findall(done.stderr)}
    return sum(times.get(module, 0) for module in modules) / 1000
