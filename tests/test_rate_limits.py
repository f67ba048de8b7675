"""APIs that limit the rate of requests: every program ends well, as fast as the limit allows, on both engines."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import Api, Project, needs_pulumi
from tests.waiting import DEADLINE, wait_while_running

BOTH = pytest.mark.parametrize("engine", ["embedded", pytest.param("pulumi", marks=needs_pulumi)])
NEVER_IN_TIME = "3/h"


@pytest.fixture
def engine() -> str:
    return "embedded"


def fleet(count: int, name: str = "Agente") -> str:
    return f'for n in range({count}): assistai.Agent(f"a{{n}}", name=f"{name} {{n}}")'


def statuses(api: Api, method: str = "") -> Counter[int]:
    return Counter(seen["status"] for seen in api.call("GET", "/requests") if method in ("", seen["method"]))


@BOTH
@pytest.mark.parametrize("headers", ["none", "retry-after", "nest", "ietf"])
def test_every_program_ends_well(project: Project, api: Api, headers: str) -> None:
    api.faults.add("rate", rate="20/s", headers=headers)
    outcome = project.up(fleet(50))
    seen = statuses(api)
    assert seen[201] == len(api.agents()) == 50
    assert seen[429] <= 15
    assert outcome.text.count("AssistAI allows about") <= 2
    assert project.run("refresh").ok
    assert project.run("preview", "--expect-no-changes").ok


@BOTH
def test_what_asks_for_more_than_is_left_ends_at_once(project: Project, api: Api) -> None:
    api.faults.add("rate", rate=NEVER_IN_TIME, headers="retry-after", method="POST")
    project.write(fleet(8))
    text = project.fails("up")
    assert "ASSISTAI_RATE_LIMIT_WAIT" in text
    assert len(api.agents()) == 3
    assert {"a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7"} & set(project.state()) == managed(project, api)
    assert statuses(api, "POST")[429] <= 5


def managed(project: Project, api: Api) -> set[str]:
    """Return the resources whose agents are live."""
    live = {agent["code"] for agent in api.agents()}
    return {name for name, resource in project.state().items() if resource.get("id") in live}


@BOTH
@pytest.mark.skipif(sys.platform == "win32", reason="signals are another matter there")
def test_an_interrupt_ends_what_waits_and_nothing_is_sent_afterwards(project: Project, api: Api) -> None:
    api.faults.add("rate", rate=NEVER_IN_TIME, headers="none", method="POST")
    project.write(fleet(8))
    with project.stack.start_up() as run:
        wait_while_running(run, lambda: statuses(api, "POST")[429])
        run.send_signal(signal.SIGINT)
        assert run.wait(DEADLINE) != 0
    sent = len(api.requests("POST"))
    assert len(api.agents()) == 3
    assert len(managed(project, api)) == 3
    api.faults.clear()
    assert len(api.requests("POST")) == sent
    project.up()
    assert len(api.agents()) == 8


CREATE = """
import os, sys
from concurrent.futures import ThreadPoolExecutor
from pulumi_assistai.client import Client
from pulumi_assistai.settings import Settings

with Client(Settings.load({}, os.environ, {})) as client, ThreadPoolExecutor(16) as pool:
    list(pool.map(lambda number: client.agents.create({"name": f"{sys.argv[1]} {number}"}), range(40)))
"""


def test_two_processes_share_a_limit(environment: dict[str, str], api: Api) -> None:
    api.faults.add("rate", rate="20/s", headers="none")
    commands = [[sys.executable, "-c", CREATE, name] for name in ("uno", "dos")]
    running = [subprocess.Popen(command, env=environment) for command in commands]
    assert [process.wait(DEADLINE) for process in running] == [0, 0]
    assert len(api.agents()) == 80
    assert statuses(api)[429] <= 40


def test_a_ceiling_by_hand_is_never_refused(project: Project, api: Api) -> None:
    api.faults.add("rate", rate="30/s", headers="none")
    project.reopen(ASSISTAI_REQUESTS_PER_SECOND="20")
    project.up(fleet(50))
    assert statuses(api)[429] == 0


@pytest.mark.parametrize("command", [["import", "--unmanaged"], ["status"]], ids=lambda words: words[0])
def test_commands_keep_to_the_limit(command: list[str], api: Api, environment: dict[str, str], tmp_path: Path) -> None:
    for number in range(160):
        api.create(f"Agente {number}")
    api.faults.add("rate", rate="10/s", burst=1, headers="none")
    done = subprocess.run(
        [str(Path(sys.executable).with_name("assistai")), *command],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    # No stack declares anything here, which `status` says by a status of its own.
    assert done.returncode == (4 if command == ["status"] else 0), done.stderr
    assert statuses(api)[429] >= 1
    assert "Agente 159" in done.stdout + "".join(file.read_text() for file in tmp_path.rglob("*.*"))
