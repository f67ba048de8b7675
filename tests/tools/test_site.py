"""The site is built without a warning, and each page leads to its counterpart in the other language."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("mkdocs", reason="the extra docs is not installed")

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

ROOT = Path(__file__).parents[2]


def build_site(site: Path, *, docs: Path = ROOT / "docs") -> None:
    config = load_config(str(ROOT / "mkdocs.yml"), site_dir=str(site), docs_dir=str(docs), strict=True)
    config.plugins.on_startup(command="build", dirty=False)
    build(config)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("site")
    build_site(directory)
    return directory


def page(site: Path, name: str) -> str:
    return (site / name / "index.html").read_text(encoding="utf-8")


def test_a_page_leads_to_its_counterpart(site: Path) -> None:
    assert '<html lang="en"' in page(site, "state")
    assert '<a href="../estado/" hreflang="es"' in page(site, "state")
    assert '<html lang="es"' in page(site, "estado")
    assert '<a href="../state/" hreflang="en"' in page(site, "estado")


def test_a_page_without_a_counterpart_has_no_switch(site: Path) -> None:
    assert '<html lang="en"' in page(site, "engine")
    assert "hreflang" not in page(site, "engine")


def test_links_out_of_the_docs_lead_to_the_repository(site: Path) -> None:
    link = 'href="https://github.com/pulumi-assistai/pulumi-assistai/blob/main/examples/agencia"'
    assert link in page(site, "fleets")


def test_the_reference_has_the_texts_of_the_docstrings(site: Path) -> None:
    assert 'id="pulumi_assistai.Agent.get"' in page(site, "python")
    assert "the code of an existing agent to take over" in page(site, "python")
    assert 'id="pulumi_assistai.testing.plugin.assistai_stack"' in page(site, "python")


def test_the_search_knows_both_languages(site: Path) -> None:
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    assert index["config"]["lang"] == ["en", "es"]
    assert {"state/", "estado/"} <= {entry["location"] for entry in index["docs"]}


@pytest.mark.parametrize("wrong", ["[no page](nowhere.md)", "[no section](state.md#nowhere)"])
def test_a_link_that_leads_nowhere_is_an_error(wrong: str, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    for path in (ROOT / "docs").rglob("*"):
        there = tmp_path / "docs" / path.relative_to(ROOT / "docs")
        there.mkdir() if path.is_dir() else there.write_bytes(path.read_bytes())
    with (tmp_path / "docs" / "link.md").open("a", encoding="utf-8") as file:
        file.write(f"\n{wrong}\n")
    with pytest.raises(Abort):
        build_site(tmp_path / "site", docs=tmp_path / "docs")
