"""The modules of the lifecycle, imported when they are first used."""

from __future__ import annotations

from importlib import import_module

import pytest

from pulumi_assistai import lifecycle


@pytest.mark.parametrize("name", ["agents", "lookup", "session", "whatsapp"])
def test_a_named_module_is_imported_when_it_is_used(name: str) -> None:
    # Asked for by hand: once a module is imported it is an attribute, and nobody asks.
    assert lifecycle.__getattr__(name) is import_module(f"pulumi_assistai.lifecycle.{name}")
