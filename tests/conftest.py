"""The pieces of a real run: an emulator with its data, a project directory, a stack on an engine."""

from __future__ import annotations

import os
import shutil
import signal
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pulumi_assistai.client import Client
from pulumi_assistai.emulator import Emulator
from pulumi_assistai.native.names import in_words
from pulumi_assistai.settings import Settings
from pulumi_assistai.testing import Api
from tests import native_sdk
from tests.engines import PASSPHRASE, Engine, Outcome, has_pulumi, open_stack
from tests.forks import use_forks
from tests.measuring import stop_measuring_children

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell that runs tests in its background has them, and all that they start, ignore interrupts.
    signal.signal(signal.SIGINT, signal.default_int_handler)

needs_pulumi = pytest.mark.skipif(not has_pulumi(), reason="no `pulumi` on PATH")

needs_yaml = pytest.mark.skipif(
    not has_pulumi() or shutil.which("pulumi-language-yaml") is None, reason="no `pulumi` for YAML programs on PATH"
)

NATIVE = "-native"
"""Ends the name of an engine on which programs declare native resources."""

DYNAMICALLY = ["embedded", pytest.param("pulumi", marks=needs_pulumi)]
ALL_WAYS = [*DYNAMICALLY, f"embedded{NATIVE}", pytest.param(f"pulumi{NATIVE}", marks=needs_pulumi)]
ALL_ASKED = os.environ.get("ASSISTAI_TEST_NATIVE") == "all"

EITHER_WAY = ALL_WAYS if ALL_ASKED else ALL_WAYS[:3]
"""The engines of tests that are always played with native resources too; on the Pulumi CLI as asked."""

AS_ASKED = ALL_WAYS if ALL_ASKED else DYNAMICALLY
"""The engines of tests that are played with native resources where ASSISTAI_TEST_NATIVE=all asks for that."""


def with_engines(values: Iterable[Any], always: Any) -> list[Any]:
    """Return each value with the engines that it is played on: `always` either way, the others as asked."""
    pairs = [(value, engine) for value in values for engine in (EITHER_WAY if value == always else AS_ASKED)]
    return [_with_engine(value, engine) for value, engine in pairs]


def _with_engine(value: Any, engine: Any) -> Any:
    if isinstance(engine, str):
        return pytest.param(engine, value)
    return pytest.param(*engine.values, value, marks=engine.marks)


@pytest.fixture(scope="session", autouse=True)
def _children_are_not_measured() -> None:
    stop_measuring_children()


@pytest.fixture(autouse=True)
def own_journal(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each test have a journal of creations of its own, and leave the user's alone."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))


@pytest.fixture(autouse=True)
def interpreters_are_forks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the engine of this process fork programs and providers instead of starting them."""
    use_forks(monkeypatch)


class Project:
    """A project directory with one stack, on one engine.

    Args:
        engine: an engine; with NATIVE at its end, the programs declare native resources.
        directory: the folder.
        environment: of the programs.
    """

    def __init__(self, engine: str, directory: Path, environment: dict[str, str]) -> None:
        self.directory = directory
        self.environment = environment
        self.native = engine.endswith(NATIVE)
        self._engine = engine.removesuffix(NATIVE)
        self._stack: Engine | None = None

    def write(self, program: str) -> None:
        """Write the program; `pulumi` and `assistai` are imported for it."""
        module = native_sdk.__name__.rpartition(".")[2] if self.native else "pulumi_assistai"
        if self.native:
            shutil.copy(native_sdk.__file__, self.directory)
        imports = f"import pulumi\nimport {module} as assistai\n"
        (self.directory / "__main__.py").write_text(imports + textwrap.dedent(program), encoding="utf-8")

    def words(self, message: str) -> str:
        """Return a message as the provider of the resources puts it."""
        return in_words(message) if self.native else message

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


def unset_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the settings of this package and of Pulumi out of this process's environment."""
    for name in [name for name in os.environ if name.startswith(("ASSISTAI_", "PULUMI_"))]:
        monkeypatch.delenv(name)


@pytest.fixture(params=DYNAMICALLY)
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
