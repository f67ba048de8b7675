"""Imports of a provider's process, which every operation waits for."""

from __future__ import annotations

import subprocess
import sys

from tests.waiting import DEADLINE

SCRIPT = """
import sys
from pulumi.dynamic import Config, ConfigureRequest
from pulumi_assistai.providers.agents import AgentProvider
from pulumi_assistai.providers.whatsapp import WhatsAppIntegrationProvider

provider = AgentProvider()
provider.configure(ConfigureRequest(Config({}, "project")))
known = {"name": "Ventas", "code": "A-001"}
assert not provider.check(known, {"name": "Ventas"}).failures
assert not provider.diff("A-001", known, {"name": "Ventas"}).changes
print(sorted({"httpx", "pulumi_assistai.client", "pulumi_assistai.resources", "stamina"} & set(sys.modules)))
assert not provider.check({}, {"name": "Ventas"}).failures
assert provider.create({"name": "Ventas"}).id == "A-001"
whatsapp = WhatsAppIntegrationProvider()
whatsapp.configure(ConfigureRequest(Config({}, "project")))
assert not whatsapp.check({}, {"agent_code": "A-001"}).failures
others = {"click", "cryptography", "fastapi", "phonenumbers", "rich", "segno", "typer", "uvicorn"}
ours = {"pulumi_assistai.cli", "pulumi_assistai.emulator", "pulumi_assistai.engine", "pulumi_assistai.testing"}
print(sorted((others | ours) & set(sys.modules)))
"""


def test_a_provider_imports_nothing_that_it_does_not_need(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False, env=environment, timeout=DEADLINE
    )
    before_it_asks, ever = done.stdout.splitlines()
    assert (before_it_asks, ever, done.stderr) == ("[]", "[]", "")
