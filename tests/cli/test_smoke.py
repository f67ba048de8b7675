"""Every subcommand of `assistai` on the example fleet."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from pulumi_assistai.cli.app import app
from tests.cli.conftest import Assistai
from tests.conftest import unset_settings
from tests.waiting import deadline_for

ASSISTAI = str(Path(sys.executable).with_name("assistai"))
FLEET = Path(__file__).parents[2] / "examples" / "fleet"
SUBCOMMANDS = get_command(app).list_commands(None)  # type: ignore[attr-defined]

LIFE = [
    ("sandbox preview", "+ 6 to create"),
    ("sandbox up --yes", "+ 6 created"),
    ("report --run", "no agent changes"),
    ("sandbox output", "pending"),
    ("sandbox export", '"urn:pulumi:dev::fleet::'),
    ("status", "Nothing differs, as far as AssistAI shows."),
    ("doctor", "0 problems"),
    ("conversations", "No conversations."),
    ("import --unmanaged", "Nothing to import"),
    ("schema", '"title": "An agent of an AssistAI fleet"'),
    ("sandbox refresh --yes", "6 unchanged"),
    ("sandbox up --yes --expect-no-changes", "6 unchanged"),
    ("sandbox destroy --yes", "- 6 deleted"),
]
"""Commands in their order, and something that each prints."""


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Enter a copy of the example, which has no credentials and no Pulumi CLI."""
    unset_settings(monkeypatch)
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    copied = shutil.copytree(FLEET, tmp_path / "fleet", ignore=shutil.ignore_patterns(".sandbox"))
    monkeypatch.chdir(copied)
    return copied


def run(words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([ASSISTAI, *words.split()], capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("subcommand", SUBCOMMANDS)
def test_every_subcommand_has_a_help(assistai: Assistai, subcommand: str) -> None:
    done = assistai(subcommand, "--help")
    assert (done.status, f"assistai {subcommand}" in done.out) == (0, True), done


@pytest.mark.usefixtures("fleet")
def test_the_commands_work_on_the_example(assistai: Assistai) -> None:
    for words, said in LIFE:
        done = assistai(*words.split())
        assert (done.status, said in done.out) == (0, True), f"{words}\n{done}"


@pytest.mark.usefixtures("fleet")
def test_a_qr_is_drawn_for_a_phone() -> None:
    assert run("sandbox up --yes").returncode == 0
    done = run("link Ventas --timeout 0")
    assert done.returncode == 1
    assert "▀" in done.stdout
    assert re.search(r"no phone was linked to agent A-00[12] within 0 s", done.stderr)


def test_the_emulator_serves_until_it_is_stopped() -> None:
    with (
        subprocess.Popen([ASSISTAI, "emulator", "--port", "0"], stdout=subprocess.PIPE, text=True) as process,
        deadline_for(process),
    ):
        assert process.stdout is not None
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
    assert first.startswith("The AssistAI emulator answers at http://127.0.0.1:")
    assert (process.returncode, rest.splitlines()[-1]) == (0, "The emulator has stopped.")
