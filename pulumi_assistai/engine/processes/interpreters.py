"""Interpreters: Python processes that import modules ahead of time, and wait for the module to run.

This module imports little, so that a command can start the processes before anything else.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Literal

Role = Literal["program", "provider"]

# The standard input of the child closes when the engine is gone for any reason.
# The garbage collection skips its imports: see pulumi_assistai/garbage.py.
CHILD = """\
import gc, json, os, runpy, sys, threading
told, teller = os.pipe()
def watch():
    while heard := os.read(0, 4096): os.write(teller, heard)
    os._exit(1)
threading.Thread(target=watch, daemon=True).start()
gc.disable()
for name in sys.argv[1:]: __import__(name)
gc.freeze()
gc.enable()
with open(told, encoding="utf-8") as orders: sys.argv, directory, environment = json.loads(orders.readline())
os.environ.clear()
os.environ.update(environment)
os.chdir(directory)
sys.stdin = open(os.devnull, encoding="utf-8")
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


class Interpreters:
    """Starts interpreters, some of them ahead of time.

    Args:
        environment: their environment at the start.
        preload: modules that the processes of providers import after the SDK; default: none.
    """

    def __init__(self, environment: Mapping[str, str], preload: Sequence[str] = ()) -> None:
        self._environment = dict(environment)
        self._imports: dict[Role, Sequence[str]] = {"program": ["pulumi"], "provider": ["pulumi.dynamic", *preload]}
        self._waiting: dict[Role, subprocess.Popen[bytes]] = {}

    def start_ahead(self, *roles: Role) -> None:
        """Start a waiting process for each role."""
        for role in roles:
            if role not in self._waiting:
                self._waiting[role] = self._start(role)

    def take(self, role: Role) -> subprocess.Popen[bytes]:
        """Return a process for the caller. It reads one line of JSON: arguments, directory, environment."""
        return self._waiting.pop(role) if role in self._waiting else self._start(role)

    def close(self) -> None:
        """End the processes that were not taken."""
        while self._waiting:
            _, process = self._waiting.popitem()
            with process:
                process.kill()

    def _start(self, role: Role) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - it is this Python
            [sys.executable, "-u", "-c", CHILD, *self._imports[role]],
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # An interrupt from the terminal is for the engine, which ends its children after they have finished.
            start_new_session=True,
        )
