"""Every command of the documentation runs, in the order in which a reader meets it."""

from __future__ import annotations

import os
import re
import sys
from importlib.metadata import metadata
from pathlib import Path
from typing import Any

import pytest
from typer import Context

from tests.conftest import needs_pulumi
from tests.shell import require_success, run_script
from tests.test_translations import SPANISH

ROOT = Path(__file__).parents[1]
DOCS = sorted((ROOT / "docs").glob("*.md"))
INSTALL_TESTING = "python3 -m venv .venv\n.venv/bin/pip install 'pulumi-assistai[testing]'\n"

_BLOCK = re.compile(
    r"(?:`(?P<file>[\w.]+)`:\n\n)?^```(?P<language>\w+)\n(?P<content>.*?)^```$", re.MULTILINE | re.DOTALL
)


def blocks(document: str) -> list[tuple[str | None, str, str]]:
    """Return file name, language and content of every block."""
    text = (ROOT / document).read_text(encoding="utf-8")
    return [(found["file"], found["language"], found["content"]) for found in _BLOCK.finditer(text)]


def run(script: str, directory: Path, **environment: str) -> str:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("ASSISTAI_", "PULUMI_"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = run_script(script, directory, inherited | {"PATH": path} | environment)
    return require_success(script, done)


def test_the_quickstart_works_as_written(tmp_path: Path) -> None:
    first, *others = blocks("docs/quickstart.md")
    assert first == (None, "sh", f"{INSTALL_TESTING}.venv/bin/assistai new . --name mi-flota\n")
    # The environment of these tests is the one that is installed there. None is activated.
    (tmp_path / ".venv").symlink_to(sys.prefix)
    path = os.pathsep.join(part for part in os.environ["PATH"].split(os.pathsep) if not part.startswith(sys.prefix))
    run(first[2].removeprefix(INSTALL_TESTING), tmp_path, PATH=path)
    seen = [run(content, tmp_path, PATH=path) for _, _, content in others]
    assert {language for _, language, _ in others} == {"sh"}
    assert "3 files of 1 fleet: no problems" in seen[0]
    assert "2 passed" in seen[0]
    assert "5 to create" in seen[1]
    assert "A-001" in seen[1]
    assert re.search(r"\+ .*Pide ancho, alto y fondo antes", seen[2])
    assert "deleted" in seen[-1]


@needs_pulumi
def test_the_configuration_commands_work_as_written(tmp_path: Path) -> None:
    script = "\n".join(content for _, language, content in blocks("docs/configuration.md") if language == "sh")
    (tmp_path / "Pulumi.yaml").write_text("name: trial\nruntime: python\n")
    (tmp_path / "backend").mkdir()
    run(
        f"pulumi stack init dev\n{script}",
        tmp_path,
        PULUMI_BACKEND_URL=(tmp_path / "backend").as_uri(),
        PULUMI_HOME=str(tmp_path / "home"),
        PULUMI_CONFIG_PASSPHRASE="test",
        ASSISTAI_API_TOKEN="canary-token",
    )
    content = (tmp_path / "Pulumi.dev.yaml").read_text()
    assert "assistai:tenantDomain: acme" in content
    assert "secure:" in content
    assert "canary-token" not in content


def test_the_test_of_the_testing_page_passes_as_written(tmp_path: Path) -> None:
    install, (file, _, content), (_, _, command), *_ = blocks("docs/testing.md")
    assert install == (None, "sh", f'{INSTALL_TESTING}export PATH="$PWD/.venv/bin:$PATH"\n')
    assert "testing" in (metadata("pulumi-assistai").get_all("Provides-Extra") or [])
    assert file == "test_ventas.py"
    (tmp_path / file).write_text(content, encoding="utf-8")
    assert "3 passed" in run(command, tmp_path)
    [accounts] = [content for _, _, content in blocks("docs/testing.md") if "accounts=[Account(" in content]
    (tmp_path / "conftest.py").write_text(accounts, encoding="utf-8")
    assert "3 passed" in run(command, tmp_path)


def test_commands_stand_in_tested_documents_alone() -> None:
    tested = {"quickstart.md", "configuration.md", "testing.md"}
    # The tests of each command run what its page says, and test_docs_of_state.py what the pages on state say.
    # test_weekly_work.py runs the pages of the weekly work.
    tested |= {"adoption.md", "check.md", "commands.md", "data.md", "emulator.md", "link.md", "state.md"}
    tested |= {"weekly-work.md"}
    # tests/ci runs the pages of the pipelines.
    tested |= {"ci.md"}
    # test_languages.py runs the pages of other languages.
    tested |= {"yaml.md", "typescript.md", "go.md", "python-sdk.md", "installation-configuration.md"}
    # test_translations.py holds the pages in Spanish to the same commands.
    tested |= set(SPANISH.values())
    others = [path.name for path in DOCS if "```sh" in path.read_text(encoding="utf-8") and path.name not in tested]
    assert others == []


def test_links_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *DOCS]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert target.startswith("https://") or (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_readme_begins_with_the_two_commands() -> None:
    assert blocks("README.md")[0] == (None, "sh", "make demo\nmake test\n")


def test_the_readme_installs_what_is_published() -> None:
    assert blocks("README.md")[1] == (None, "sh", "pip install 'pulumi-assistai[cli]'\n")
    assert {"cli", "testing"} <= set(metadata("pulumi-assistai").get_all("Provides-Extra") or [])


def test_the_program_of_the_readme_works_as_written(tmp_path: Path) -> None:
    [program] = [content for _, language, content in blocks("README.md") if language == "python"]
    (tmp_path / "Pulumi.yaml").write_text("name: trial\nruntime: python\n")
    (tmp_path / "__main__.py").write_text(program, encoding="utf-8")
    run("assistai sandbox up --yes", tmp_path)
    assert "A-001" in run("assistai sandbox output", tmp_path)


def test_every_setting_is_documented() -> None:
    from pulumi_assistai.keys import stack_key, variable  # noqa: PLC0415 - used here alone
    from pulumi_assistai.settings import Settings  # noqa: PLC0415

    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    for field in Settings.model_fields:
        assert f"`{variable(field)}` | `{stack_key(field)}`" in page


@pytest.mark.parametrize("page", ["commands.md", "comandos.md"])
def test_every_command_is_documented(page: str) -> None:
    from typer.main import get_command  # noqa: PLC0415 - used here alone

    from pulumi_assistai.cli.app import app  # noqa: PLC0415

    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    missing = [name for name in commands(get_command(app)) if not re.search(rf"\bassistai {name}\b", text)]
    assert missing == []


def commands(command: Any, name: str = "") -> list[str]:
    """Return the full names of a command's subcommands: of groups, those of their subcommands."""
    if not hasattr(command, "list_commands"):
        return [name.strip()]
    context = Context(command)
    return [
        found
        for sub in command.list_commands(context)
        for found in commands(command.get_command(context, sub), f"{name} {sub}")
    ]


def test_the_table_of_the_engine_names_every_file() -> None:
    table = (ROOT / "docs" / "engine.md").read_text(encoding="utf-8")
    engine = ROOT / "pulumi_assistai" / "engine"
    folders = {path.parent.name for path in engine.glob("*/__init__.py")}
    files = {path.name for path in engine.rglob("*.py") if path.name != "__init__.py"}
    assert [name for name in sorted(folders) if f"**`{name}/`**" not in table] == []
    assert [name for name in sorted(files) if f"`{name}`" not in table] == []
