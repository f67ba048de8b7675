"""The files of the pipelines: the same everywhere, pinned, and without what linters find."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from tests.ci.github import NOT_RUN

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "examples" / "ci"
WORKFLOWS = sorted((SOURCE / ".github" / "workflows").glob("*.yml"))
PIPELINE = yaml.safe_load((SOURCE / ".gitlab-ci.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("template", ["assistai", "agency"])
def test_the_templates_have_the_same_files(template: str) -> None:
    files = [path for path in SOURCE.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert len(files) == 10
    for file in files:
        copy = ROOT / "templates" / template / file.relative_to(SOURCE)
        assert copy.read_text(encoding="utf-8") == file.read_text(encoding="utf-8"), copy


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_and_the_token_may_do_nothing_that_no_job_asks_for(workflow: Path) -> None:
    text = workflow.read_text(encoding="utf-8")
    for action, comment in re.findall(r"uses: (\S+)(.*)", text):
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action), action
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment), action
    document = yaml.safe_load(text)
    assert document["permissions"] == {}
    assert "concurrency" in document
    assert "pull_request_target" not in text
    writing = {f"{name}: {right}" for job in document["jobs"].values() for name, right in job["permissions"].items()}
    allowed = {"preview.yml": {"pull-requests: write"}, "drift.yml": {"issues: write"}}.get(workflow.name, set())
    assert {right for right in writing if "write" in right} == allowed


def test_the_job_that_writes_comments_runs_nothing_of_the_pull_request() -> None:
    jobs = yaml.safe_load((SOURCE / ".github" / "workflows" / "preview.yml").read_text(encoding="utf-8"))["jobs"]
    writing = [name for name, job in jobs.items() if "write" in job["permissions"].values()]
    assert writing == ["comment"]
    assert not [step for step in jobs["comment"]["steps"] if "actions/checkout" in step.get("uses", "")]


def test_every_shell_step_runs_in_a_test_but_those_that_are_named() -> None:
    steps = [
        step
        for workflow in WORKFLOWS
        for job in yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"].values()
        for step in job["steps"]
        if "run" in step
    ]
    assert {step["name"] for step in steps if step["name"] in NOT_RUN} == set(NOT_RUN)
    assert PIPELINE["default"]["before_script"][-1] == NOT_RUN["Set up the project"]
    assert sorted(name for name, job in PIPELINE.items() if "script" in job) == [
        ".deploy",
        ".drift",
        ".preview",
        "check",
    ]


def test_deploys_of_one_stack_do_not_overlap() -> None:
    deploy = yaml.safe_load((SOURCE / ".github" / "workflows" / "deploy.yml").read_text(encoding="utf-8"))
    assert deploy["concurrency"] == {"group": "deploy", "cancel-in-progress": False}
    for name in [name for name in PIPELINE if name.startswith("deploy-")]:
        assert PIPELINE[name]["resource_group"] == PIPELINE[name]["variables"]["PULUMI_STACK"]
