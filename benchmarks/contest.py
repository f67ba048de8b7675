"""The operations that all contestants run on the same fleet, and their duration."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from benchmarks.api import BusyApi

OPERATIONS = ("up", "preview", "refresh", "edit")
TOKEN = {"ASSISTAI_API_TOKEN": "sandbox-token", "ASSISTAI_TENANT_DOMAIN": "sandbox"}
ACCOUNT = {**TOKEN, "ASSISTAI_ORGANIZATION_CODE": "SANDBOX", "PULUMI_CONFIG_PASSPHRASE": "bench"}


@dataclass(frozen=True)
class Case:
    """A case: the number of agents, and of operations at a time."""

    agents: int
    parallel: int


class Work(Protocol):
    """The fleet of a contestant."""

    def do(self, operation: str) -> None:
        """Run one of the operations. A failure is an error."""


class Contestant(Protocol):
    """A tool that can deploy a fleet."""

    name: str

    @contextmanager
    def begin(self, case: Case, api: BusyApi) -> Iterator[Work]:
        """Prepare a fleet. This is not measured."""


def timed(work: Work, operation: str) -> float:
    """Return the seconds that an operation takes."""
    began = time.perf_counter()
    work.do(operation)
    return time.perf_counter() - began
