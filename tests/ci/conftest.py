"""A project of the template for agencies in a repository, with an emulator of its clients' organizations."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pulumi_assistai.emulator import Account, Emulator
from pulumi_assistai.testing import Api
from tests.ci.github import GitHub
from tests.conftest import emulated
from tests.shell import BASH, require_success, run_script
from tests.test_docs_of_state import commands

TEMPLATE = Path(__file__).parents[2] / "templates" / "agency"
CLIENTS = ("panaderia", "clinica")
BRANCH = ["-c", "init.defaultBranch=main"]

needs_jq = pytest.mark.skipif(shutil.which("jq") is None, reason="no `jq` on PATH, in which `gh --jq` is imitated")


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    accounts = [Account(f"{client}-token", client, client.upper()) for client in CLIENTS]
    with Emulator(accounts=accounts, qr_lifetime=0, faults=True) as running:
        yield running


@dataclass
class Repository:
    """A repository, and what its jobs find on their machine.

    Attributes:
        directory: the folder that is checked out.
        environment: environment of the jobs.
        api: what AssistAI has.
        backend: what a person's shell has besides, to reach the stack.
    """

    directory: Path
    environment: dict[str, str]
    api: Api
    backend: dict[str, str]

    def sh(self, script: str, **environment: str) -> str:
        done = run_script(script, self.directory, self.environment | environment, shell=BASH, timeout=240)
        return require_success(script, done)

    def edit(self, file: str, old: str, new: str) -> None:
        text = (self.directory / file).read_text(encoding="utf-8")
        assert old in text
        (self.directory / file).write_text(text.replace(old, new), encoding="utf-8")

    def agent(self, name: str) -> dict[str, str]:
        [found] = [agent for agent in self.api.agents() if agent["name"] == name]
        return found

    def writes(self) -> list[str]:
        """Return the requests that changed an agent since the last time."""
        written = self.api.requests("POST", "PATCH", "DELETE")
        self.api.forget_requests()
        return written


def repository(tmp_path: Path, url: str) -> Repository:
    """Return an empty repository."""
    directory = tmp_path / "flota"
    directory.mkdir()
    subprocess.run(["git", *BRANCH, "init", "--quiet"], cwd=directory, check=True)
    with (directory / ".git" / "info" / "exclude").open("a") as exclude:
        exclude.write(".venv\n")
    (directory / ".venv").symlink_to(sys.prefix)
    (tmp_path / "backend").mkdir()
    inherited = {name: value for name, value in emulated(url).items() if not name.startswith(("ASSISTAI_", "PULUMI_"))}
    ours = {
        "ASSISTAI_BASE_URL": url,
        "ASSISTAI_GRACE_PERIOD": "0",
        "ASSISTAI_SETTLE_TIME": "0.2",
        "PATH": os.environ["PATH"],
        "PULUMI_HOME": str(tmp_path / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "1",
        **{f"GIT_{role}_NAME": "Ana" for role in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{role}_EMAIL": "ana@example.com" for role in ("AUTHOR", "COMMITTER")},
    }
    backend = {"PULUMI_BACKEND_URL": (tmp_path / "backend").as_uri(), "PULUMI_CONFIG_PASSPHRASE": "correct horse"}
    return Repository(directory, inherited | ours, Api(url), backend)


@pytest.fixture
def made(tmp_path: Path, emulator: Emulator) -> Repository:
    """The template's project as `assistai new` writes it."""
    found = repository(tmp_path, emulator.url)
    found.sh(".venv/bin/assistai new . --template agency")
    return found


@pytest.fixture
def new(tmp_path: Path, emulator: Emulator) -> Repository:
    """The template's project as `pulumi new` writes it, without a stack."""
    found = repository(tmp_path, emulator.url)
    command = f"pulumi new {TEMPLATE} --force --generate-only --offline --yes --name flota --description x"
    found.sh(command, **found.backend)
    # There is no registry to get packages from: Pulumi takes the environment of these tests.
    found.edit("Pulumi.yaml", "toolchain: uv", "toolchain: pip\n    virtualenv: .venv")
    return found


@pytest.fixture
def stacked(new: Repository) -> Repository:
    """The same with a stack, as docs/ci.md makes it."""
    set_up, *_ = commands("docs/ci.md")
    new.sh(set_up, PANADERIA_TOKEN="panaderia-token", CLINICA_TOKEN="clinica-token", **new.backend)
    return new


@pytest.fixture
def github(stacked: Repository, tmp_path: Path) -> GitHub:
    """The repository on GitHub, with the secrets and variables that docs/ci.md names."""
    found = GitHub(stacked.directory, tmp_path / "github", stacked.environment)
    found.contexts |= {
        "secrets.PULUMI_CONFIG_PASSPHRASE": stacked.backend["PULUMI_CONFIG_PASSPHRASE"],
        "vars.PULUMI_BACKEND_URL": stacked.backend["PULUMI_BACKEND_URL"],
    }
    return found
