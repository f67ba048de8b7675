"""The commands of the page on state run as written on a folder; what it warns of happens."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Api, Project, needs_pulumi
from tests.shell import run_script
from tests.waiting import wait_while_running

ROOT = Path(__file__).parents[1]
PAGE, SPANISH = "docs/state.md", "docs/estado.md"
PROGRAM = 'assistai.Agent("ventas", name="Ventas", instructions="Un prompt en claro.")'
LOCKED = (
    "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end "
    "or delete the lock file with `pulumi cancel`."
)

WITHOUT = "passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE environment variables"
MIGRATED = "Migrating old configuration and state to new secrets provider"

on_the_cli = pytest.mark.parametrize("engine", [pytest.param("pulumi", marks=needs_pulumi)])


def commands(page: str, language: str = "sh") -> list[str]:
    """Return the blocks of a page, those of lists too."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = re.findall(rf"^( *)```{language}\n(.*?)^\1```$", text, re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", block, flags=re.MULTILINE) for indent, block in found]


class Team:
    """A folder that people of a team share, with the CLI's own folder and a passphrase."""

    def __init__(self, directory: Path, environment: dict[str, str]) -> None:
        self.directory = directory
        self.environment = environment | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PULUMI_HOME": str(directory / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "PULUMI_CONFIG_PASSPHRASE": "old",
            "PASSPHRASE": "old",
            "NEW_PASSPHRASE": "new",
            "TOKEN": "sandbox-token",
        }

    def run(self, script: str, **environment: str) -> str:
        """Run a script without standard input, require that it succeeds, and return what it said."""
        done = self._run(script, environment)
        assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def fails(self, script: str) -> str:
        """Run a script without standard input, require that it fails, and return what it said."""
        done = self._run(script, {})
        assert done.returncode != 0, f"{script}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr

    def _run(self, script: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
        return run_script(script, self.directory, self.environment | environment)


@pytest.fixture
def team(project: Project) -> Team:
    project.write(PROGRAM)
    return Team(project.directory, project.environment)


def test_both_languages_have_the_messages_of_the_cli() -> None:
    for page in (PAGE, SPANISH):
        text = " ".join((ROOT / page).read_text(encoding="utf-8").split())
        assert [said for said in (LOCKED, WITHOUT, MIGRATED) if said not in text] == []


@on_the_cli
def test_the_commands_work_as_written_one_after_the_other(team: Team, api: Api) -> None:
    set_up, colleague, export, change, check, cancel, clear, move = commands(PAGE)
    team.run(set_up)
    assert "sandbox-token" not in (team.directory / "Pulumi.dev.yaml").read_text()
    assert re.search(r"^dev\*", team.run(colleague), re.MULTILINE)
    team.run("pulumi up --yes --skip-preview --non-interactive")
    team.run(export)
    state = (team.directory / "state.json").read_text()
    assert "Un prompt en claro." in state
    assert "sandbox-token" not in state
    team.run(change)
    assert "error: incorrect passphrase" in team.fails("pulumi config get assistai:apiToken")
    team.environment["PULUMI_CONFIG_PASSPHRASE"] = "new"
    assert team.run(check) == ""
    for block in (cancel, clear, move):
        team.run(block)
    assert (team.directory / "other" / ".pulumi" / "stacks" / "trial" / "dev.json").is_file()
    assert api.requests("POST") == ["POST /api/v1/agents"]


@on_the_cli
def test_without_standard_input_the_passphrase_becomes_empty_and_the_check_finds_it(team: Team) -> None:
    set_up, _, _, _, check, *_ = commands(PAGE)
    team.run(set_up)
    assert team.run(check) == ""
    assert MIGRATED in team.run("pulumi stack change-secrets-provider passphrase")
    assert team.run("pulumi config get assistai:apiToken", PULUMI_CONFIG_PASSPHRASE="").strip() == "sandbox-token"
    assert team.run(check).count("\n") == 1
    del team.environment["PULUMI_CONFIG_PASSPHRASE"]
    assert WITHOUT in team.fails("pulumi stack init other")


@on_the_cli
def test_two_at_once_and_a_killed_run(project: Project, api: Api) -> None:
    project.reopen(ASSISTAI_TIMEOUT="600")
    project.write(PROGRAM)
    api.faults.add("hang-after", method="POST", seconds=60)
    with project.stack.start_up() as running:
        wait_while_running(running, api.agents)
        # It looks for its agent next, and is kept from finding it.
        api.faults.add("hang", method="GET", seconds=60, count=0)
        said = project.fails("up")
        assert LOCKED in said
        assert f"(pid {running.pid})" in said
    api.faults.clear()
    assert LOCKED in project.fails("up")
    assert "exists already: A-001" in project.fails("preview")
    project.stack.recover()
    assert LOCKED not in project.fails("up")
    assert api.requests("POST") == ["POST /api/v1/agents"]


@on_the_cli
def test_history_and_backups_keep_old_prompts(project: Project) -> None:
    project.up(PROGRAM)
    project.up(PROGRAM.replace("Un prompt en claro.", "Otro."))
    project.up(PROGRAM.replace("Un prompt en claro.", "Y otro."))
    kept = [path for path in (project.directory / ".pulumi-backend").rglob("*") if path.is_file()]
    holding = {path.parts[-4] for path in kept if "Un prompt en claro." in path.read_text(errors="replace")}
    assert {"history", "backups"} <= holding
