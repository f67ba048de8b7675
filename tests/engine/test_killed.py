"""`up` of fifty agents is killed at many points: nothing is lost, nothing is made twice, and no process stays."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from pulumi_assistai.emulator import Emulator
from pulumi_assistai.testing import Api
from tests.conftest import Project, emulated
from tests.soaking import some_of
from tests.waiting import wait_for

COUNT = 50
PARALLEL = 16
LATENCY = 0.02
SETTLED = 0.5
PROGRAM = f"""
    ADOPTED = %s
    for number in range({COUNT}):
        name = f"Agente {{number:02}}"
        assistai.Agent(f"agente-{{number:02}}", name=name, adopt=ADOPTED.get(name))
"""
CREATIONS = "/api/v1/agents"

# Where the engine is killed: while the creation after this many waits for its answer, before or after it was carried
# out, or as soon as this many are done.
POINTS = [
    *[("hang", skip) for skip in (0, 8, 17, 25, 33, 42, 49)],
    *[("hang-after", skip) for skip in (0, 7, 15, 23, 31, 40, 49)],
    *[("between", done) for done in (1, 9, 18, 27, 36, 44)],
]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@pytest.fixture
def emulator() -> object:
    with Emulator(faults=True, latency=LATENCY) as running:
        yield running


@pytest.fixture
def killed(emulator: Emulator, tmp_path: Path) -> Project:
    (tmp_path / "Pulumi.yaml").write_text("name: trial\nruntime: python\n", encoding="utf-8")
    project = Project("embedded", tmp_path, emulated(emulator.url))
    project.write(PROGRAM % {})
    return project


def descendants(pid: int) -> list[int]:
    try:
        children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []
    return [found for child in children for found in (child, *descendants(child))]


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def is_reached(api: Api, kind: str, number: int) -> bool:
    if kind == "between":
        return len(api.agents()) >= number
    [fault] = api.faults.all()
    return bool(fault["seen"] > number) and (kind == "hang" or len(api.agents()) > number)


def kill_at(project: Project, api: Api, kind: str, number: int) -> None:
    """Run `up`, kill it at a point, and wait for its processes to end."""
    if kind != "between":
        api.faults.add(kind, method="POST", path=CREATIONS, skip=number, seconds=60)
    with project.stack.start_up() as command:
        wait_for(lambda: is_reached(api, kind, number) or command.poll() is not None, pause=0.002)
        processes = descendants(command.pid)
    wait_for(lambda: not any(map(is_alive, processes)))
    assert processes
    api.faults.clear()


def settled(api: Api) -> list[dict[str, Any]]:
    """Return the agents once the requests that the killed run left under way have been carried out."""
    seen = [api.agents()]

    def is_settled() -> bool:
        time.sleep(SETTLED)
        seen.append(api.agents())
        return seen[-1] == seen[-2]

    wait_for(is_settled)
    return seen[-1]


@pytest.mark.parametrize(("kind", "number"), some_of(POINTS))
def test_a_killed_run_can_be_gone_on_with(killed: Project, api: Api, kind: str, number: int) -> None:
    kill_at(killed, api, kind, number)
    made = {agent["code"]: agent["name"] for agent in settled(api)}
    deployment = json.loads((killed.directory / ".sandbox" / "dev.json").read_text())["deployment"]
    recorded = {resource.get("id") for resource in deployment["resources"]} & made.keys()
    under_way = {operation["resource"]["inputs"]["name"] for operation in deployment.get("pending_operations", [])}
    lost = {code: name for code, name in made.items() if code not in recorded}
    assert set(lost.values()) <= under_way
    assert lost or kind != "hang-after"
    assert len(lost) <= PARALLEL

    preview = killed.run("preview")
    assert preview.ok == (not lost)
    named = [code for code in made if f"exists already: {code};" in preview.text]
    assert set(named) <= lost.keys()
    assert bool(named) == bool(lost)

    api.forget_requests()
    killed.up(PROGRAM % {name: code for code, name in lost.items()})
    assert sorted(agent["name"] for agent in api.agents()) == [f"Agente {number:02}" for number in range(COUNT)]
    assert len(api.requests("POST")) == COUNT - len(made)
    codes = {resource["id"] for name, resource in killed.state().items() if name.startswith("agente-")}
    assert codes == {agent["code"] for agent in api.agents()}
