"""`assistai link` as a user runs it, with the emulator's phone to scan what it shows."""

from __future__ import annotations

import io
import re
import shutil
import signal
import stat
import struct
import subprocess
import sys
import threading
import time
import warnings
import zlib
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from queue import Empty, Queue

import httpx
import pytest
import segno
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFile
from playwright.sync_api import expect, sync_playwright
from rich.console import Console

from pulumi_assistai.cli.link.page import WebView
from pulumi_assistai.cli.link.qr import LARGEST_SIDE, draw_qr, read_qr, require_small
from pulumi_assistai.cli.link.texts import TEXTS, choose_language
from pulumi_assistai.cli.link.views import TerminalView
from pulumi_assistai.client import Client
from pulumi_assistai.errors import AssistAIError
from tests.conftest import Api, Project
from tests.scripted import Reply, Request, as_json, serve
from tests.test_docs import blocks
from tests.waiting import wait_for

ASSISTAI = str(Path(sys.executable).with_name("assistai"))
CHROMIUM = shutil.which("chromium")
PHONE = "584221234567"
PAYLOAD = "2@AbCdEfGhIjKlMnOpQrStUvWxYz0123456789+/AbCdEfGhIjKlMnOpQrStUvWxYz=,aGVsbG8=,d29ybGQ=,1"
LIGHT = {"█": (255, 255), "▀": (255, 0), "▄": (0, 255), " ": (0, 0)}
SECONDS = 30


class Running:
    """A command in a process of its own, and the lines that it has written."""

    def __init__(self, command: list[str], directory: Path, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            command, cwd=directory, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._coming: Queue[str] = Queue()
        self.lines: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._coming.put(line.rstrip("\n"))

    def until(self, found: Callable[[list[str]], object], what: str) -> None:
        """Read lines until `found` says so of all that there are."""
        deadline = time.monotonic() + SECONDS
        while not found(self.lines):
            try:
                self.lines.append(self._coming.get(timeout=max(0.0, deadline - time.monotonic())))
            except Empty:
                raise AssertionError(f"no {what} in {self.lines}") from None

    def end(self) -> int:
        status = self.process.wait(SECONDS)
        time.sleep(0.05)
        while not self._coming.empty():
            self.lines.append(self._coming.get())
        return status


Link = Callable[..., Running]


@pytest.fixture
def link(tmp_path: Path, environment: dict[str, str]) -> Iterator[Link]:
    started: list[Running] = []

    def run(*arguments: object) -> Running:
        command = [ASSISTAI, "link", *map(str, arguments)]
        started.append(Running(command, tmp_path, environment | {"PYTHONUNBUFFERED": "1", "BROWSER": "true"}))
        return started[-1]

    yield run
    for running in started:
        running.process.kill()
        running.process.wait(SECONDS)


@pytest.fixture
def code(api: Api) -> str:
    return api.create("Ventas")


def scan(lines: list[str]) -> str | None:
    """Return what a phone sees in lines of half blocks on a dark terminal."""
    margin, scale = 4, 4
    rows = [half for line in lines for half in zip(*(LIGHT[character] for character in line), strict=True)]
    picture = Image.new("L", (len(rows[0]) + 2 * margin, len(rows) + 2 * margin), 0)
    for y, row in enumerate(rows):
        for x, light in enumerate(row):
            picture.putpixel((x + margin, y + margin), light)
    size = (picture.width * scale, picture.height * scale)
    found = zxingcpp.read_barcode(picture.resize(size, Image.Resampling.NEAREST))
    return found.text if found else None


def drawings(lines: list[str]) -> list[list[str]]:
    """Return the whole QR codes among lines, each from one line of full blocks to the next."""
    edges = [number for number, line in enumerate(lines) if line and set(line) == {"█"}]
    return [lines[first : last + 1] for first, last in zip(edges[::2], edges[1::2], strict=False)]


@settings(max_examples=50, deadline=None)
@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=250))
def test_what_is_drawn_is_what_was_read(content: str) -> None:
    picture = io.BytesIO()
    segno.make_qr(content).save(picture, kind="png", scale=4)
    assert read_qr(picture.getvalue()) == content
    assert scan(draw_qr(content)) == content


def test_a_drawing_is_as_small_as_it_can_be() -> None:
    lines = draw_qr(PAYLOAD)
    assert {len(line) for line in lines} == {41}
    assert len(lines) == 21


@pytest.mark.parametrize("png", [b"", b"\x89PNG\r\n\x1a\n", b"GIF89a"])
def test_a_picture_that_cannot_be_read_is_none(png: bytes) -> None:
    assert read_qr(png) is None


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def header(width: int, height: int) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))


