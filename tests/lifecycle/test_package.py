"""The modules of the lifecycle, imported when they are first used."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from pulumi_assistai import lifecycle


@pytest.mark.parametrize("name", ["agents", "lookup", "session", "whatsapp"])
def test_a_named_module_is_imported_when_it_is_used(name: str) -> None:
    # Asked for by hand: once a module is imported it is an attribute, and nobody asks.
    assert lifecycle.__getattr__(name) is import_module(f"pulumi_assistai.lifecycle.{name}")


def test_another_name_is_no_attribute() -> None:
    with pytest.raises(AttributeError) as caught:
        _ = lifecycle.inventories
    assert str(caught.value) == "module 'pulumi_assistai.lifecycle' has no attribute 'inventories'"


def test_nothing_is_imported_before_it_is_used() -> None:
    program = "import sys, pulumi_assistai.lifecycle; print([name for name in sys.modules if '.lifecycle.' in name])"
    imported = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout
    assert imported.strip() == "[]"
