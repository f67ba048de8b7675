"""The pictures in docs/images, always with the same data: `make screenshots`. Needs Chromium."""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Literal
from unittest.mock import patch
from uuid import UUID

from markdown_it import MarkdownIt
from PIL import Image
from playwright.sync_api import Browser, ViewportSize, sync_playwright
from rich.console import Console

from pulumi_assistai import Agent
from pulumi_assistai.cli.link.page import WebView
from pulumi_assistai.cli.link.views import TerminalView
from pulumi_assistai.cli.report.document import make_report
from pulumi_assistai.cli.report.fragments import find_fragments
from pulumi_assistai.cli.report.layout import write
from pulumi_assistai.cli.report.reading import read_preview
from pulumi_assistai.cli.report.renderers.markdown import MarkdownFormat
from pulumi_assistai.emulator import Emulator
from pulumi_assistai.engine import Stack
from pulumi_assistai.engine.reporting.display import TextDisplay
from tests.cli.report.previewing import changed_agency
from tests.conftest import emulated
from tests.emulator.conftest import ACME, SANDBOX, connect, create, whatsapp
from tests.emulator.shop import fill

IMAGES = Path(__file__).parents[1] / "docs" / "images"
MORNING = 1_760_000_000_000_000_000
CONSOLE: ViewportSize = {"width": 1200, "height": 800}
COMMENT: ViewportSize = {"width": 900, "height": 800}
PREVIEWS = Path(__file__).parents[1] / "tests" / "cli" / "report" / "previews"
REPORTED = {
    "fragment": "agencia",
    "dashboard": "soporte",
    "word": "ventas",
    "removed": "repuestos",
    "secret": "citas",
    "new": "entregas",
}
"""The resources of each preview that are in the picture of a report."""

COMMENT_STYLE = """
main { font: 14px/1.5 "DejaVu Sans", sans-serif; color: #1f2328; max-width: 860px; padding: 16px; background: #fff }
h2, h3 { border-bottom: 1px solid #d1d9e0; padding-bottom: 5px } h4 { margin-bottom: 4px }
code { font: 12px "DejaVu Sans Mono", monospace; background: #eff1f3; padding: 2px 5px; border-radius: 6px }
pre { background: #f6f8fa; padding: 12px; border-radius: 6px; overflow: auto } pre code { background: none; padding: 0 }
.add { color: #116329; background: #dafbe1 } .remove { color: #82071e; background: #ffebe9 } .place { color: #8250df }
blockquote { border-left: 4px solid #d1242f; margin: 0; padding: 0 14px }
"""
COMMENT_IN_DARK = """
main { color: #f0f6fc; background: #0d1117 } h2, h3 { border-color: #3d444d }
code { background: #656c7633 } pre { background: #151b23 } pre code { background: none }
.add { color: #aff5b4; background: #033a16 } .remove { color: #ffdcd7; background: #67060c } .place { color: #d2a8ff }
"""
PROMPTS = [
    f"Eres Valeria, la asesora de ventas de Muebles del Valle.\n{rule}\nDespídete con el horario de la tienda.\n"
    for rule in ("Menciona el 10 % de descuento por pago de contado.", "Pide las medidas antes de hablar de precios.")
]
"""A prompt before and after an edit."""

PAGE: ViewportSize = {"width": 620, "height": 660}
Scheme = Literal["light", "dark"]
SCHEMES: dict[Scheme, str] = {"light": "", "dark": "-dark"}
"""The ends of the pictures' names. The site shows dark pictures on dark pages."""


def main() -> None:
    """Draw every picture."""
    # Playwright holds the event loop of this thread, and the engine needs one.
    previewed = preview_of_an_edit()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        code, qr = first_qr()
        for scheme in SCHEMES:
            draw_console(browser, scheme)
            draw_page(browser, code, qr, scheme)
            draw_report(browser, scheme)
        draw_link(browser, code, qr)
        draw_terminal(browser, previewed, "assistai sandbox preview --diff", "preview.png")
        browser.close()


@contextmanager
def the_same_each_time() -> Iterator[Emulator]:
    """Run an emulator whose clock stands still and whose random values are always the same."""
    numbers = count(1)
    store = "pulumi_assistai.emulator.store"
    with (
        patch(f"{store}.time", SimpleNamespace(time_ns=lambda: MORNING)),
        patch(f"{store}.uuid", SimpleNamespace(uuid4=lambda: UUID(int=next(numbers)))),
        patch("pulumi_assistai.emulator.qr.secrets", SimpleNamespace(token_bytes=Random(1).randbytes)),  # noqa: S311
        Emulator(accounts=[SANDBOX, ACME], qr_lifetime=600) as emulator,
    ):
        yield emulator


def first_qr() -> tuple[str, bytes]:
    """Return the code of an agent that has no phone linked yet, and its QR code."""
    with the_same_each_time() as emulator, connect(emulator) as client:
        code = create(client)
        return code, client.get(f"{whatsapp(code)}/qr").content


def draw_console(browser: Browser, scheme: Scheme) -> None:
    """Draw the emulator's console, for docs/emulator.md."""
    with (
        the_same_each_time() as emulator,
        browser.new_context(viewport=CONSOLE, locale="en-US", color_scheme=scheme) as parts,
    ):
        page = parts.new_page()
        for name, path in zip(("agents", "agent", "conversation"), fill(emulator), strict=False):
            page.goto(emulator.url + path)
            keep(page.screenshot(), f"console-{name}{SCHEMES[scheme]}.png")