def bomb(width: int, height: int, *before: bytes) -> bytes:
    rows = zlib.compress(bytes(100))
    return b"\x89PNG\r\n\x1a\n" + b"".join(before) + header(width, height) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("png", [bomb(13_300, 13_300), bomb(4001, 1), bomb(1, 4001), bomb(5000, 5000, header(40, 40))])
def test_a_picture_of_too_many_pixels_is_not_opened(png: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[int] = []
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda _: decoded.append(1))
    with warnings.catch_warnings():
        # Pillow would warn of such a picture on standard error.
        warnings.simplefilter("error")
        assert read_qr(png) is None
    assert not decoded


def test_a_picture_of_as_many_pixels_as_that_is_opened() -> None:
    picture = io.BytesIO()
    code = segno.make_qr(PAYLOAD)
    side = code.symbol_size(scale=1)[0]
    code.save(picture, kind="png", scale=LARGEST_SIDE // side)
    assert read_qr(picture.getvalue()) == PAYLOAD
    require_small(bomb(LARGEST_SIDE, LARGEST_SIDE))


@pytest.mark.parametrize(
    "png", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n", bomb(1, 1)[:20], bomb(1, 1, chunk(b"tEXt", b"a\0b"))]
)
def test_a_picture_that_does_not_begin_as_a_png_is_refused(png: bytes) -> None:
    with pytest.raises(
        AssistAIError, match="the picture of the QR code is not a PNG; if it persists, contact AssistAI support"
    ):
        require_small(png)


@pytest.mark.parametrize("arguments", [[], ["--web", "--no-browser"], ["--png", "qr.png"]])
def test_a_picture_of_too_many_pixels_is_shown_nowhere(
    link: Link, environment: dict[str, str], arguments: list[str], tmp_path: Path
) -> None:
    def answer(request: Request) -> Reply:
        if request.path.endswith("/qr"):
            return Reply(200, bomb(13_300, 13_300), {"content-type": "image/png"})
        agents = [] if "page=2" in request.path else [{"code": "A-1", "name": "Ventas"}]
        return as_json({"data": agents, "meta": {"itemCount": 1}})

    with serve(answer) as server:
        environment["ASSISTAI_BASE_URL"] = server.url
        running = link("A-1", *arguments)
        assert running.end() == 1
    assert running.lines[-1] == (
        "error: the picture of the QR code was not opened: it has 13300 x 13300 pixels, more than 4000 x 4000; "
        "if it persists, contact AssistAI support"
    )
    assert not list(tmp_path.glob("*qr.png*"))


def mixed() -> str:
    """Return what fits into a QR in a mixture of modes alone: few letters among many digits."""
    return "a" + "1" * 6500


@pytest.mark.parametrize("content", [mixed(), "a" * 3000, "x\ud800y"])
def test_a_qr_that_cannot_be_drawn_again_names_the_other_ways(content: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pulumi_assistai.cli.link.views.read_qr", lambda _: content)
    view = TerminalView(Console(file=io.StringIO()))
    with view, pytest.raises(AssistAIError, match=r"the QR code is too large for a terminal; use --web or --png FILE"):
        view.show(picture_of(PAYLOAD))


def test_a_picture_without_a_qr_names_the_other_ways() -> None:
    blank = io.BytesIO()
    Image.new("L", (50, 50), 255).save(blank, "PNG")
    view = TerminalView(Console(file=io.StringIO()))
    with view, pytest.raises(AssistAIError, match=r"use --web or --png FILE"):
        view.show(blank.getvalue())


def picture_of(payload: str) -> bytes:
    written = io.BytesIO()
    segno.make_qr(payload, error="l", boost_error=False).save(written, kind="png", scale=4)
    return written.getvalue()


def terminal(width: int, height: int) -> tuple[Console, io.StringIO]:
    written = io.StringIO()
    console = Console(file=written, force_terminal=True, color_system="truecolor", width=width, height=height)
    return console, written


def test_a_terminal_gets_dark_on_light_whatever_its_colours() -> None:
    console, written = terminal(80, 24)
    with TerminalView(console) as view:
        view.show(picture_of(PAYLOAD))
        shown = written.getvalue()
    assert "\x1b[38;2;255;255;255;48;2;0;0;0m" in shown
    plain = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown)
    assert scan(drawings(plain.splitlines())[0]) == PAYLOAD
    assert written.getvalue().endswith("\x1b[2K")


def test_a_small_terminal_says_what_is_needed() -> None:
    console, written = terminal(80, 20)
    with TerminalView(console) as view:
        view.show(picture_of(PAYLOAD))
        assert "The QR code needs 41 x 21 characters: enlarge the terminal, or use --web." in written.getvalue()


def test_the_qr_is_drawn_again_as_it_rotates_until_a_phone_scans_it(link: Link, api: Api, code: str) -> None:
    running = link(code)
    running.until(lambda lines: len(drawings(lines)) >= 2, "second QR")
    first, second = (scan(drawing) for drawing in drawings(running.lines)[:2])
    assert first != second
    assert second == api.agent("Ventas")["qr"]
    api.call("POST", f"/agents/{code}/whatsapp/link", phoneNumber=PHONE, qr=second)
    assert running.end() == 0
    assert (
        running.lines[-1] == f"WhatsApp of agent {code} is linked to {PHONE}. Run `pulumi up --refresh` to record it."
    )


def test_an_agent_can_be_named(link: Link, api: Api, client: Client, code: str) -> None:
    client.whatsapp.connect(code)
    api.link(code, PHONE)
    running = link("Ventas")
    assert running.end() == 0
    assert running.lines[1:] == [
        f"Linking WhatsApp of agent Ventas ({code}), organization SANDBOX of tenant sandbox.",
        f"WhatsApp of agent {code} is linked to {PHONE}. Run `pulumi up --refresh` to record it.",
    ]
    other = api.create("Ventas")
    running = link("Ventas")
    assert running.end() == 1
    place = "organization SANDBOX of tenant sandbox"
    assert running.lines[1:] == [
        (
            'error: 2 agents match "Ventas"; use a code, with --provider or --organization if the code is not unique: '
            f"agent Ventas ({code}), {place}; agent Ventas ({other}), {place}"
        ),
    ]


def test_a_name_in_another_case_matches_unless_another_agent_has_it(
    link: Link, api: Api, client: Client, code: str
) -> None:
    client.whatsapp.connect(code)
    api.link(code, PHONE)
    running = link("ventas")
    assert running.end() == 0
    assert running.lines[1] == f"Linking WhatsApp of agent Ventas ({code}), organization SANDBOX of tenant sandbox."
    other = api.create("ventas")
    client.whatsapp.connect(other)
    api.link(other, PHONE)
    running = link("ventas")
    assert running.end() == 0
    assert running.lines[1] == f"Linking WhatsApp of agent ventas ({other}), organization SANDBOX of tenant sandbox."


def test_an_unknown_agent_is_said_to_be_none(link: Link, code: str) -> None:
    del code
    running = link("Nadie")
    assert running.end() == 1
    assert running.lines[1:] == [
        (
            'error: no agent matches "Nadie" by code, name or resource in organization SANDBOX of tenant sandbox; '
            "`assistai status` lists the agents"
        )
    ]


def test_another_number_than_the_expected_one_is_an_error(link: Link, api: Api, client: Client, code: str) -> None:
    client.whatsapp.connect(code)
    api.link(code, PHONE)
    assert link(code, "--expected-phone-number", "+58 422 123 45 67").end() == 0
    running = link(code, "--expected-phone-number", "+58 422 000 00 00")
    assert running.end() == 1
    assert running.lines[-1].startswith(
        f"error: WhatsApp of agent {code} is linked to {PHONE}, not to the expected number, which ends in 00; unlink it"
    )


def test_a_number_that_cannot_be_linked_is_refused_at_once(link: Link, code: str) -> None:
    running = link(code, "--expected-phone-number", "0422 1234567")
    assert running.end() == 2
    said = " ".join(" ".join(running.lines).replace("│", " ").split())
    assert "must be one whole phone number with its country code" in said


def test_a_number_that_may_be_the_expected_one_is_warned_about(link: Link, api: Api, client: Client, code: str) -> None:
    client.whatsapp.connect(code)
    api.link(code, "58422***4567")
    running = link(code, "--expected-phone-number", "+58 422 123 45 67")
    assert running.end() == 0
    assert "it is unclear whether that is expected_phone_number" in running.lines[-2]
    assert "unlink" not in "".join(running.lines)


@pytest.mark.parametrize("engine", ["embedded"])
def test_the_declared_number_is_expected(link: Link, api: Api, code: str, project: Project) -> None:
    project.up(f'assistai.WhatsAppIntegration("w", agent_code="{code}", expected_phone_number="584129999999")')
    api.link(code, PHONE)
    running = link(code)
    assert running.end() == 1
    assert f"is linked to {PHONE}, not to the expected number, which ends in 99" in running.lines[-1]
    api.unlink(code)
    api.link(code, "584129999999")
    running = link(code)
    assert running.end() == 0
    url = project.environment["ASSISTAI_BASE_URL"]
    assert f"No real phone can scan this QR code. The emulator has one: {url}/agents/{code}" in running.lines
    assert running.lines[-1].endswith("Run `assistai sandbox up --refresh` to record it.")


def test_the_time_can_be_over(link: Link, code: str) -> None:
    running = link(code, "--timeout", "0")
    assert running.end() == 1
    assert running.lines[-1] == (
        f"error: no phone was linked to agent {code} within 0 s; run the command again, "
        "with a longer --timeout if needed"
    )


def test_ctrl_c_ends_it(link: Link, code: str) -> None:
    running = link(code)
    running.until(drawings, "QR")
    running.process.send_signal(signal.SIGINT)
    assert running.end() == 130
    assert running.lines[-1] == f"Stopped: no phone was linked to agent {code}."


def test_passing_errors_are_shown_and_tried_again(link: Link, api: Api, code: str) -> None:
    api.faults.add("status-before", method="GET", path=r".*/qr", status=502, count=1)
    running = link(code)
    running.until(drawings, "QR")
    [trouble] = [line for line in running.lines if "502" in line]
    assert trouble.endswith("trying again until the time is up")
    api.link(code, PHONE)
    assert running.end() == 0


@pytest.mark.parametrize("status", [409, 503])
def test_a_connection_that_starts_is_waited_for(link: Link, api: Api, code: str, status: int) -> None:
    body = '{"message": "reconnecting"}'
    api.faults.add("status-before", method="GET", path=r".*/qr", status=status, count=1, body=body)
    running = link(code)
    running.until(drawings, "QR")
    assert [line for line in running.lines if "QR code yet" in line] == [
        (
            f'WhatsApp of agent {code} is not connected and has no QR code yet ("reconnecting"); '
            "trying again until the time is up"
        )
    ]
    api.link(code, PHONE)
    assert running.end() == 0


@pytest.mark.parametrize("status", [401, 403])
def test_refusals_end_it_at_once(link: Link, api: Api, code: str, status: int) -> None:
    api.faults.add("status-before", method="GET", path=r".*/qr", status=status, count=0)
    running = link(code)
    assert running.end() == 1
    assert f"answered {status}" in running.lines[-1]


def test_an_agent_without_an_integration_is_told_what_to_do(link: Link, api: Api, code: str) -> None:
    api.call("DELETE", f"/agents/{code}/whatsapp")
    running = link(code)
    assert running.end() == 1
    assert running.lines[-1].startswith(f"error: agent {code} has no WhatsApp integration to connect (GET ")
    assert running.lines[-1].endswith(f"in AssistAI's dashboard, then run `assistai link {code}` again [AAI-160]")


def test_a_picture_follows_the_qr_and_goes_at_the_end(link: Link, api: Api, code: str, tmp_path: Path) -> None:
    file = tmp_path / "qr.png"
    running = link(code, "--png", file)
    seen: list[bytes] = []
    deadline = time.monotonic() + SECONDS
    while len(seen) < 2 and time.monotonic() < deadline:
        if file.exists() and file.read_bytes() not in seen:
            seen.append(file.read_bytes())
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
        time.sleep(0.05)
    assert [one != other for one, other in pairwise(map(read_qr, seen))] == [True]
    api.link(code, PHONE)
    assert running.end() == 0
    assert any("anyone who has it can link a phone" in line for line in running.lines)
    assert not list(tmp_path.glob("*qr.png*"))


def test_a_picture_that_cannot_be_written_is_one_line(link: Link, code: str, tmp_path: Path) -> None:
    file = tmp_path / "missing" / "qr.png"
    running = link(code, "--png", file)
    assert running.end() == 1
    assert running.lines[-1] == f"error: cannot write {file}: No such file or directory"


def test_a_folder_in_place_of_a_picture_is_refused_and_gets_no_qr(link: Link, code: str, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    running = link(code, "--png", folder)
    assert running.end() == 1
    assert running.lines[-1] == f"error: {folder} is a folder; name a file for the QR code, such as qr.png"
    assert list(tmp_path.glob("**/*pictures*")) == [folder]


def page_of(running: Running) -> str:
    running.until(lambda lines: any("http://" in line for line in lines), "address")
    [url] = re.findall(r"http://127\.0\.0\.1:\d+/\S+/", "\n".join(running.lines))
    return str(url)


def test_the_page_is_for_whoever_knows_its_address_alone(link: Link, api: Api, code: str) -> None:
    running = link(code, "--web", "--no-browser")
    url = page_of(running)
    origin, token = re.fullmatch(r"(http://127\.0\.0\.1:\d+)/(\S+)/", url).groups()  # type: ignore[union-attr]
    assert len(token) >= 22
    with httpx.Client() as http:
        page = http.get(url, headers={"Accept-Language": "es-VE,es;q=0.9,en;q=0.8"})
        assert f"Vincular WhatsApp: agent Ventas ({code})" in page.text
        assert "no-store" in page.headers["cache-control"]
        assert "default-src 'none'" in page.headers["content-security-policy"]
        for other in (f"{origin}/", f"{origin}/qr.png", f"{url}other", f"{origin}/{'A' * len(token)}/"):
            assert http.get(other).status_code == 404
        assert http.get(url, headers={"Host": "evil.example"}).status_code == 404
        assert http.get(f"{url}state").json()["outcome"] == "waiting"
        assert http.post(url).status_code == 501
        wait_for(lambda: http.get(f"{url}qr.png").status_code == 200)
        picture = http.get(f"{url}qr.png").content
        wait_for(lambda: http.get(f"{url}qr.png").content != picture)
        api.link(code, PHONE)
        wait_for(lambda: http.get(f"{url}state").json()["outcome"] == "linked")
    assert running.end() == 0
    assert running.lines[-1].startswith(f"WhatsApp of agent {code} is linked to {PHONE}.")
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_a_browser_gets_no_credentials(code: str, tmp_path: Path, environment: dict[str, str]) -> None:
    browser, seen = tmp_path / "browser", tmp_path / "seen"
    browser.write_text(f'#!/bin/sh\necho "$1" > {seen}\nenv >> {seen}\n', encoding="utf-8")
    browser.chmod(0o700)
    command = [ASSISTAI, "link", code, "--web", "--timeout", "0"]
    running = Running(command, tmp_path, environment | {"BROWSER": str(browser)})
    assert running.end() == 1
    url, *variables = seen.read_text(encoding="utf-8").splitlines()
    assert url.startswith("http://127.0.0.1:")
    assert f"BROWSER={browser}" in variables
    assert not [line for line in variables if line.startswith(("ASSISTAI_", "PULUMI_"))]


def test_the_heading_is_no_markup() -> None:
    with WebView("<b>$title") as view:
        assert "Link WhatsApp to &lt;b&gt;$title" in httpx.get(view.url).text


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("es", "es"),
        ("fr, es-MX;q=0.5", "es"),
        ("en;q=0.1, ES;q=0.2", "es"),
        ("es;q=0, de", "en"),
        ("x;q", "en"),
    ],
)
def test_the_page_speaks_the_language_of_the_browser(accepted: str, language: str) -> None:
    assert choose_language(accepted) == language


