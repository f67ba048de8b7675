"""The workflows of GitHub Actions, their shell steps as written, from the first pull request to a rollback."""

from __future__ import annotations

from pathlib import Path

from tests.ci.conftest import Repository, needs_jq
from tests.ci.github import GitHub
from tests.conftest import needs_pulumi
from tests.test_docs_of_state import commands

_, _, REPAIR, REVERT, _ = commands("docs/ci.md")
AGAIN = "Open a pull request, an empty commit is enough: its preview is of what is merged and deployed by now."


def without_slow_tests(stacked: Repository) -> None:
    """Leave the project one test that takes no time."""
    (stacked.directory / "test_agents.py").write_text("def test_nothing() -> None:\n    pass\n")


def start(github: GitHub) -> None:
    """Review and merge the first pull request, which creates everything."""
    github.commit("Start")
    github.git("checkout", "--quiet", "-b", "start")
    head = github.commit("Declare the agents")
    assert github.pull_request(head)["preview"].result == "success"
    deployed = github.merge(head)
    assert deployed.result == "success", deployed.log


def branch(github: GitHub, name: str) -> None:
    github.git("checkout", "--quiet", "-b", name, "main")


@needs_jq
@needs_pulumi
def test_from_the_first_pull_request_to_a_rollback(github: GitHub, stacked: Repository) -> None:
    start(github)
    assert sorted(agent["name"] for agent in stacked.api.agents()) == ["Pedidos", "Reclamos", "Seguros", "Turnos"]
    stacked.writes()
    review_and_deploy(github, stacked)
    stacked.api.edit(stacked.agent("Seguros")["code"], description="Del panel")
    find_drift(github, ["issue list", "issue create"])
    roll_back(github, stacked)
    find_drift(github, ["issue list", "issue edit"])
    repair(github, stacked)


def review_and_deploy(github: GitHub, stacked: Repository) -> None:
    """Require one comment that is edited in place, and that the merge applies what it showed, and nothing else."""
    branch(github, "prompt")
    without_slow_tests(stacked)
    for old, new in (("Pregunta qué", "Pregunta con calma qué"), ("con calma", "con mucha calma")):
        stacked.edit("panaderia/pedidos.md", old, new)
        head = github.commit("Ask slowly")
        jobs = github.pull_request(head)
        assert [jobs[name].result for name in ("check", "preview", "comment")] == ["success"] * 3, jobs
        assert stacked.writes() == []
    [comment] = [one["body"] for one in github.forge["comments"]]
    assert comment.startswith("<!-- assistai report of production -->\n## Preview of `flota/production`")
    assert "`panaderia-pedidos`" in comment
    assert "mucha" in comment
    assert comment.endswith(f"\n\nCommit {head}\n")
    deployed = github.merge(head)
    assert deployed.result == "success", deployed.log
    assert stacked.writes() == [f"PATCH /api/v1/agents/{stacked.agent('Pedidos')['code']}"]
    assert "Pregunta con mucha calma" in stacked.agent("Pedidos")["instructions"]
    assert "-token" not in deployed.log + comment


def find_drift(github: GitHub, calls: list[str]) -> None:
    """Require one issue that says what was edited."""
    before = len(github.forge["calls"])
    job = github.run("drift.yml")["drift"]
    assert job.result == "success", job.log
    assert github.forge["calls"][before:] == calls
    [issue] = github.forge["issues"]
    assert (issue["title"], issue["state"]) == ("Drift in production", "open")
    assert "- Del panel\n+ Dice qué seguros se aceptan" in issue["body"]
    assert "### PANADERIA" not in issue["body"]


def roll_back(github: GitHub, stacked: Repository) -> None:
    """Require that reverting the merge brings the prompt back, and leaves what was edited in AssistAI."""
    branch(github, "rollback")
    stacked.sh(REVERT)
    head = github.git("rev-parse", "HEAD")
    assert github.pull_request(head)["preview"].result == "success"
    deployed = github.merge(head)
    assert deployed.result == "success", deployed.log
    assert stacked.writes() == [f"PATCH /api/v1/agents/{stacked.agent('Pedidos')['code']}"]
    assert "Pregunta qué" in stacked.agent("Pedidos")["instructions"]
    assert stacked.agent("Seguros")["description"] == "Del panel"


def repair(github: GitHub, stacked: Repository) -> None:
    """Require that the command of docs/ci.md overwrites the edit, and that the next night closes the issue."""
    stacked.sh(REPAIR, **stacked.backend)
    assert stacked.agent("Seguros")["description"] == "Dice qué seguros se aceptan"
    assert github.run("drift.yml")["drift"].result == "success"
    assert [issue["state"] for issue in github.forge["issues"]] == ["closed"]