def draw_page(browser: Browser, code: str, qr: bytes, scheme: Scheme) -> None:
    """Draw the page of `assistai link --web`, for docs/link.md."""
    with WebView(code) as view, browser.new_context(viewport=PAGE, locale="en-US", color_scheme=scheme) as parts:
        view.show(qr)
        page = parts.new_page()
        page.goto(view.url)
        picture = page.get_by_alt_text("QR to scan with WhatsApp")
        picture.wait_for()
        picture.evaluate("image => image.decode()")
        keep(page.screenshot(), f"link-web{SCHEMES[scheme]}.png")
        view.end("stopped", "")


def draw_link(browser: Browser, code: str, qr: bytes) -> None:
    """Draw a terminal with `assistai link`, for docs/link.md."""
    console = recording(width=80)
    view = TerminalView(console)
    view.show(qr)
    for line in view.screen():
        console.print(line)
    draw_terminal(browser, console, f"assistai link {code}", "link-terminal.png")


def preview_of_an_edit() -> Console:
    """Return a terminal with the preview of a prompt that somebody edited, for the README."""
    console = recording(width=92)
    with the_same_each_time() as emulator, TemporaryDirectory() as folder:
        before, after = (edited_fleet(Path(folder), emulator, prompt) for prompt in PROMPTS)
        before.up(display(recording(width=92), "up"))
        after.preview(display(console, "preview"))
    return console


def edited_fleet(folder: Path, emulator: Emulator, prompt: str) -> Stack:
    """Return a stack of two agents, one of which has this prompt."""

    def declare() -> None:
        Agent("soporte", name="Soporte", instructions="Eres Tomás, de soporte técnico.\n")
        Agent("ventas", name="Ventas", instructions=prompt, tone="amigable")

    return Stack(folder, environment=emulated(emulator.url), program=declare)


def display(console: Console, verb: str) -> TextDisplay:
    """Return a display of whole texts, as `--diff` has it."""
    return TextDisplay(console, diff=True, project="muebles", stack="dev", verb=verb, preview=verb == "preview")


def recording(width: int) -> Console:
    """Return a terminal that remembers what is written to it."""
    return Console(record=True, file=io.StringIO(), force_terminal=True, width=width, height=40)


def draw_terminal(browser: Browser, console: Console, title: str, name: str) -> None:
    """Draw a terminal with what was written to it."""
    # Larger characters without clipping leave no gap between lines, as in a terminal. Web fonts are not needed.
    drawing = console.export_svg(title=title).replace("font-size: 20px", "font-size: 22px")
    drawing = re.sub(r'@font-face \{.*?\}| clip-path="url\(#\S*line-\d+\)"', "", drawing, flags=re.DOTALL)
    width, height = (int(float(size)) for size in re.findall(r'viewBox="0 0 (\S+) (\S+)"', drawing)[0])
    with browser.new_context(viewport={"width": width, "height": height}) as parts:
        page = parts.new_page()
        page.set_content(f'<body style="margin: 0">{drawing}')
        keep(page.locator("svg").screenshot(), name)


def draw_report(browser: Browser, scheme: Scheme) -> None:
    """Draw a report in Markdown as a comment of a pull request, for docs/commands.md."""
    steps, diagnostics = [], []
    for case, chosen in REPORTED.items():
        document = json.loads((PREVIEWS / f"{case}.json").read_text(encoding="utf-8"))
        steps += [step for step in document["steps"] if re.search(chosen, step["urn"])]
        diagnostics += document.get("diagnostics", [])
    preview = read_preview(json.dumps({"steps": steps, "diagnostics": diagnostics}), "the previews")
    with TemporaryDirectory() as folder:
        report = make_report(preview, find_fragments(changed_agency(Path(folder))))
    written = write(report, MarkdownFormat(), None, "")
    with browser.new_context(viewport=COMMENT, locale="en-US", color_scheme=scheme) as parts:
        page = parts.new_page()
        page.set_content(as_github_shows(written, COMMENT_IN_DARK if scheme == "dark" else ""))
        keep(page.locator("main").screenshot(), f"report{SCHEMES[scheme]}.png")


def as_github_shows(markdown: str, more_style: str) -> str:
    """Return Markdown as a page that looks like a comment on GitHub."""
    body = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown)
    body = re.sub(r"<blockquote>\s*<p>\[!(\w+)\]", r'<blockquote class="\1"><p><b>\1</b><br>', body)
    for sign, name in (("+", "add"), ("-", "remove"), ("@@", "place")):
        body = re.sub(rf"(?m)^(<pre><code[^>]*>)?({re.escape(sign)}.*)$", rf'\1<span class="{name}">\2</span>', body)
    return f"<!doctype html><meta charset=utf-8><style>{COMMENT_STYLE}{more_style}</style><main>{body}</main>"


def keep(picture: bytes, name: str) -> None:
    """Save a picture with few colours, so that pages load faster."""
    IMAGES.mkdir(exist_ok=True)
    Image.open(io.BytesIO(picture)).convert("P", palette=Image.Palette.ADAPTIVE).save(IMAGES / name, optimize=True)


if __name__ == "__main__":
    main()
