"""The public names are the ones that the package promises."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pulumi_assistai
from pulumi_assistai import errors
from tests.waiting import DEADLINE


def test_every_error_is_exported_under_its_public_name() -> None:
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)]
    for kind in kinds:
        assert getattr(pulumi_assistai, kind.__name__) is kind
        assert kind.__module__ == "pulumi_assistai"


def test_every_error_is_drawn_in_the_tree() -> None:
    for name, _ in inspect.getmembers(errors, inspect.isclass):
        assert name in (errors.__doc__ or "")


def test_resources_are_exported() -> None:
    assert {"Agent", "Provider", "WhatsAppIntegration"} <= set(pulumi_assistai.__all__)
    assert sorted(pulumi_assistai.__all__) == pulumi_assistai.__all__


def test_every_public_name_is_documented() -> None:
    for name in pulumi_assistai.__all__:
        assert inspect.getdoc(getattr(pulumi_assistai, name)), name


def test_importing_all_of_the_package_brings_nothing_heavy() -> None:
    heavy = ["httpx", "pydantic", "stamina", "fastapi", "typer", "rich", "cryptography", "pulumi_assistai.engine"]
    script = f"import sys; from pulumi_assistai import *; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=DEADLINE)
    assert done.stdout.strip() == "[]"


def test_whoever_needs_an_error_does_not_wait_for_pulumi() -> None:
    script = "import sys; from pulumi_assistai import ApiError; print('pulumi' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=DEADLINE)
    assert done.stdout.strip() == "False"


def test_a_name_that_is_not_there_is_no_attribute() -> None:
    assert not hasattr(pulumi_assistai, "Agents")
