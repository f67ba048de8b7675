"""The plugin's process ends when the CLI was killed."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from tests.conftest import Api, YamlProject
from tests.engine.test_killed import is_alive
from tests.providers.test_orphans import AT_MOST
from tests.waiting import wait_for

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def test_plugins_end_after_their_cli_was_killed(yaml_project: YamlProject, api: Api) -> None:
    yaml_project.write_yaml('resources: {ventas: {type: "assistai:Agent", properties: {name: Ventas}}}')
    api.faults.add("hang", method="POST", path="/api/v1/agents", seconds=60)
    with yaml_project.stack.start_up() as command:
        wait_for(lambda: api.faults.all()[0]["seen"] or command.poll() is not None)
        plugins = plugins_of(yaml_project.directory)
    killed_at = time.monotonic()
    wait_for(lambda: not any(map(is_alive, plugins)))
    assert time.monotonic() - killed_at < AT_MOST
    assert plugins


def plugins_of(directory: Path) -> list[int]:
    """Return the processes of the native provider that belong to a project."""
    return [int(process.name) for process in Path("/proc").glob("[0-9]*") if _serves(process, directory)]


def _serves(process: Path, directory: Path) -> bool:
    try:
        named = b"pulumi-resource-assistai" in (process / "cmdline").read_bytes()
        return named and str(directory).encode() in (process / "environ").read_bytes()
    except OSError:
        return False
