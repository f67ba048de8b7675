"""Hostile prompts, names and messages, in reports as GitHub would read them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from pulumi_assistai.cli.report.document import make_report
from pulumi_assistai.cli.report.layout import SHORTEST, write
from pulumi_assistai.cli.report.reading import read_preview
from pulumi_assistai.cli.report.renderers.html import HtmlFormat
from pulumi_assistai.cli.report.renderers.markdown import MarkdownFormat
from pulumi_assistai.cli.report.renderers.terminal import TerminalFormat
from tests.cli.report.previewing import document, step
from tests.fuzzing import fuzz_settings

_BITS = [
    "```",
    "````\n",
    "~~~",
    "`",
    "``",
    "@octocat",
    "#123",
    "https://evil.example",
    "www.evil.example",
    "<script>alert(1)</script>",
    "</details>",
    "<!--",
    "-->",
    "<img src=x onerror=alert(1)>",
    "[a](https://evil.example)",
    "![a](https://evil.example/x.png)",
    "\u202e",
    "\u2066",
    "\x1b[31m",
    "\x00",
    "\r",
    "\u2028",
    "\ud800",
    "\u200b",
    "|",
    "$x$",
    "*",
    "_a_",
    "\\",
    '"',
    "'",
    "(",
    ")",
    "/close",
    "# title",
    "- list",
    "> [!NOTE]",
    "&lt;",
    "&#64;octocat",
    ":smile:",
    "é",
    "e\u0301",
    "\n",
    "\n\n",
    " ",
    "\t",
    "x" * 3_000,
    "palabra " * 300,
    "mañana",
    "[secret]",
    "+",
    "-",
    "@@",
]
_TEXT = st.lists(st.sampled_from(_BITS) | st.text(max_size=5), max_size=12).map("".join)
_SAFE_HTML = re.compile(r"<details><summary>[a-z_, ]+: [-+\d ]+lines?</summary>|</details>")
_MEANT = re.compile(r"[@<>#]|://|www\.")
_OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

_FORMATS = (MarkdownFormat(), TerminalFormat(colours=False), HtmlFormat())


@fuzz_settings(20)
@given(_TEXT, _TEXT, _TEXT, _TEXT, st.sampled_from([SHORTEST, 2_500, 65_536]))
def test_no_text_is_more_than_text(name: str, old: str, new: str, said: str, longest: int) -> None:
    before, after = {"name": name, "instructions": old}, {"name": new, "instructions": new}
    diagnostics = ({"severity": "warning", "message": said}, {"severity": "info#err", "message": said + name})
    steps = (
        step("update", f"a{name}", before, after),
        step("update", "b", before | {"name": "b"}, after | {"name": "b"}, code=said, organization=name or "O"),
        step("create", f"c{said}", None, {"name": said, "instructions": new}),
        step("delete", f"d{new}", before, code="D"),
    )
    report = make_report(read_preview(document(*steps, diagnostics=diagnostics), "a test"))
    for form in _FORMATS:
        text = write(report, form, longest, "The artifact has it.")
        assert text == write(report, form, longest, "The artifact has it.")
        assert len(text) <= longest
        assert not _OBEYED.search(text)
    check_markdown(write(report, MarkdownFormat(), longest, "The artifact has it."))


def check_markdown(text: str) -> None:
    """Require that Markdown has no HTML but ours, no link, no picture, and nothing that GitHub makes one of."""
    for token in _tokens(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text)):
        assert token.type not in {"link_open", "image", "table_open", "s_open", "em_open", "html_inline"}, token
        if token.type == "html_block":
            assert _SAFE_HTML.sub("", token.content).strip() == "", token
        if token.type == "text":
            assert not _MEANT.search(token.content.replace("=>", "").replace("[!", "")), token
        if token.type == "fence":
            assert token.info == "diff", token
            assert all(line[:1] in "-+ @" for line in token.content.split("\n")), token


def _tokens(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _tokens(token.children or [])


def test_the_check_finds_what_it_is_for() -> None:
    for text in ("<b>x</b>", "[a](b)", "@octocat", "```python\nx\n```", "see https://a.example"):
        try:
            check_markdown(text)
        except AssertionError:
            continue
        raise AssertionError(text)
