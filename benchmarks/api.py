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

_REFUSED = 429
_URL = re.compile(r"answers at (http://\S+)")


@dataclass(frozen=True)
class Traffic:
    """What the API saw.

    Attributes:
        requests: how many requests.
        refused: how many of them were refused for their rate.
        in_flight: how many at a time at most.
    """

    requests: int
    in_flight: int
    refused: int = 0


class BusyApi(Api):
    """An emulator that says how busy it was."""

    def traffic(self) -> Traffic:
        """Return what there was since this was last called."""
        seen = self.call("GET", "/requests/summary")
        refused = [request for request in self.call("GET", "/requests") if request["status"] == _REFUSED]
        self.forget_requests()
        return Traffic(seen["count"], seen["mostInFlight"], len(refused))


@contextmanager
def emulator(latency: float, *options: str) -> Iterator[BusyApi]:
    """Run an emulator whose every answer takes `latency` seconds longer, with these options of its command."""
    command = [
        str(Path(sys.executable).with_name("assistai")),
        "emulator",
        "--port=0",
        f"--latency={latency}",
        *options,
    ]
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
