"""`assistai new`, and `pulumi new` from the same templates."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from pulumi_assistai.cli.new.command import Template
from tests.cli.conftest import Assistai
from tests.conftest import needs_pulumi, unset_settings
from tests.engines import PASSPHRASE
from tests.waiting import DEADLINE

TEMPLATES = Path(__file__).parents[3] / "templates"
NAMES = [template.value for template in Template]
DESCRIPTION = 'Agentes: "los míos" #1'
EXPECTED = {"assistai": 5, "agency": 11}
"""Resources of each template's project."""

Make = Callable[[str, Path], None]


@pytest.fixture
def by_command(assistai: Assistai) -> Make:
    def make(template: str, directory: Path) -> None:
        options = ["--template", template, "--name", "mi-flota", "--description", DESCRIPTION]
        run = assistai("new", directory, *options)
        assert run.status == 0, run

    return make


@pytest.fixture
def by_pulumi(tmp_path: Path) -> Make:
    def make(template: str, directory: Path) -> None:
        home = {"PULUMI_HOME": str(tmp_path / "home"), "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE}
        (tmp_path / "backend").mkdir(exist_ok=True)
        flags = ["--generate-only", "--offline", "--yes", "--name", "mi-flota", "--description", DESCRIPTION]
        subprocess.run(
            ["pulumi", "new", str(TEMPLATES / template), "--dir", str(directory), *flags],
            env=os.environ | home | {"PULUMI_BACKEND_URL": (tmp_path / "backend").as_uri()},
            capture_output=True,
            check=True,
            timeout=DEADLINE,
        )

    return make


@pytest.fixture(params=[pytest.param("by_command"), pytest.param("by_pulumi", marks=needs_pulumi)])
def make(request: pytest.FixtureRequest) -> Make:
    made: Make = request.getfixturevalue(request.param)
    return made


def files(directory: Path) -> dict[str, str]:
    ignored = {"__pycache__", ".sandbox", ".pytest_cache"}
    return {
        str(path.relative_to(directory)): path.read_text(encoding="utf-8")
        for path in directory.rglob("*")
        if path.is_file() and not ignored & set(path.parts)
    }


@pytest.mark.parametrize("template", NAMES)
def test_a_new_project_is_checked_previewed_and_tested_as_it_is(
    template: str, make: Make, tmp_path: Path, assistai: Assistai, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = tmp_path / "mi-flota"
    make(template, directory)
    unset_settings(monkeypatch)
    monkeypatch.chdir(directory)
    checked = assistai("check")
    assert (checked.status, "no problems" in checked.out) == (0, True), checked
    previewed = assistai("sandbox", "preview")
    assert previewed.status == 0, previewed
    assert f"+ {EXPECTED[template]} to create" in previewed.out
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    tested = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=DEADLINE, check=False)
    assert tested.returncode == 0, tested.stdout
    assert " passed" in tested.stdout


@needs_pulumi
@pytest.mark.parametrize("template", NAMES)
def test_both_write_the_same(template: str, by_command: Make, by_pulumi: Make, tmp_path: Path) -> None:
    by_command(template, tmp_path / "ours")
    by_pulumi(template, tmp_path / "theirs")
    ours, theirs = files(tmp_path / "ours"), files(tmp_path / "theirs")
    one, other = (yaml.safe_load(made.pop("Pulumi.yaml")) for made in (ours, theirs))
    assert ours == theirs
    # Pulumi notes where the template was, for its own service.
    assert other.pop("config") == {"pulumi:tags": {"value": {"pulumi:template": str(TEMPLATES / template)}}}
    assert one == other
    assert one["runtime"] == {"name": "python", "options": {"toolchain": "uv"}}


def test_names_stand_where_the_template_asks_for_them(by_command: Make, tmp_path: Path) -> None:
    by_command("agency", tmp_path / "flota")
    made = files(tmp_path / "flota")
    assert made["README.md"].startswith(f"# mi-flota\n\n{DESCRIPTION}\n")
    assert 'name = "mi-flota"' in made["pyproject.toml"]
    assert yaml.safe_load(made["Pulumi.yaml"])["description"] == DESCRIPTION
    assert not [name for name, content in made.items() if "${PROJECT}" in content or "${DESCRIPTION}" in content]
    assert ".venv/" in made[".gitignore"]


def test_the_folder_names_the_project_and_the_next_command_is_told(
    assistai: Assistai, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    assert assistai("new", tmp_path / "ventas").lines == [
        f"Created project ventas: {len(files(TEMPLATES / 'assistai'))} files in {tmp_path / 'ventas'}",
        f"Next: cd {tmp_path / 'ventas'} && assistai sandbox preview",
        "README.md has the other commands.",
    ]
    (tmp_path / "aqui" / ".venv").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "aqui")
    assert assistai("new", ".").lines[1] == "Next: assistai sandbox preview"


def test_without_an_activated_environment_the_next_command_works_too(tmp_path: Path) -> None:
    (tmp_path / "flota").mkdir()
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "flota" / ".venv").symlink_to(sys.prefix)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ASSISTAI_", "PULUMI_"))}

    def run(command: str, directory: Path) -> str:
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=directory,
            env=environment | {"PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    here = run(".venv/bin/assistai new .", tmp_path / "flota").splitlines()[1]
    assert here == "Next: .venv/bin/assistai sandbox preview"
    there = run(".venv/bin/assistai new 'otra' --template agency", tmp_path).splitlines()[1]
    assert there == f"Next: cd otra && {tmp_path}/.venv/bin/assistai sandbox preview"
    assert "11 to create" in run(there.removeprefix("Next: "), tmp_path)


def test_nothing_is_overwritten(assistai: Assistai, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("Mine.")
    run = assistai("new", tmp_path, "--name", "flota")
    said = f"error: {tmp_path} already has README.md; choose another folder, or move them away\n"
    assert (run.status, run.err) == (1, said)
    assert files(tmp_path) == {"README.md": "Mine."}
    assert (
        assistai("new", tmp_path / "README.md", "--name", "flota").err
        == f"error: {tmp_path}/README.md is not a folder; choose another one\n"
    )


@pytest.mark.parametrize("name", ["mi flota", "-flota", "flota.", "ñ", "x" * 101])
def test_a_name_that_no_project_can_have_is_refused(assistai: Assistai, tmp_path: Path, name: str) -> None:
    run = assistai("new", tmp_path, f"--name={name}")
    assert (run.status, run.err) == (
        1,
        f"error: {name} is not a valid project name; use --name with letters, digits, dots, hyphens and underscores\n",
    )
    assert files(tmp_path) == {}


def test_the_templates_lie_in_the_wheel(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=TEMPLATES.parent, check=True, capture_output=True, timeout=DEADLINE)
    [wheel] = tmp_path.glob("*.whl")
    packed = {name.removeprefix("pulumi_assistai/templates/") for name in zipfile.ZipFile(wheel).namelist()}
    assert {f"{name}/Pulumi.yaml" for name in NAMES} < packed
    assert {"assistai/.gitignore", "agency/.github/workflows/deploy.yml", "agency/.gitlab-ci.yml"} < packed
