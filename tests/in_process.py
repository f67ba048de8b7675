"""Dynamic providers in the tests' own process, called with the dictionaries that the SDK gives them."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from pulumi.dynamic import Config, ConfigureRequest

from pulumi_assistai.providers.base import AssistAIProvider

P = TypeVar("P", bound=AssistAIProvider)


@contextmanager
def as_in_its_own() -> Iterator[None]:
    """Take back at the end what a provider does to its process."""
    threshold, limit = gc.get_threshold(), vars(sys).pop("tracebacklimit", None)
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*threshold)
        vars(sys).pop("tracebacklimit", None)
        if limit is not None:
            sys.tracebacklimit = limit


def account(url: str, **others: str) -> dict[str, str]:
    """Return an explicit provider's arguments for an emulator's first account."""
    names = {"api_token": "sandbox-token", "tenant_domain": "sandbox", "organization_code": "SANDBOX"}
    return names | {"base_url": url} | others


def configure(provider: P, config: dict[str, str]) -> P:
    provider.configure(ConfigureRequest(Config(config, "project")))
    return provider
