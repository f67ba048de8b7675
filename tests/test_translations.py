"""A page and its counterpart in Spanish have the same commands, files and outputs, section by section."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

DOCS = Path(__file__).parents[1] / "docs"
SITE = yaml.safe_load((DOCS.parent / "mkdocs.yml").read_text(encoding="utf-8"))
SPANISH: dict[str, str] = SITE["extra"]["spanish"]

_BLOCK = re.compile(r"^( *)```([\w-]*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


def sections(page: str) -> list[list[tuple[str, str]]]:
    """Return the language and the content of each block, of each section."""
    # The blank line keeps a block that follows another one from being taken for its end.
    text = (DOCS / page).read_text(encoding="utf-8")
    return [
        [(language, re.sub(rf"^{indent}", "", content, flags=re.MULTILINE)) for indent, language, content in found]
        for found in map(_BLOCK.findall, re.split(r"^##+ ", text, flags=re.MULTILINE))
    ]


def pages(nav: list[object] | dict[str, object] | str) -> list[str]:
    """Return the pages of a navigation in their order."""
    if isinstance(nav, str):
        return [] if nav.startswith("https://") else [nav]
    return [page for entry in (nav.values() if isinstance(nav, dict) else nav) for page in pages(entry)]  # type: ignore[arg-type]


@pytest.mark.parametrize(("page", "spanish"), SPANISH.items())
def test_both_languages_have_the_same_blocks(page: str, spanish: str) -> None:
    assert sections(spanish) == sections(page)


@pytest.mark.parametrize(("page", "spanish"), SPANISH.items())
def test_both_languages_link_to_each_other(page: str, spanish: str) -> None:
    assert f"]({spanish})" in (DOCS / page).read_text(encoding="utf-8")
    assert f"]({page})" in (DOCS / spanish).read_text(encoding="utf-8")


@pytest.mark.parametrize("spanish", SPANISH.values())
def test_a_page_in_spanish_leads_to_pages_in_spanish_or_says_so(spanish: str) -> None:
    text = (DOCS / spanish).read_text(encoding="utf-8")
    english = {target for target in re.findall(r"\]\(([\w-]+\.md)", text) if target in SPANISH}
    [own] = [page for page, there in SPANISH.items() if there == spanish]
    assert english <= {own}


def test_the_navigation_has_every_page_once() -> None:
    there = sorted(str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md"))
    assert sorted(pages(SITE["nav"])) == there


def test_pages_in_spanish_stand_together() -> None:
    assert set(pages(SITE["nav"][-1])) == set(SPANISH.values())


def test_the_start_pages_show_the_program_of_the_readme() -> None:
    [program] = re.findall(r"^```python\n.*?^```$", (DOCS.parent / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    assert program in (DOCS / "index.md").read_text(encoding="utf-8")
