"""Hooks of MkDocs, named in mkdocs.yml: they adapt the pages, which are also read on GitHub, to the site."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pymdownx.slugs import slugify

_OUTSIDE = re.compile(r"\]\(\.\./([^)]+)\)")
_PICTURE = re.compile(r"(!\[[^]]*\]\(images/[\w-]+)\.png\)")
_ALTERNATE = re.compile(r'\s*<link rel="alternate" [^>]*>')


def on_config(config: Any) -> None:
    """Give headings the same anchors as GitHub."""
    config.mdx_configs.setdefault("toc", {})["slugify"] = slugify(case="lower")


def on_page_markdown(markdown: str, config: Any, **_: Any) -> str:
    """Point links to files outside of docs/ to the repository, and show dark pictures on dark pages."""
    markdown = _OUTSIDE.sub(rf"]({config.repo_url}/blob/main/\1)", markdown)
    images = {path.stem for path in Path(config.docs_dir, "images").glob("*.png")}
    return _PICTURE.sub(lambda found: _by_scheme(found, images), markdown)


def on_post_page(output: str, **_: Any) -> str:
    """Remove the links to alternate languages: the theme's script would request a site map for each of them."""
    return _ALTERNATE.sub("", output)


def _by_scheme(found: re.Match[str], images: set[str]) -> str:
    if f"{found[1].rpartition('/')[2]}-dark" not in images:
        return found[0]
    return f"{found[1]}.png#only-light)\n{found[1]}-dark.png#only-dark)"


def on_page_context(_context: dict[str, Any], page: Any, config: Any, nav: Any) -> None:
    """Set the language of a page and the target of the language switch, which the theme reads from the settings."""
    pair = next((pair for pair in config.extra["spanish"].items() if page.file.src_uri in pair), ())
    config.theme["language"] = "es" if page.file.src_uri in pair[1:] else "en"
    urls = {found.file.src_uri: found.url for found in nav.pages}
    config.extra["alternate"] = [
        {"name": name, "lang": code, "link": urls[there]}
        for there, (name, code) in zip(pair, (("English", "en"), ("Español", "es")), strict=False)
    ]
