"""GitHub Actions on this machine: the shell steps of workflows run as they are written; `gh` is that of gh.py."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.shell import BASH, run_script

NOT_RUN = {
    "Set up the project": "uv sync --locked",
}
"""Shell steps that are not run, and why: this one needs a package registry, and a release of this package there."""

TOOLS = ("actions/checkout", "astral-sh/setup-uv", "pulumi/actions")
"""Actions that set up what these tests have already."""

_EXPRESSION = re.compile(r"\$\{\{ (.+?) \}\}")


@dataclass
class Job:
    """How one job ended.

    Attributes:
        result: "success", "failure" or "skipped".
        log: all that its steps printed.
        outputs: its outputs.
    """

    result: str
    log: str = ""
    outputs: dict[str, str] = field(default_factory=dict)


class GitHub:
    """A repository on GitHub: a folder that is checked out, and what GitHub knows.

    Attributes:
        checkout: the folder.
        contexts: what expressions can name, such as `secrets.PULUMI_CONFIG_PASSPHRASE`. A name that is not there
            and begins with `secrets.` or `vars.` is empty, as on GitHub.
    """

    def __init__(self, checkout: Path, folder: Path, environment: dict[str, str]) -> None:
        self.checkout = checkout
        self.contexts: dict[str, str] = {"github.token": "token-of-the-job", "matrix.stack": "production"}
        self._folder = folder
        (folder / "bin").mkdir(parents=True)
        program = folder / "bin" / "gh"
        source = Path(__file__).with_name("gh.py").read_text(encoding="utf-8")
        program.write_text(f"#!{sys.executable}\n{source}", encoding="utf-8")
        program.chmod(0o755)
        self._environment = environment | {
            "PATH": f"{folder / 'bin'}{os.pathsep}{environment['PATH']}",
            "GH_FOLDER": str(folder),
            "GITHUB_REPOSITORY": "agencia/flota",
        }
        empty: dict[str, list[Any]] = {name: [] for name in ("pulls", "comments", "runs", "issues", "calls")}
        self._write(empty)

    @property
    def forge(self) -> dict[str, list[Any]]:
        """What GitHub knows: pulls, comments, runs, issues and calls of `gh`."""
        known: dict[str, list[Any]] = json.loads((self._folder / "forge.json").read_text(encoding="utf-8"))
        return known

    def _write(self, forge: dict[str, list[Any]]) -> None:
        (self._folder / "forge.json").write_text(json.dumps(forge), encoding="utf-8")

    def git(self, *arguments: str) -> str:
        names = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com"]
        command = ["git", *names, *arguments]
        return subprocess.run(command, cwd=self.checkout, capture_output=True, text=True, check=True).stdout.strip()

    def commit(self, title: str) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", title)
        return self.git("rev-parse", "HEAD")

    def pull_request(self, commit: str) -> dict[str, Job]:
        """Run the workflow of a pull request with this head."""
        self.contexts |= {"github.event.pull_request.number": "7", "github.event.pull_request.head.sha": commit}
        forge = self.forge
        number = 1 + len(forge["runs"])
        jobs = self.run("preview.yml", run=number)
        conclusion = "failure" if any(job.result == "failure" for job in jobs.values()) else "success"
        forge = self.forge
        forge["runs"].insert(0, {"databaseId": number, "headSha": commit, "conclusion": conclusion})
        self._write(forge)
        return jobs

    def merge(self, head: str) -> Job:
        """Merge a pull request with a merge commit, and run the workflow of that."""
        self.git("checkout", "--quiet", "main")
        self.git("merge", "--quiet", "--no-ff", "--message", "Merge", head)
        merged = self.git("rev-parse", "HEAD")
        forge = self.forge
        forge["pulls"].append({"merge_commit_sha": merged, "head": {"sha": head}})
        self._write(forge)
        return self.push()

    def push(self) -> Job:
        """Run the workflow of what `main` is now."""
        return self.run("deploy.yml", GITHUB_SHA=self.git("rev-parse", "main"))["deploy"]

    def knows(self, **things: list[dict[str, Any]]) -> None:
        """Replace what GitHub knows of pulls, comments, runs or issues."""
        self._write(self.forge | things)

    def publish(self, run: int, artifact: str, files: dict[str, str]) -> None:
        """Give a run an artifact."""
        folder = _empty(self._folder / "artifacts" / str(run) / artifact)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")

    def run_job(self, workflow: str, name: str, run: int) -> Job:
        """Run one job of a workflow, whatever its conditions."""
        return self._run_job(self._jobs(workflow)[name], self._folder / "artifacts" / str(run), {})

    def run(self, workflow: str, run: int = 0, **environment: str) -> dict[str, Job]:
        """Run the jobs of a workflow, those that their conditions let run."""
        done: dict[str, Job] = {}
        for name, job in self._jobs(workflow).items():
            needed = done.get(job.get("needs", ""))
            artifacts = self._folder / "artifacts" / str(run)
            starts = _starts(job.get("if"), needed)
            done[name] = self._run_job(job, artifacts, environment) if starts else Job("skipped")
        return done

    def _jobs(self, workflow: str) -> dict[str, Any]:
        text = (self.checkout / ".github" / "workflows" / workflow).read_text(encoding="utf-8")
        jobs: dict[str, Any] = yaml.safe_load(text)["jobs"]
        return jobs

    def _run_job(self, job: dict[str, Any], artifacts: Path, environment: dict[str, str]) -> Job:
        checked_out = any(step.get("uses", "").startswith("actions/checkout@") for step in job["steps"])
        directory = self.checkout if checked_out else _empty(self._folder / "job")
        if checked_out:
            self.git("clean", "-fdxq", "--exclude", ".venv")
        done = Job("success")
        outputs: dict[str, str] = {}
        for step in job["steps"]:
            if done.result == "failure" and step.get("if") != "${{ !cancelled() }}":
                continue
            if "uses" in step:
                self._use(step, directory, artifacts)
            elif step["name"] in NOT_RUN:
                assert step["run"] == NOT_RUN[step["name"]]
            else:
                self._run_step(step, directory, environment, done, outputs)
        done.outputs = {name: self._filled(value, outputs) for name, value in job.get("outputs", {}).items()}
        return done

    def _run_step(
        self, step: dict[str, Any], directory: Path, environment: dict[str, str], job: Job, outputs: dict[str, str]
    ) -> None:
        written = self._folder / "output"
        written.write_text("")
        given = {name: self._filled(value, outputs) for name, value in step.get("env", {}).items()}
        assert "${{" not in step["run"]
        ran = run_script(
            step["run"],
            directory,
            self._environment | {"GITHUB_OUTPUT": str(written)} | environment | given,
            shell=BASH,
            timeout=240,
        )
        job.log += ran.stdout + ran.stderr
        job.result = "failure" if ran.returncode else job.result
        for line in written.read_text().splitlines():
            name, _, value = line.partition("=")
            outputs[f"steps.{step['id']}.outputs.{name}"] = value

    def _use(self, step: dict[str, Any], directory: Path, artifacts: Path) -> None:
        action = step["uses"].partition("@")[0]
        if action in TOOLS:
            return
        folder = artifacts / self._filled(step["with"]["name"], {})
        if action == "actions/upload-artifact":
            folder.mkdir(parents=True)
            shutil.copy(directory / step["with"]["path"], folder)
        else:
            assert action == "actions/download-artifact"
            shutil.copytree(folder, directory, dirs_exist_ok=True)

    def _filled(self, text: str, outputs: dict[str, str]) -> str:
        known = self.contexts | outputs
        return _EXPRESSION.sub(lambda found: _value(known, found[1]), text)


def _value(known: dict[str, str], name: str) -> str:
    return known.get(name, "") if name.startswith(("secrets.", "vars.")) else known[name]


def _starts(condition: str | None, needed: Job | None) -> bool:
    """Tell whether a job starts, by the conditions that the workflows have."""
    match condition:
        case None:
            return needed is None or needed.result == "success"
        case "needs.check.outputs.secrets == 'yes'":
            return needed is not None and needed.result == "success" and needed.outputs["secrets"] == "yes"
        case "${{ !cancelled() && needs.preview.result != 'skipped' }}":
            return needed is not None and needed.result != "skipped"
    raise AssertionError(condition)


def _empty(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
