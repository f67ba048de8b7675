"""The page of each language works as written, and the examples run, where the CLI and the language's host are there."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from pulumi_assistai.testing import Api
from tests import native_sdk
from tests.conftest import ALL_ASKED
from tests.engines import PASSPHRASE, has_pulumi, open_stack
from tests.shell import require_success, run_script
from tests.test_docs import ROOT, blocks

INSTALL = 'python3 -m venv .venv\n.venv/bin/pip install pulumi-assistai\nexport PATH="$PWD/.venv/bin:$PATH"\n'
EXAMPLE_SDK = 'npm install\npulumi package add "$(command -v pulumi-resource-assistai)"'


def needs(host: str, *tools: str) -> pytest.MarkDecorator:
    programs = ("pulumi", f"pulumi-language-{host}", *tools)
    missing = [program for program in programs if shutil.which(program) is None]
    return pytest.mark.skipif(bool(missing), reason=f"not on PATH: {', '.join(missing)}")


# The packages that these need come from registries.
takes_registries = pytest.mark.skipif(not ALL_ASKED, reason="takes registries: ASSISTAI_TEST_NATIVE=all runs it")
YAML = [needs("yaml")]
TYPESCRIPT = [needs("nodejs", "npm"), takes_registries]
GO = [needs("go", "go"), takes_registries]
PYTHON = [needs("python"), takes_registries]


def run(script: str, directory: Path, environment: dict[str, str]) -> str:
    """Run a script as a reader would, with a backend and a plugin cache of its own."""
    backend = directory.with_name("backend")
    backend.mkdir(exist_ok=True)
    own = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PULUMI_BACKEND_URL": backend.as_uri(),
        "PULUMI_HOME": str(directory.with_name("home")),
        "PULUMI_SKIP_UPDATE_CHECK": "1",
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
    }
    done = run_script(script, directory, environment | own, timeout=600)
    return require_success(script, done)


def whole_script(document: str, url: str) -> str:
    """Return all that a page says to do, in order; its files are written where they stand."""
    parts = []
    for file, language, content in blocks(document):
        if file is not None:
            parts.append(f"cat > {file} <<'END_OF_FILE'\n{content}END_OF_FILE")
        elif language == "sh" and content != INSTALL:
            parts.append(content.replace("http://127.0.0.1:8787", url))
    return "\n".join(parts)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "project"
    made.mkdir()
    return made


@pytest.mark.parametrize(
    "document",
    [
        pytest.param("docs/yaml.md", marks=YAML),
        pytest.param("docs/typescript.md", marks=TYPESCRIPT),
        pytest.param("docs/go.md", marks=GO),
        pytest.param("docs/python-sdk.md", marks=PYTHON),
    ],
)
def test_a_page_works_as_written(document: str, folder: Path, environment: dict[str, str], api: Api) -> None:
    api.create("Cobros", description="Cobra")
    seen = run(whole_script(document, api.url), folder, environment)
    assert "+ Pide ancho, alto y fondo." in seen
    assert api.bodies("PATCH") == [{"instructions": "Saluda.\nPide ancho, alto y fondo.\n"}]
    assert sorted(agent["name"] for agent in api.agents()) == ["Cobros", "Soporte", "Ventas"]
    assert len(api.requests("POST")) == 2


def test_the_loop_of_the_python_page_declares_a_fleet(folder: Path, environment: dict[str, str], api: Api) -> None:
    page = blocks("docs/python-sdk.md")
    [prompts] = [content for _, language, content in page if "mkdir -p agents" in content]
    [program] = [content for file, _, content in page if file == "__main__.py"]
    require_success(prompts, run_script(prompts, folder, environment))
    shutil.copy(native_sdk.__file__, folder / "pulumi_assistai_native.py")
    (folder / "__main__.py").write_text(program, encoding="utf-8")
    (folder / "Pulumi.yaml").write_text("name: agentes\nruntime: python\n", encoding="utf-8")
    up = open_stack("embedded", folder, environment).run("up")
    assert up.ok, up.text
    assert "WhatsApp of agent " in up.text
    assert sorted(api.bodies("POST"), key=str) == [
        {"name": "Soporte", "instructions": "Saluda.\nPide el número de pedido.\n"},
        {"name": "Ventas", "description": "Vende muebles", "instructions": "Saluda.\nPide las medidas.\n"},
    ]


@pytest.mark.parametrize(
    ("example", "prepare"),
    [pytest.param("yaml", "", marks=YAML), pytest.param("typescript", EXAMPLE_SDK, marks=TYPESCRIPT)],
)
def test_an_example_runs(example: str, prepare: str, folder: Path, environment: dict[str, str], api: Api) -> None:
    shutil.copytree(ROOT / "examples" / example, folder, dirs_exist_ok=True)
    up = "pulumi up --yes --skip-preview"
    run(f"{prepare}\npulumi stack init dev\n{up}", folder, environment)
    assert sorted(agent["name"] for agent in api.agents()) == ["Soporte", "Ventas"]
    assert api.agent("Ventas")["instructions"].startswith("Eres Ventas, de una carpintería.\n")
    run(f"{up} --expect-no-changes\npulumi destroy --yes --skip-preview", folder, environment)


@pytest.mark.skipif(not has_pulumi(), reason="no `pulumi` on PATH")
def test_the_commands_of_the_registrys_page_work_as_written(folder: Path, environment: dict[str, str]) -> None:
    (folder / "Pulumi.yaml").write_text("name: trial\nruntime: yaml\n", encoding="utf-8")
    script = "".join(
        content for _, language, content in blocks("docs/installation-configuration.md") if language == "sh"
    )
    run(f"pulumi stack init dev\n{script}", folder, environment | {"ASSISTAI_API_TOKEN": "canary-token"})
    written = (folder / "Pulumi.dev.yaml").read_text(encoding="utf-8")
    assert "assistai:organizationCode: ACME" in written
    assert "canary-token" not in written


@pytest.mark.parametrize("page", ["_index.md", "installation-configuration.md"])
def test_a_page_of_the_registry_has_its_front_matter(page: str) -> None:
    front, _, _ = (ROOT / "docs" / page).read_text(encoding="utf-8").removeprefix("---\n").partition("---\n")
    assert [line.partition(":")[0] for line in front.splitlines()] == ["title", "meta_desc", "layout"]
    assert front.endswith("layout: package\n")
