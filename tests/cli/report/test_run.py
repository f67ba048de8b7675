"""`assistai report --run`, with the Pulumi CLI and without it."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Assistai
from tests.conftest import Project

PROGRAM = """
import os

fleet = assistai.AgentFleet("tienda", source="agentes", variables={"clave": pulumi.Output.secret("canary-clave")})
"""


@pytest.fixture
def shop(fleet: Project, engine: str, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Return a deployed project of two agents; where the embedded engine is meant there is no `pulumi`."""
    if engine == "embedded":
        monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    else:
        monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    folder = fleet.directory / "agentes"
    folder.mkdir()
    (folder / "_cortesia.md").write_text("Trata de usted.\nResponde en tres líneas.\n")
    for name in ("ventas", "soporte"):
        text = f'Eres {name}. {{{{ clave }}}}.\n{{% include "_cortesia.md" %}}\n' if name == "soporte" else "Vendes.\n"
        (folder / f"{name}.md").write_text(f"---\nname: {name.title()}\ndescription: Uno\n---\n{text}")
    fleet.up(PROGRAM)
    return fleet


def test_it_runs_the_preview_itself(assistai: Assistai, shop: Project) -> None:
    file = shop.directory / "agentes" / "ventas.md"
    file.write_text(file.read_text().replace("Uno", "Dos").replace("Vendes.", "Vendes pan."))
    run = assistai("report", "--run", "-C", shop.directory, "--", "--parallel", "4")
    assert run.status == 0, run.err
    assert "### SANDBOX of tenant sandbox: 1 updated\n\n\n#### `tienda-ventas` (`Ventas`, `A-" in run.out
    assert "- Vendes.\n+ Vendes pan.\n" in run.out
    assert "- Uno\n+ Dos\n" in run.out
    assert "canary" not in run.out + run.err


def test_warnings_name_their_resource_and_close_the_gate(assistai: Assistai, shop: Project) -> None:
    from pulumi_assistai.testing import Api  # noqa: PLC0415

    code = shop.outputs("tienda-ventas")["code"]
    Api(shop.environment["ASSISTAI_BASE_URL"]).edit(code, description="Del panel")
    file = shop.directory / "agentes" / "ventas.md"
    file.write_text(file.read_text().replace("Uno", "Dos"))
    run = assistai("report", "--run", "-C", shop.directory, "--fail-on", "drift")
    assert run.status == 3, run.err
    assert f"**warning** `tienda-ventas`: description of {code} was changed in AssistAI" in run.out


def test_a_fleet_under_another_name_has_moved(assistai: Assistai, shop: Project) -> None:
    program = PROGRAM.replace('"tienda"', '"almacen"')
    shop.write(program[:-2] + ', opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="tienda")]))\n')
    run = assistai("report", "--run", "-C", shop.directory)
    assert run.status == 0, run.err
    assert "moved in the program: it was tienda-ventas; in AssistAI it stays the same agent" in run.out


def test_a_preview_that_fails_is_reported(assistai: Assistai, shop: Project) -> None:
    (shop.directory / "agentes" / "otra.md").write_text("---\nname: {{ nada }}\n---\nx\n")
    run = assistai("report", "--run", "-C", shop.directory)
    assert run.status == 0, run.err
    assert "The preview failed" in run.out
    assert "Traceback" not in run.out
    assert "otra.md" in run.out
    assert assistai("report", "--run", "-C", shop.directory, "--fail-on", "error").status == 3


def test_a_preview_that_cannot_begin_is_one_clear_error(assistai: Assistai, shop: Project) -> None:
    (shop.directory / "Pulumi.yaml").unlink()
    run = assistai("report", "--run", "-C", shop.directory)
    assert (run.status, run.out) == (1, "")
    assert "preview --json` wrote no preview (exit status" in run.err
    assert "no-such-folder" in assistai("report", "--run", "-C", shop.directory / "no-such-folder").err


def test_it_reads_what_the_sandbox_writes(assistai: Assistai, shop: Project, engine: str) -> None:
    if engine != "embedded":
        pytest.skip("the sandbox is the embedded engine's")
    (shop.directory / "agentes" / "ventas.md").unlink()
    written = assistai("sandbox", "preview", "-C", shop.directory, "--json").out
    document = json.loads(written)
    assert {"oldUrn", "oldOutputs", "provider"} <= document["steps"][0].keys()
    file = shop.directory / "preview.json"
    file.write_text(written)
    run = assistai("report", file, "--fail-on", "delete")
    assert run.status == 3
    assert "stays live and goes on answering" in run.out