@needs_jq
@needs_pulumi
def test_a_plan_that_does_not_fit_changes_nothing_and_shows_no_secret(github: GitHub, stacked: Repository) -> None:
    without_slow_tests(stacked)
    stacked.edit("__main__.py", '"cierre": facts["cierre"]}', '"cierre": facts["cierre"], "clave": clave()}')
    secret = '\n\ndef clave() -> pulumi.Output[str]:\n    return pulumi.Output.secret(open("clave").read())\n'
    stacked.edit("__main__.py", "config = pulumi.Config()\n", f"config = pulumi.Config()\n{secret}\n")
    stacked.edit("clinica/seguros.md", '{% include "cortesia.md" %}', "Tu clave: {{ clave }}")
    (stacked.directory / "clave").write_text("canary-old")
    start(github)
    stacked.writes()
    branch(github, "one")
    stacked.edit("panaderia/pedidos.md", "Pregunta qué", "Di qué")
    (stacked.directory / "clave").write_text("canary-reviewed")
    head = github.commit("Change a secret")
    assert github.pull_request(head)["preview"].result == "success"
    github.git("checkout", "--quiet", "main")
    (stacked.directory / "clave").write_text("canary-old")
    stacked.edit("clinica/turnos.md", "Agendas", "Apartas")
    github.commit("Not reviewed")
    refused = github.merge(head)
    assert refused.result == "failure"
    assert "The plan that was reviewed does not fit what is merged and deployed by now:\n- clinica" in refused.log
    assert f"Nothing was applied.\n{AGAIN}" in refused.log
    assert "canary" not in refused.log
    assert stacked.writes() == []


@needs_jq
@needs_pulumi
def test_without_a_reviewed_plan_nothing_is_deployed(github: GitHub, stacked: Repository) -> None:
    without_slow_tests(stacked)
    pushed = github.commit("Start")
    job = github.push()
    assert job.result == "failure"
    assert f"::error::Nothing was applied: commit {pushed} comes from no pull request" in job.log
    branch(github, "broken")
    stacked.edit("panaderia/pedidos.md", "---\n\nEres", "---\n\n{{ nada }} Eres")
    head = github.commit("Break it")
    jobs = github.pull_request(head)
    assert [jobs[name].result for name in ("check", "preview", "comment")] == ["failure", "skipped", "skipped"]
    assert f"no preview of commit {head} succeeded. {AGAIN}" in github.merge(head).log
    assert stacked.writes() == []


@needs_jq
@needs_pulumi
def test_a_preview_that_fails_is_commented_on(github: GitHub, stacked: Repository) -> None:
    without_slow_tests(stacked)
    github.commit("Start")
    branch(github, "same")
    stacked.edit("__main__.py", "    fleet = ", '    pulumi.log.error("Se acabó el pan.")\n    fleet = ')
    jobs = github.pull_request(github.commit("Fail"))
    assert jobs["preview"].result == "failure"
    assert jobs["comment"].result == "success", jobs["comment"].log
    [comment] = github.forge["comments"]
    assert "Se acabó el pan." in comment["body"]


@needs_jq
def test_a_pull_request_without_secrets_is_checked_and_not_previewed(made: Repository, tmp_path: Path) -> None:
    fork = GitHub(made.directory, tmp_path / "github", made.environment)
    head = fork.commit("Start")
    jobs = fork.pull_request(head)
    assert {name: job.result for name, job in jobs.items()} == {
        "check": "success",
        "preview": "skipped",
        "comment": "skipped",
    }
    assert "no problems" in jobs["check"].log
    assert "3 passed" in jobs["check"].log
    assert "::notice::This pull request gets no secrets" in jobs["check"].log
    assert "run 1 has no plan of production: it got no secrets" in fork.merge(head).log


@needs_jq
def test_a_comment_of_somebody_else_is_left_alone(made: Repository, tmp_path: Path) -> None:
    github = GitHub(made.directory, tmp_path / "github", made.environment)
    planted = {"id": 1, "user": {"login": "mallory"}, "body": "<!-- assistai report of production -->\nAll is well."}
    github.knows(comments=[planted])
    github.contexts |= {"github.event.pull_request.number": "7", "github.event.pull_request.head.sha": "c0ffee"}
    for text in ("One.", "Two."):
        github.publish(1, "report-production", {"report.md": text})
        job = github.run_job("preview.yml", "comment", 1)
        assert job.result == "success", job.log
    assert [one["body"].splitlines()[1] for one in github.forge["comments"]] == ["All is well.", "Two."]
    assert "pr comment" in github.forge["calls"]


@needs_jq
@needs_pulumi
def test_a_nightly_preview_that_fails_opens_no_issue_and_says_why(github: GitHub, stacked: Repository) -> None:
    stacked.edit("__main__.py", "    fleet = ", '    raise ValueError("Se acabó el pan.")\n    fleet = ')
    connection = {"ASSISTAI_API_TOKEN": "panaderia-token", "ASSISTAI_TENANT_DOMAIN": "panaderia"}
    job = github.run("drift.yml", ASSISTAI_ORGANIZATION_CODE="PANADERIA", **connection)["drift"]
    assert job.result == "failure"
    assert "Se acabó el pan." in job.log
    assert github.forge["calls"] == []
