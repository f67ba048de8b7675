"""`assistai plugin`: what is in its tarballs starts the native provider, or says what is missing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from pulumi_assistai.cli.plugin.launchers import launchers
from pulumi_assistai.keys import PLUGIN
from pulumi_assistai.native.servicer import own_version
from tests.cli.conftest import Assistai
from tests.conftest import Api, YamlProject, needs_pulumi
from tests.waiting import DEADLINE

VERSION = own_version()
PLATFORMS = ("darwin-amd64", "darwin-arm64", "linux-amd64", "linux-arm64", "windows-amd64", "windows-arm64")
posix = pytest.mark.skipif(sys.platform == "win32", reason="starts a shell script")


def unpacked(file: Path, folder: Path) -> Path:
    with tarfile.open(file) as tarball:
        assert tarball.getnames() == [PLUGIN, f"{PLUGIN}.cmd"]
        tarball.extractall(folder, filter="data")
    return folder / PLUGIN


def first_line(launcher: Path, **environment: str) -> str:
    """Start a launcher, and return the first line that it prints; the process is killed then."""
    process = subprocess.Popen([str(launcher), "127.0.0.1:1x"], env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        return process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait(DEADLINE)


def write(launcher: Path, python: str) -> Path:
    launcher.write_text(launchers(python)[PLUGIN], encoding="utf-8")
    launcher.chmod(0o755)
    return launcher


def test_there_is_a_tarball_for_each_platform_the_same_whenever_it_is_made(assistai: Assistai, tmp_path: Path) -> None:
    files = [tmp_path / "out" / f"{PLUGIN}-v{VERSION}-{platform}.tar.gz" for platform in PLATFORMS]
    done = assistai("plugin", "package", "--out", tmp_path / "out")
    assert (done.status, done.out.split()) == (0, [str(file) for file in files])
    before = [file.read_bytes() for file in files]
    assert len(set(before)) == 1
    assistai("plugin", "package", "-o", tmp_path / "out")
    assert [file.read_bytes() for file in files] == before


@posix
def test_the_launcher_of_a_release_runs_what_is_on_path(assistai: Assistai, tmp_path: Path) -> None:
    assistai("plugin", "package", "--out", tmp_path)
    launcher = unpacked(tmp_path / f"{PLUGIN}-v{VERSION}-linux-amd64.tar.gz", tmp_path)
    assert str(Path(sys.executable).parent) not in launcher.read_text()
    assert first_line(launcher, PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}").isdecimal()


@posix
def test_the_launcher_of_an_environment_runs_it_whatever_is_on_path(tmp_path: Path) -> None:
    assert first_line(write(tmp_path / "launcher", sys.executable), PATH="/usr/bin:/bin").isdecimal()


@posix
def test_where_its_environment_is_gone_it_runs_the_one_on_path(tmp_path: Path) -> None:
    folder = tmp_path / 'it\'s a "folder" $HOME'
    folder.mkdir()
    launcher = write(folder / "launcher", str(folder / "python"))
    assert first_line(launcher, PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}").isdecimal()


@posix
@pytest.mark.parametrize("python", ["", "/nowhere/python"])
def test_where_there_is_none_it_says_what_to_do(tmp_path: Path, python: str) -> None:
    launcher = write(tmp_path / "launcher", python)
    done = subprocess.run(
        [str(launcher)], env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False, timeout=DEADLINE
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"{PLUGIN}: no environment has pulumi_assistai: run pip install pulumi-assistai where the Pulumi CLI runs, "
        "and assistai plugin install in that environment\n"
    )


def test_without_the_cli_it_says_how_to_get_it(assistai: Assistai, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    done = assistai("plugin", "install")
    assert done.status == 1
    assert done.err == (
        "error: no `pulumi` on PATH: install the Pulumi CLI (https://www.pulumi.com/docs/install/); "
        "without the cache it finds pulumi-resource-assistai on PATH\n"
    )


@needs_pulumi
def test_a_failure_of_the_cli_is_one_line(assistai: Assistai, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("no folder")
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    done = assistai("plugin", "install")
    assert done.status == 1
    assert done.err.startswith("error: `pulumi plugin install` failed: ")
    assert done.err.count("\n") == 1


def test_an_installed_plugin_is_used_without_a_warning(
    assistai: Assistai, yaml_project: YamlProject, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_HOME", str(yaml_project.directory / ".pulumi-home"))
    done = assistai("plugin", "install")
    assert (done.status, done.out) == (0, f"installed the plugin assistai v{VERSION}; it runs {sys.executable}\n"), (
        done.err
    )
    yaml_project.reopen(PULUMI_IGNORE_AMBIENT_PLUGINS="true")
    yaml_project.write_yaml('resources: {ventas: {type: "assistai:Agent", properties: {name: Ventas}}}')
    assert "warning" not in yaml_project.up().text
    assert [agent["name"] for agent in api.agents()] == ["Ventas"]
    assert yaml_project.run("destroy").ok
    assert "resources" not in json.dumps(yaml_project.state())
