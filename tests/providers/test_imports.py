"""What a provider's process imports, which every operation waits for."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys
from pulumi.dynamic import Config, ConfigureRequest
from pulumi_assistai.providers.agents import AgentProvider

provider = AgentProvider()
provider.configure(ConfigureRequest(Config({}, "project")))
assert not provider.check({}, {"name": "Ventas"}).failures
assert provider.create({"name": "Ventas"}).id == "A-001"
others = {"click", "cryptography", "fastapi", "rich", "segno", "typer", "uvicorn"}
ours = {"pulumi_assistai.cli", "pulumi_assistai.emulator", "pulumi_assistai.engine", "pulumi_assistai.testing"}
print(sorted((others | ours) & set(sys.modules)))
"""


def test_a_provider_imports_nothing_of_the_command_the_emulator_and_the_engine(environment: dict[str, str]) -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False, env=environment)
    assert (done.stdout, done.stderr) == ("[]\n", "")