def test_both_languages_say_the_same() -> None:
    assert TEXTS["en"].keys() == TEXTS["es"].keys()


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium")
def test_the_page_follows_the_qr_in_a_browser(link: Link, api: Api, code: str) -> None:
    running = link(code, "--web", "--no-browser")
    url = page_of(running)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(locale="en-US", viewport={"width": 620, "height": 660})
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(url)
        picture = page.get_by_alt_text("QR to scan with WhatsApp")
        expect(picture).to_be_visible(timeout=SECONDS * 1000)
        first = picture.get_attribute("src")
        expect(picture).not_to_have_attribute("src", str(first), timeout=SECONDS * 1000)
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
        api.link(code, PHONE)
        expect(page.get_by_text("WhatsApp is connected.")).to_be_visible(timeout=SECONDS * 1000)
        expect(page.get_by_text(PHONE)).to_be_visible()
        expect(picture).to_be_hidden()
        assert running.end() == 0
        assert complaints == []
        browser.close()


def test_a_page_left_open_learns_of_ctrl_c(link: Link, code: str) -> None:
    running = link(code, "--web", "--no-browser")
    url = page_of(running)
    assert httpx.get(f"{url}state").json()["outcome"] == "waiting"
    running.process.send_signal(signal.SIGINT)
    wait_for(lambda: httpx.get(f"{url}state").json()["outcome"] == "stopped")
    assert running.end() == 130


@pytest.mark.parametrize("number", range(3))
def test_the_commands_of_the_documentation_work_as_written(api: Api, code: str, link: Link, number: int) -> None:
    scripts = [content.split() for _, language, content in blocks("docs/link.md") if language == "sh"]
    commands = [words for words in scripts if words[0] == "assistai"]
    program, verb, *arguments = commands[number]
    assert (len(commands), program, verb, arguments[0]) == (3, "assistai", "link", code)
    running = link(*arguments)
    wait_for(lambda: bool(api.agent("Ventas")["qr"]))
    api.link(code, PHONE)
    assert running.end() == 0
