"""The console in a real browser, by keyboard alone."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect, sync_playwright

from pulumi_assistai.emulator import Emulator
from tests.emulator.conftest import create, whatsapp
from tests.emulator.shop import NUMBER, fill

CHROMIUM = shutil.which("chromium")
TABS = 60
NO_FOCUS = 3000
"""Milliseconds after which nothing has the focus."""

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


class Person:
    """Somebody at a keyboard, without a mouse. What the browser complains about is kept."""

    def __init__(self, parts: BrowserContext, url: str) -> None:
        self.complaints: list[str] = []
        self.page: Page = parts.new_page()
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(url)

    def reach(self, name: str) -> None:
        """Press Tab until what has this label or text is focused."""
        names = "el => [el.innerText, ...Array.from(el.labels || [], each => each.innerText)].map(text => text.trim())"
        for _ in range(TABS):
            self.page.keyboard.press("Tab")
            focused = self.page.locator(":focus")
            found: list[str] = []
            # A page that came meanwhile has no focus yet.
            with suppress(Error):
                found = focused.evaluate(names, timeout=NO_FOCUS) if focused.count() else []
            if name in found:
                assert focused.evaluate("el => getComputedStyle(el).outlineStyle") == "solid", f"{name} shows no focus"
                return
        raise AssertionError(f"Tab never reaches {name}")

    def press(self, name: str) -> None:
        self.reach(name)
        self.page.keyboard.press("Enter")

    def write(self, label: str, text: str) -> None:
        self.reach(label)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def sees(self, text: str) -> None:
        expect(self.page.locator("body")).to_contain_text(text)


@pytest.fixture
def person(browser: Browser, emulator: Emulator) -> Iterator[Person]:
    with browser.new_context(locale="en-US") as parts:
        someone = Person(parts, emulator.url)
        yield someone
        assert someone.complaints == []


def test_by_keyboard_alone(person: Person, control: httpx.Client) -> None:
    person.press("New agent")
    person.write("Name (required)", "Ventas")
    person.write("Instructions", "uno\ndos")
    person.press("Create agent")
    person.sees("The agent was created.")
    person.write("Tone", "amigable")
    person.press("Save changes")
    person.sees("The changes were saved.")
    person.press("Show QR")
    expect(person.page.get_by_role("img")).to_have_js_property("naturalWidth", expected_qr_width(control))
    person.write("Phone number", NUMBER)
    person.press("Link this phone")
    person.sees(NUMBER)
    person.write("Message", "¿Tienen mesas?")
    person.press("Send")
    person.sees("Hola, soy Ventas. Recibí su mensaje: «¿Tienen mesas?»")
    [agent] = control.get("/agents").json()
    assert [agent[key] for key in ("name", "instructions", "tone", "voice")] == ["Ventas", "uno\ndos", "amigable", None]
    assert (agent["whatsapp"], agent["phoneNumber"]) == ("connected", NUMBER)


def expected_qr_width(control: httpx.Client) -> int:
    picture = httpx.get(f"{control.base_url.join('/')}agents/A-001/qr.png")
    return Image.open(io.BytesIO(picture.content)).width


def test_the_rest_by_keyboard(person: Person, client: httpx.Client, control: httpx.Client) -> None:
    code = create(client, "Ventas")
    person.page.reload()
    person.page.keyboard.press("Tab")
    assert person.page.locator(":focus").inner_text() == "Skip to the content"
    person.page.keyboard.press("Enter")
    person.press("Ventas")
    person.press("Remove the integration")
    person.press("Add the integration")
    person.sees("The agent has a WhatsApp integration now.")
    person.press("Delete this agent…")
    person.press("Delete Ventas")
    person.sees("The agent was deleted.")
    assert control.get("/agents").json() == []
    person.press("ACME")
    person.press("Requests")
    person.press("Show body")
    person.sees('"name": "Ventas"')
    person.press("Remove all requests")
    person.sees("The API has received no requests yet.")
    assert code == "A-001"


def test_in_spanish(person: Person) -> None:
    person.press("Español")
    person.sees("Todavía no hay agentes.")
    person.press("Agente nuevo")
    person.write("Nombre (obligatorio)", "Ventas")
    person.press("Crear agente")
    person.sees("Se creó el agente.")
    person.press("English")
    person.sees("Save changes")


def test_text_is_kept_by_a_form(person: Person, client: httpx.Client, control: httpx.Client) -> None:
    create(client, "Ven\ntas", instructions="\n\nuno\r\ndos\rtres\0 \n", purpose="</textarea><b>", tone='"><b>')
    before = control.get("/agents").json()
    person.page.reload()
    person.press("Ven tas")
    person.write("Voice", "female")
    person.press("Save changes")
    person.sees("The changes were saved.")
    assert control.get("/agents").json() == [before[0] | {"voice": "female"}]


def test_a_page_shows_what_others_change(person: Person, client: httpx.Client, control: httpx.Client) -> None:
    code = create(client)
    person.sees("Ventas")
    person.press("Ventas")
    client.get(whatsapp(code) + "/qr")
    expect(person.page.get_by_role("img")).to_be_visible()
    control.post(f"/agents/{code}/whatsapp/link", json={"phoneNumber": NUMBER})
    person.sees(NUMBER)


def test_without_scripts(browser: Browser, emulator: Emulator) -> None:
    with browser.new_context(java_script_enabled=False) as parts:
        page = parts.new_page()
        page.goto(f"{emulator.url}/agents/new")
        page.get_by_label("Name").fill("Ventas")
        page.get_by_role("button", name="Create agent").click()
        page.get_by_role("button", name="Show QR").click()
        page.get_by_label("Phone number").fill(NUMBER)
        page.get_by_role("button", name="Link this phone").click()
        expect(page.locator("#whatsapp")).to_contain_text(NUMBER)


def test_a_small_screen_needs_no_scrolling_sideways(browser: Browser, emulator: Emulator, client: httpx.Client) -> None:
    paths = fill(emulator)
    create(client, "X" * 300, description="y" * 500)
    with browser.new_context(viewport={"width": 375, "height": 667}) as parts:
        page = parts.new_page()
        for path in [*paths, "/agents/A-005", "/nothing"]:
            page.goto(emulator.url + path)
            for closed in page.locator("details").all():
                closed.evaluate("el => el.open = true")
            assert page.evaluate("document.documentElement.scrollWidth") <= 375, path


def test_what_can_be_read(browser: Browser, emulator: Emulator) -> None:
    """Every control has a name, every page one main heading, every heading cell a scope."""
    with browser.new_context() as parts:
        page = parts.new_page()
        for path in fill(emulator):
            page.goto(emulator.url + path)
            assert page.locator("h1").count() == 1, path
            assert page.locator("th:not([scope])").count() == 0, path
            nameless = "els => els.filter(el => !(el.labels.length || el.textContent.trim())).map(el => el.outerHTML)"
            assert page.locator("input:not([type=hidden]), textarea, button").evaluate_all(nameless) == [], path
