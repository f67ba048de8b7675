"""A provider's process searches what is new for garbage, and nothing else."""

from __future__ import annotations

import subprocess
import sys

from pulumi_assistai.garbage import NEW_OBJECTS
from tests.waiting import DEADLINE

CONFIGURE = """
import gc
from pulumi.dynamic import Config, ConfigureRequest
from pulumi_assistai.providers.agents import AgentProvider

class Knot:
    def __init__(self): self.me = self
    def __del__(self): print("collected")

searched = len(gc.get_objects())
AgentProvider().configure(ConfigureRequest(Config({}, "project")))
print(gc.get_freeze_count() > 0.9 * searched, gc.get_threshold()[0])
Knot()
gc.collect()
"""


def test_what_is_there_is_left_out_and_what_is_new_is_still_collected() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CONFIGURE], capture_output=True, text=True, check=True, timeout=DEADLINE
    )
    assert done.stdout.splitlines() == [f"True {NEW_OBJECTS}", "collected"]
