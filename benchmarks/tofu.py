"""OpenTofu with the generic REST provider, which people use if an API has no provider."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.api import BusyApi
from benchmarks.contest import ACCOUNT, Case, Work
from benchmarks.programs import INSTRUCTIONS

TOFU, PROVIDER = "tofu", "terraform-provider-restapi"

_COMMANDS = {
    "up": ("apply", "-auto-approve"),
    "preview": ("plan",),
    "refresh": ("apply", "-refresh-only", "-auto-approve"),
    "edit": ("apply", "-auto-approve"),
}
_SOURCE = "Mastercard/restapi"

# The API cannot read a single agent. Each agent is found by its own listing, which shows only some of its fields.
_CONFIGURATION = """
terraform {{
  required_providers {{
    restapi = {{ source = "{source}" }}
  }}
}}

provider "restapi" {{
  uri                   = "{url}"
  id_attribute          = "code"
  create_returns_object = true
  rate_limit            = {rate}
  update_method         = "PATCH"
  headers = {{
    Authorization         = "Bearer {token}"
    "x-tenant-domain"     = "{tenant}"
    "x-organization-code" = "{organization}"
  }}
}}

resource "restapi_object" "agent" {{
  count = {agents}
  path  = "/api/v1/agents"
  data = jsonencode({{
    name         = format("Agente %04d", count.index)
    description  = "Atiende ${{count.index}}"
    instructions = "{instructions}"
    tone         = count.index == {edited} ? "amigable" : "neutral"
  }})
  read_search = {{
    search_key   = "code"
    search_value = "{{id}}"
    results_key  = "data"
    query_string = format("criteria=Agente%%20%04d", count.index)
  }}
  ignore_server_additions = true
}}
"""
_FILLED = {
    "source": _SOURCE,
    "token": ACCOUNT["ASSISTAI_API_TOKEN"],
    "tenant": ACCOUNT["ASSISTAI_TENANT_DOMAIN"],
    "organization": ACCOUNT["ASSISTAI_ORGANIZATION_CODE"],
    "instructions": INSTRUCTIONS,
}


class OpenTofu:
    """`tofu`, with the provider that is on PATH.

    Args:
        rate: highest number of requests a second, which must be set by hand. The default is more than it ever sends.
    """

    name = "OpenTofu, restapi"

    def __init__(self, rate: float = 100_000) -> None:
        self._rate = rate

    @contextmanager
    def begin(self, case: Case, api: BusyApi) -> Iterator[Work]:
        """Write the configuration."""
        with tempfile.TemporaryDirectory(prefix="assistai-bench-") as folder:
            yield OpenTofuWork(case, api.url, Path(folder), self._rate)


class OpenTofuWork:
    """A configuration with its state."""

    def __init__(self, case: Case, url: str, directory: Path, rate: float) -> None:
        self._case = case
        self._url = url
        self._rate = rate
        self._directory = directory
        provider = shutil.which(PROVIDER)
        assert provider is not None, "a machine without the provider has no such contestant"
        settings = directory / "cli.tfrc"
        # It replaces an installation from a registry, and needs no `tofu init`.
        settings.write_text(
            f'provider_installation {{ dev_overrides {{ "{_SOURCE}" = "{Path(provider).parent}" }} }}\n'
        )
        self._environment = {**_environment(), "TF_CLI_CONFIG_FILE": str(settings)}
        self._write(edited=False)

    def do(self, operation: str) -> None:
        """Run the command. A plan and an apply read every agent first."""
        if operation == "edit":
            self._write(edited=True)
        command = [TOFU, *_COMMANDS[operation], f"-parallelism={self._case.parallel}", "-input=false", "-no-color"]
        done = subprocess.run(
            command, cwd=self._directory, env=self._environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)} failed: {done.stdout}{done.stderr}")

    def _write(self, *, edited: bool) -> None:
        filled = {**_FILLED, "url": self._url, "rate": self._rate, "agents": self._case.agents}
        text = _CONFIGURATION.format(edited=0 if edited else -1, **filled)
        (self._directory / "main.tf").write_text(text, encoding="utf-8")


def is_there() -> bool:
    """Return whether both are on PATH."""
    return shutil.which(TOFU) is not None and shutil.which(PROVIDER) is not None


def version() -> str:
    """Return the version of `tofu`."""
    found = subprocess.run([TOFU, "version", "-json"], capture_output=True, text=True, check=True, env=_environment())
    return str(json.loads(found.stdout)["terraform_version"])


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
