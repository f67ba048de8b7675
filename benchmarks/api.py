"""The emulator that everybody is measured against, in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pulumi_assistai.testing import Api

_URL = re.compile(r"answers at (http://\S+)")


@dataclass(frozen=True)
class Traffic:
    """What the API saw.

    Attributes:
        requests: how many requests.
        in_flight: how many at a time at most.
    """

    requests: int
    in_flight: int


class BusyApi(Api):
    """An emulator that says how busy it was."""

    def traffic(self) -> Traffic:
        """Return what there was since this was last called."""
        seen = self.call("GET", "/requests/summary")
        self.forget_requests()
        return Traffic(seen["count"], seen["mostInFlight"])


@contextmanager
def emulator(latency: float) -> Iterator[BusyApi]:
    """Run an emulator whose every answer takes `latency` seconds longer."""
    command = [str(Path(sys.executable).with_name("assistai")), "emulator", "--port=0", f"--latency={latency}"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"}
    ) as run:
        assert run.stdout is not None
        found = _URL.search(run.stdout.readline())
        assert found, "the emulator did not start"
        try:
            yield BusyApi(found[1])
        finally:
            run.terminate()
