"""`assistai schema`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from pulumi_assistai.fleet import json_schema
from tests.waiting import DEADLINE


def test_the_schema_is_printed() -> None:
    command = [str(Path(sys.executable).with_name("assistai")), "schema"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True, timeout=DEADLINE).stdout
    assert json.loads(printed) == json_schema()
