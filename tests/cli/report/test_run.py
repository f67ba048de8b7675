"""`assistai report --run`, with the Pulumi CLI and without it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from pulumi_assistai.testing import Api
from tests.cli.conftest import Assistai
from tests.conftest import Project
from tests.test_docs import blocks
from tests.test_docs import run as shell

PROGRAM = """
fleet = assistai.AgentFleet("tienda", source="agentes", variables={"clave": pulumi.Output.secret("canary-clave")})
"""


@pytest.fixture
def shop(fleet: Project, engine: str, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return a deployed project of two agents; where the embedded engine is meant there is no `pulumi`."""
    others = "" if engine == "embedded" else f"{os.pathsep}{os.environ['PATH']}"
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{others}")
    start(fleet)
    return fleet


def start(project: Project) -> Path:
    """Deploy two agents, and return the project's folder."""
    folder = project.directory / "agentes"
    folder.mkdir()
    (project.directory / "Pulumi.yaml").write_text("name: trial\nruntime: python\n", encoding="utf-8")
    (folder / "ventas.md").write_text("---\nname: Ventas\ndescription: Uno\n---\nVendes.\n")
    (folder / "soporte.md").write_text("---\nname: Soporte\n---\nTu clave es {{ clave }}.\n")
    project.up(PROGRAM)
    return project.directory


def test_it_runs_the_preview_itself(assistai: Assistai, shop: Project) -> None:
    file = shop.directory / "agentes" / "ventas.md"
    file.write_text(file.read_text().replace("Uno", "Dos").replace("Vendes.", "Vendes pan."))
    run = assistai("report", "--run", "-C", shop.directory, "--", "--parallel", "4")
    assert run.status == 0, run.err
    assert "### SANDBOX of tenant sandbox: 1 updated\n\n\n#### `tienda-ventas` (`Ventas`, `A-" in run.out
    assert "- Vendes.\n+ Vendes pan.\n" in run.out
    assert "- Uno\n+ Dos\n" in run.out
    assert "canary" not in run.out + run.err
    check_warnings(assistai, shop)
    check_move(assistai, shop)
    check_failure(assistai, shop)


def check_warnings(assistai: Assistai, shop: Project) -> None:
    """Require that a warning names its resource and closes the gate."""
    code = shop.outputs("tienda-ventas")["code"]
    Api(shop.environment["ASSISTAI_BASE_URL"]).edit(code, description="Del panel")
    run = assistai("report", "--run", "-C", shop.directory, "--fail-on", "drift")
    assert run.status == 3, run.err
    assert f"**warning** `tienda-ventas`: description of {code} was edited in AssistAI" in run.out


def check_move(assistai: Assistai, shop: Project) -> None:
    """Require that a fleet under another name has moved."""
    aliases = 'opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="tienda")])'
    shop.write(PROGRAM.replace('"tienda"', '"almacen"').replace("variables=", f"{aliases}, variables="))
    run = assistai("report", "--run", "-C", shop.directory)
    assert run.status == 0, run.err
    assert "moved in the program (was tienda-soporte); in AssistAI it stays the same agent" in run.out


def check_failure(assistai: Assistai, shop: Project) -> None:
    """Require that a preview that fails is reported, and closes the gate."""
    (shop.directory / "agentes" / "otra.md").write_text("---\nname: {{ nada }}\n---\nx\n")
    run = assistai("report", "--run", "-C", shop.directory, "--fail-on", "error")
    assert run.status == 3, run.err
    assert "The preview failed" in run.out
    assert "Traceback" not in run.out
    assert "otra.md" in run.out


def test_a_preview_that_cannot_begin_is_one_clear_error(
    assistai: Assistai, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = assistai("report", "--run", "-C", tmp_path)
    assert (run.status, run.out) == (1, "")
    assert "preview --json` wrote no preview (exit status" in run.err
    monkeypatch.setenv("PATH", str(tmp_path))
    without = assistai("report", "--run", "-C", tmp_path)
    assert without.err.startswith("error: the Pulumi CLI was not found, and `assistai sandbox preview --json` wrote")
    assert "no-such-folder" in assistai("report", "--run", "-C", tmp_path / "no-such-folder").err


def test_it_reads_what_the_sandbox_writes(
    assistai: Assistai, environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    directory = start(Project("embedded", tmp_path, environment))
    (directory / "agentes" / "ventas.md").unlink()
    written = assistai("sandbox", "preview", "-C", directory, "--json").out
    assert {"oldUrn", "oldOutputs", "provider"} <= json.loads(written)["steps"][0].keys()
    (directory / "preview.json").write_text(written)
    run = assistai("report", directory / "preview.json", "--fail-on", "delete")
    assert run.status == 3
    assert "stays live and keeps answering" in run.out


def test_the_commands_of_the_documentation_work_as_written(shop: Project, engine: str) -> None:
    first, second = (content for _, language, content in blocks("docs/commands.md") if language == "sh")
    ours = {name: value for name, value in os.environ.items() if name.startswith(("ASSISTAI_", "PULUMI_"))}
    assert "no agent changes" in shell(first, shop.directory, **ours)
    if engine == "pulumi":
        shell(second, shop.directory, **ours)
        assert "<h1>" in (shop.directory / "report.html").read_text()
        assert "## Preview of" in (shop.directory / "report.md").read_text()
