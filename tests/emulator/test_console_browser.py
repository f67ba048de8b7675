"""The console in a real browser, by keyboard alone."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from pulumi_assistai.emulator import Emulator
from tests.emulator.conftest import ACME, SANDBOX, connect, create, dashboard, whatsapp

CHROMIUM = shutil.which("chromium")
IMAGES = Path(__file__).parents[2] / "docs" / "images"
MORNING = 1_760_000_000_000_000_000
NUMBER = "584221234567"
TABS = 60

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium")

SALES = {
    "description": "Responde consultas de precios y medidas",
    "purpose": "Ayudar a elegir muebles y tomar pedidos",
    "instructions": "Eres Valeria, la asesora de ventas de Muebles del Valle.\n"
    "Saluda por el nombre y pide las medidas antes de hablar de precios.\n"
    "Si preguntan por una entrega, pide el número de pedido.\n",
    "tone": "amigable",
    "voice": "female",
}
SUPPORT = {
    "description": "Atiende reclamos y garantías",
    "purpose": "Resolver problemas con un pedido ya entregado",
    "instructions": "Pide el número de pedido y una foto. No prometas reembolsos.",
    "tone": "neutral",
}
BOOKING = {"description": "Agenda visitas de medición", "instructions": "Ofrece dos horarios y confirma la dirección."}


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
            if focused.count() and name in focused.evaluate(names):
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
    person.press("Forget all requests")
    person.sees("The API has seen no request yet.")
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


def fill(emulator: Emulator) -> list[str]:
    """Make data, and return the addresses of the pages that show them."""
    with connect(emulator) as client, connect(emulator, ACME) as acme, dashboard(emulator) as control:
        sales, support, booking = (
            create(client, name, **fields)
            for name, fields in (("Ventas", SALES), ("Posventa", SUPPORT), ("Citas y visitas", BOOKING))
        )
        create(acme, "Recepción")
        for code in (sales, support):
            client.get(whatsapp(code) + "/qr")
        control.post(f"/agents/{support}/whatsapp/link", json={"phoneNumber": NUMBER})
        control.delete(f"/agents/{booking}/whatsapp")
        client.post("/agents", json={"name": "Ventas", "long": "x" * 200})
        talk = control.post(f"/agents/{sales}/messages", json={"content": "Hola, ¿tienen mesas de roble?"}).json()
        more = {"content": "Necesito una de 1,80 m por 0,90 m para el comedor.", "conversation": talk["conversation"]}
        control.post(f"/agents/{sales}/messages", json=more)
    return [
        "/",
        f"/agents/{sales}",
        f"/conversations/{talk['conversation']}",
        "/conversations",
        "/requests",
        "/agents/new",
    ]


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


@pytest.mark.skipif(os.environ.get("ASSISTAI_SCREENSHOTS") != "1", reason="ASSISTAI_SCREENSHOTS is not 1")
def test_screenshots(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Draws the pictures of docs/emulator.md, always of the same data."""
    numbers = count(1)
    store = "pulumi_assistai.emulator.store"
    monkeypatch.setattr(f"{store}.time", SimpleNamespace(time_ns=lambda: MORNING))
    monkeypatch.setattr(f"{store}.uuid", SimpleNamespace(uuid4=lambda: UUID(int=next(numbers))))
    monkeypatch.setattr("pulumi_assistai.emulator.qr.secrets", SimpleNamespace(token_bytes=bytes))
    with Emulator(accounts=[SANDBOX, ACME], qr_lifetime=600) as emulator:
        addresses = dict(zip(("agents", "agent", "conversation"), fill(emulator), strict=False))
        size = {"width": 1200, "height": 800}
        with browser.new_context(viewport=size, locale="en-US", color_scheme="light") as parts:
            page = parts.new_page()
            for name, path in addresses.items():
                page.goto(emulator.url + path)
                keep(page.screenshot(), f"console-{name}.png")


def keep(picture: bytes, name: str) -> None:
    IMAGES.mkdir(exist_ok=True)
    Image.open(io.BytesIO(picture)).convert("P", palette=Image.Palette.ADAPTIVE).save(IMAGES / name, optimize=True)
