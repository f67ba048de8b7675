"""The emulator for all contestants, in its own process."""

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
    """The requests to the API.

    Attributes:
        requests: their number.
        refused: the number that the rate limit refused.
        in_flight: the highest number at a time.
    """

    requests: int
    in_flight: int
    refused: int = 0


class BusyApi(Api):
    """An emulator that counts its requests."""

    def traffic(self) -> Traffic:
        """Return the requests since the last call."""
        seen = self.call("GET", "/requests/summary")
        refused = [request for request in self.call("GET", "/requests") if request["status"] == _REFUSED]
        self.forget_requests()
        return Traffic(seen["count"], seen["mostInFlight"], len(refused))


@contextmanager
def emulator(latency: float, *options: str) -> Iterator[BusyApi]:
    """Run an emulator that adds `latency` seconds to every answer, with these options of its command."""
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
