"""What everybody does to the same fleet, and how long it takes."""

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
    """What is measured: so many agents, so many at a time."""

    agents: int
    parallel: int


class Work(Protocol):
    """One fleet of one contestant."""

    def do(self, operation: str) -> None:
        """Carry one of the operations out; it is an error if that fails."""


class Contestant(Protocol):
    """Somebody who can bring a fleet about."""

    name: str

    @contextmanager
    def begin(self, case: Case, api: BusyApi) -> Iterator[Work]:
        """Prepare a fleet of one's own; that is not measured."""


def timed(work: Work, operation: str) -> float:
    """Return the seconds that an operation takes."""
    began = time.perf_counter()
    work.do(operation)
    return time.perf_counter() - began
