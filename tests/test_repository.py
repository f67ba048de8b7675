"""What stands beside the code agrees with it."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from importlib.metadata import metadata, version
from pathlib import Path

import pytest

import pulumi_assistai
from tests.waiting import DEADLINE

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PIPELINES = (".github", "examples/ci/.github")
"""Workflows of this repository, and those that users copy."""

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_the_version_is_the_one_that_is_installed() -> None:
    assert pulumi_assistai.__version__ == version("pulumi-assistai")


def test_the_licence_is_named_where_a_package_index_looks_for_it() -> None:
    assert metadata("pulumi-assistai")["License-Expression"] == "Apache-2.0"
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_links_and_pictures_of_the_readme_work_on_a_package_index_too() -> None:
    text = str(metadata("pulumi-assistai").get_payload())
    found = re.findall(r"(!?)\[[^]]*\]\(([^)]*)\)", text)
    pictures = "https://raw.githubusercontent.com/pulumi-assistai/pulumi-assistai/main/docs/images/"
    assert [target for sign, target in found if sign and not target.startswith(pictures)] == []
    assert [target for _, target in found if not target.startswith("https://")] == []
    assert {sign for sign, _ in found} == {"", "!"}


def test_every_text_names_the_same_repository() -> None:
    texts = [
        ROOT / "SECURITY.md",
        ROOT / "pulumi_assistai/native/schema.py",
        *(ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"),
    ]
    for text in texts:
        for address in re.findall(r"https://github\.com/[\w.-]+/[\w.-]+", text.read_text(encoding="utf-8")):
            assert address == PROJECT["urls"]["Source"], text


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_to_a_commit(workflow: Path) -> None:
    used = re.findall(r"uses: (\S+)(.*)", workflow.read_text(encoding="utf-8"))
    assert used
    for action, comment in used:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action), action
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment), action


@pytest.mark.skipif(shutil.which("actionlint") is None, reason="actionlint is not on PATH")
@pytest.mark.parametrize("folder", PIPELINES, ids=str)
def test_actionlint_finds_nothing(folder: str) -> None:
    workflows = sorted((ROOT / folder / "workflows").glob("*.yml"))
    done = subprocess.run(["actionlint", *workflows], capture_output=True, text=True, check=False, timeout=DEADLINE)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.skipif(shutil.which("zizmor") is None, reason="zizmor is not on PATH")
@pytest.mark.parametrize("folder", PIPELINES, ids=str)
def test_zizmor_finds_nothing(folder: str) -> None:
    command = ["zizmor", "--offline", "--quiet", ROOT / folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=DEADLINE)
    assert done.returncode == 0, done.stdout
