"""The pipeline of GitLab CI: its scripts as written, and what it asks of GitLab."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.ci.conftest import Repository
from tests.ci.gitlab import TOKEN, GitLab, serving
from tests.conftest import needs_pulumi
from tests.shell import run_script

AGAIN = "Open a merge request, an empty commit is enough: its preview is of what is merged and deployed by now."
MARKER = "<!-- assistai report of production -->"


@pytest.fixture
def gitlab() -> Iterator[GitLab]:
    with serving() as running:
        yield running


class Pipeline:
    """The jobs of a repository's pipeline."""

    def __init__(self, repository: Repository, gitlab: GitLab, **variables: str) -> None:
        text = (repository.directory / ".gitlab-ci.yml").read_text(encoding="utf-8")
        self._jobs: dict[str, Any] = yaml.safe_load(text)
        self._directory = repository.directory
        given = {"CI_API_V4_URL": gitlab.url, "CI_PROJECT_ID": "1", "GITLAB_TOKEN": TOKEN, "CI_COMMIT_SHA": "c0ffee"}
        self._environment = repository.environment | given | {"CI_MERGE_REQUEST_IID": "7"} | variables

    def run(self, name: str) -> tuple[int, str]:
        """Run the script of a job, without the setup that needs a registry, and return its status and its log."""
        job = self._jobs[name]
        whole = self._jobs.get(job.get("extends", ""), {}) | job
        return self.sh("\n".join(whole["script"]), **whole.get("variables", {}))

    def sh(self, script: str, **variables: str) -> tuple[int, str]:
        done = run_script(
            script,
            self._directory,
            self._environment | variables,
            shell=("bash", "-e", "-o", "pipefail", "-c"),
            timeout=240,
        )
        log = done.stdout + done.stderr
        assert TOKEN not in log
        return done.returncode, log

    def ask(self, command: str) -> tuple[int, str]:
        return self.sh(f".venv/bin/python ci/gitlab.py {command}", PULUMI_STACK="production")


@needs_pulumi
def test_a_merge_request_is_previewed_deployed_and_watched(stacked: Repository, gitlab: GitLab) -> None:
    pipeline = Pipeline(stacked, gitlab, **stacked.backend)
    assert pipeline.run("preview-production")[0] == 0
    [note] = gitlab.lists["merge_requests/7/notes"]
    assert note["body"].startswith(f"{MARKER}\n## Preview of `flota/production`")
    merge(gitlab, plan=(stacked.directory / "plan.json").read_bytes())
    (stacked.directory / "plan.json").unlink()
    status, log = pipeline.run("deploy-production")
    assert status == 0, log
    assert len(stacked.api.agents()) == 4
    stacked.api.edit(stacked.agent("Turnos")["code"], name="Citas")
    status, log = pipeline.run("drift-production")
    assert status == 0, log
    [issue] = gitlab.lists["issues"]
    assert (issue["title"], issue["state"], issue["confidential"]) == ("Drift in production", "opened", "true")
    assert "- Citas\n+ Turnos" in issue["description"]
    stacked.api.edit(stacked.agent("Citas")["code"], name="Turnos")
    assert pipeline.run("drift-production")[0] == 0
    assert issue["state"] == "closed"


def merge(gitlab: GitLab, *, plan: bytes | None) -> None:
    """Make commit c0ffee the merge of merge request 7, whose pipeline 3 has several jobs."""
    gitlab.lists["repository/commits/c0ffee/merge_requests"] = [{"iid": 7, "state": "merged"}]
    gitlab.lists["merge_requests/7/pipelines"] = [{"id": 3, "status": "success"}, {"id": 2, "status": "failed"}]
    names = ("check", "preview-staging", "preview-production")
    gitlab.lists["pipelines/3/jobs"] = [{"id": number, "name": name} for number, name in enumerate(names)]
    if plan is not None:
        gitlab.artifacts["jobs/2/artifacts/plan.json"] = plan


def test_a_comment_is_edited_in_place_and_no_other_one(made: Repository, gitlab: GitLab) -> None:
    pipeline = Pipeline(made, gitlab)
    others = [{"id": 1, "author": {"id": 9}, "body": f"{MARKER}\nAll is well."}]
    others += [{"id": number, "author": {"id": 5}, "body": "Something else."} for number in (2, 3)]
    gitlab.lists["merge_requests/7/notes"] = notes = [*others]
    for text in ("One.", "Two."):
        (made.directory / "report.md").write_text(text)
        assert pipeline.ask("comment") == (0, "")
    assert [note["body"].splitlines()[1:2] for note in notes] == [["All is well."], [], [], ["Two."]]
    assert notes[-1]["body"].endswith("\n\nCommit c0ffee\n")


def test_an_issue_is_opened_once_edited_and_closed(made: Repository, gitlab: GitLab) -> None:
    pipeline = Pipeline(made, gitlab)
    assert pipeline.ask("issue") == (0, "")
    assert "issues" not in gitlab.lists
    for text in ("One.", "Two."):
        (made.directory / "report.md").write_text(text)
        assert pipeline.ask("issue") == (0, "")
    [issue] = gitlab.lists["issues"]
    assert (issue["description"], issue["state"]) == ("Two.", "opened")
    (made.directory / "report.md").unlink()
    assert pipeline.ask("issue") == (0, "")
    assert issue["state"] == "closed"


def test_without_a_reviewed_plan_it_says_why_nothing_was_applied(made: Repository, gitlab: GitLab) -> None:
    pipeline = Pipeline(made, gitlab)

    def reason() -> str:
        status, log = pipeline.ask("plan")
        assert status == 1
        assert log.startswith("Nothing was applied: ")
        assert log.endswith(f". {AGAIN}\n")
        return log.removeprefix("Nothing was applied: ").removesuffix(f". {AGAIN}\n")

    assert reason() == "commit c0ffee comes from no merge request, so that no plan was reviewed"
    merge(gitlab, plan=None)
    assert reason() == "GitLab gives no plan of !7 (status 404): it is older than 30 days"
    del gitlab.lists["pipelines/3/jobs"][2]
    assert reason() == "the last pipeline of !7 has no preview of production: it got no variables"
    gitlab.lists["merge_requests/7/pipelines"].reverse()
    assert reason() == "the last pipeline of !7 did not succeed"
    assert not (made.directory / "plan.json").exists()


def test_the_checks_run_without_anything(made: Repository, gitlab: GitLab) -> None:
    status, log = Pipeline(made, gitlab).run("check")
    assert status == 0, log
    assert "no problems" in log
