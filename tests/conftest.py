"""The pieces of a real run: an emulator with its data, a project directory, a stack on an engine."""

from __future__ import annotations

import os
import shutil
import signal
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pulumi_assistai.client import Client
from pulumi_assistai.emulator import Emulator
from pulumi_assistai.settings import Settings
from pulumi_assistai.testing import Api
from tests.engines import ENGINES, PASSPHRASE, Engine, Outcome, has_pulumi, open_stack

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell that runs tests in its background has them, and all that they start, ignore interrupts.
    signal.signal(signal.SIGINT, signal.default_int_handler)

needs_pulumi = pytest.mark.skipif(not has_pulumi(), reason="no `pulumi` on PATH")

needs_yaml = pytest.mark.skipif(
    not has_pulumi() or shutil.which("pulumi-language-yaml") is None, reason="no `pulumi` for YAML programs on PATH"
)


@pytest.fixture(autouse=True)
def own_journal(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each test have a journal of creations of its own, and leave the user's alone."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))


class Project:
    """A project directory with one stack, on one engine."""

    def __init__(self, engine: str, directory: Path, environment: dict[str, str]) -> None:
        self.directory = directory
        self.environment = environment
        self._engine = engine
        self._stack: Engine | None = None

    def write(self, program: str) -> None:
        """Write the program; `pulumi` and `assistai` are imported for it."""
        imports = "import pulumi\nimport pulumi_assistai as assistai\n"
        (self.directory / "__main__.py").write_text(imports + textwrap.dedent(program), encoding="utf-8")

    def configure(self, **values: Any) -> None:
        """Write the stack configuration, below `assistai:`."""
        lines = [f"  assistai:{key}: {value}" for key, value in values.items()]
        (self.directory / "Pulumi.dev.yaml").write_text("\n".join(["config:", *lines, ""]), encoding="utf-8")

    @property
    def stack(self) -> Engine:
        if self._stack is None:
            self._stack = open_stack(self._engine, self.directory, self.environment)
        return self._stack

    def reopen(self, **environment: str) -> None:
        """Go on with other environment variables."""
        self.environment |= environment
        self._stack = None

    def run(self, verb: str, *flags: str) -> Outcome:
        return self.stack.run(verb, *flags)

    def up(self, program: str | None = None) -> Outcome:
        """Run `up` and require that it succeeds."""
        if program is not None:
            self.write(program)
        outcome = self.run("up")
        assert outcome.ok, outcome.text
        return outcome

    def fails(self, verb: str, *flags: str) -> str:
        """Run `verb`, require that it fails, and return what it said."""
        outcome = self.run(verb, *flags)
        assert not outcome.ok, outcome.text
        return outcome.text

    def state(self) -> dict[str, dict[str, Any]]:
        """Return the resources in the state by their names."""
        resources = self.stack.export()["deployment"].get("resources") or []
        return {resource["urn"].rpartition("::")[2]: resource for resource in resources}

    def outputs(self, name: str) -> dict[str, Any]:
        outputs: dict[str, Any] = self.state()[name]["outputs"]
        return outputs


class YamlProject(Project):
    """A project with a YAML program, or with a Python one after all, on the real CLI."""

    def write_yaml(self, program: str) -> None:
        text = f"name: trial\nruntime: yaml\n{textwrap.dedent(program)}"
        (self.directory / "Pulumi.yaml").write_text(text, encoding="utf-8")

    def write_python(self, program: str) -> None:
        (self.directory / "Pulumi.yaml").write_text("name: trial\nruntime: python\n", encoding="utf-8")
        self.write(program)


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(qr_lifetime=0, faults=True) as running:
        yield running


@pytest.fixture
def api(emulator: Emulator) -> Api:
    return Api(emulator.url)


def settings_for(url: str, **others: Any) -> Settings:
    account = {"api_token": "sandbox-token", "tenant_domain": "sandbox", "organization_code": "SANDBOX"}
    return Settings.load(account | {"base_url": url} | others, {}, {})


@pytest.fixture
def client(emulator: Emulator) -> Iterator[Client]:
    with Client(settings_for(emulator.url)) as opened:
        yield opened


@pytest.fixture
def environment(emulator: Emulator) -> dict[str, str]:
    return emulated(emulator.url)


def emulated(url: str) -> dict[str, str]:
    """Return what a program needs to reach an emulator, on top of this process's environment."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("ASSISTAI_", "PULUMI_"))}
    return inherited | {
        "ASSISTAI_BASE_URL": url,
        "ASSISTAI_API_TOKEN": "sandbox-token",
        "ASSISTAI_TENANT_DOMAIN": "sandbox",
        "ASSISTAI_ORGANIZATION_CODE": "SANDBOX",
        "ASSISTAI_GRACE_PERIOD": "0",
        "ASSISTAI_SETTLE_TIME": "0.2",
        "ASSISTAI_TIMEOUT": "5",
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
    }


@pytest.fixture(params=[pytest.param(engine, marks=needs_pulumi if engine == "pulumi" else ()) for engine in ENGINES])
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def project(engine: str, tmp_path: Path, environment: dict[str, str]) -> Project:
    """Return an empty project; a test that takes it runs once on each engine."""
    (tmp_path / "Pulumi.yaml").write_text("name: trial\nruntime: python\n", encoding="utf-8")
    return Project(engine, tmp_path, environment)


@pytest.fixture(params=[pytest.param("pulumi", marks=needs_yaml)])
def yaml_project(request: pytest.FixtureRequest, tmp_path: Path, environment: dict[str, str]) -> YamlProject:
    """Return an empty project with a YAML program; a test that takes it runs on the real CLI alone."""
    (tmp_path / "Pulumi.yaml").write_text("name: trial\nruntime: yaml\n", encoding="utf-8")
    return YamlProject(request.param, tmp_path, environment)
