"""The console's pages, as a browser without scripts gets them."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from pulumi_assistai import emulator as package
from pulumi_assistai.emulator import Account, Emulator
from pulumi_assistai.emulator.texts import TEXTS
from tests.emulator.conftest import connect, create, decode, names, whatsapp

ACME = {"tenant": "acme", "organization": "ACME"}
FIELDS = ("name", "description", "purpose", "instructions", "tone", "voice")
HOSTILE = """<script>alert(1)</script>"'><img src=x onerror=alert(2)>{{ 7*7 }}</textarea>"""


@pytest.fixture
def console(emulator: Emulator) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=emulator.url, timeout=10, headers={"accept-language": "en"}) as opened:
        yield opened


def page(answer: httpx.Response, status: int = 200) -> str:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return answer.text


def version(text: str) -> str:
    [found] = re.findall(r'name="version" value="(\w+)"', text)
    return str(found)


def follow(console: httpx.Client, answer: httpx.Response) -> str:
    """Return the page that an accepted form leads to."""
    assert answer.status_code == 303, answer.text
    return page(console.get(answer.headers["location"]))


def save(console: httpx.Client, code: str, **fields: str) -> httpx.Response:
    """Send the form of an agent as a browser does: all fields, line ends as CR LF."""
    shown = page(console.get(f"/agents/{code}"))
    inputs = dict(re.findall(r'<input id="\w+" name="(\w+)" value="([^"]*)"', shown))
    areas = dict(re.findall(r'<textarea id="\w+" name="(\w+)" rows="\d+">\n([^<]*)</textarea>', shown))
    areas.pop("content", None)
    texts = {name: text.replace("\r\n", "\n").replace("\n", "\r\n") for name, text in areas.items()}
    return console.post(f"/agents/{code}", data={**inputs, **texts, "version": version(shown), **fields})


def test_the_agents_of_an_organization_with_all_their_fields(
    client: httpx.Client, acme: httpx.Client, console: httpx.Client
) -> None:
    create(client, "Ventas", **{field: f"un {field}" for field in FIELDS[1:]})
    create(acme, "Recepción")
    first = page(console.get("/"))
    assert [text for text in ("Ventas", "A-001", *(f"un {field}" for field in FIELDS[1:])) if text not in first] == []
    assert "Recepción" not in first
    second = page(console.get("/", params=ACME))
    assert "Recepción" in second
    assert "Ventas" not in second


def test_an_organization_that_no_account_has(console: httpx.Client) -> None:
    assert "SECOND" in page(console.get("/", params=ACME | {"organization": "SECOND"}), 404)


def test_an_emulator_without_accounts() -> None:
    with Emulator(accounts=[]) as emulator:
        assert "no account" in page(httpx.get(emulator.url), 404)


def test_many_agents_come_in_pages(client: httpx.Client, console: httpx.Client) -> None:
    for number in range(51):
        create(client, f"Agente {number}")
    assert "Page 1 of 2" in page(console.get("/"))
    second = page(console.get("/?tenant=sandbox&organization=SANDBOX&page=2"))
    assert "Agente 0<" in second
    assert "Agente 1<" not in second
    assert "page must not be less than 1" in page(console.get("/?page=0"), 400)


def test_an_agent_is_created(client: httpx.Client, console: httpx.Client) -> None:
    assert "<form" in page(console.get("/agents/new"))
    answer = console.post("/agents/new", params=ACME, data={"name": "Ventas", "instructions": "uno\r\ndos", "tone": ""})
    assert answer.headers["location"] == "/agents/A-001?done=created"
    assert "The agent was created." in follow(console, answer)
    assert names(client.get("/agents")) == []
    [agent] = console.get("/sandbox/agents").json()
    assert (agent["organization"], agent["instructions"], agent["tone"]) == ("ACME", "uno\ndos", None)


def test_an_agent_needs_a_name(client: httpx.Client, console: httpx.Client) -> None:
    shown = page(console.post("/agents/new", data={"name": "", "purpose": "Vender"}), 400)
    assert "Give the agent a name." in shown
    assert "Vender" in shown
    code = create(client)
    assert "Give the agent a name." in page(save(console, code, name=""), 400)


def test_an_agent_is_edited(client: httpx.Client, console: httpx.Client) -> None:
    code = create(client, "Ventas", description="antes", tone="neutral")
    shown = follow(console, save(console, code, description="después", tone="", purpose="a\r\nb"))
    assert "The changes were saved." in shown
    [agent] = console.get("/sandbox/agents").json()
    assert [agent[field] for field in FIELDS] == ["Ventas", "después", "a\nb", None, "", None]


def test_what_nobody_touched_stays_as_it_was(client: httpx.Client, console: httpx.Client) -> None:
    code = create(client, "Ven\ntas", instructions="\n\nuno\r\ndos\rtres\0 \n", tone="a\r\nb")
    before = console.get("/sandbox/agents").json()
    read_by_a_browser = {"name": "Ventas", "instructions": "\r\n\r\nuno\r\ndos\r\ntres\ufffd \r\n", "tone": "ab"}
    save(console, code, **read_by_a_browser)
    assert console.get("/sandbox/agents").json() == before
    save(console, code, **read_by_a_browser, voice="female")
    assert console.get("/sandbox/agents").json() == [before[0] | {"voice": "female"}]


def test_an_edit_meanwhile_is_not_overwritten_unseen(client: httpx.Client, console: httpx.Client) -> None:
    code = create(client, "Ventas")
    stale = version(page(console.get(f"/agents/{code}")))
    client.patch(f"/agents/{code}", json={"description": "de la API"})
    form = dict.fromkeys(FIELDS, "") | {"name": "Ventas", "tone": "mío", "version": stale}
    shown = page(console.post(f"/agents/{code}", data=form), 409)
    assert "Somebody else changed this agent." in shown
    assert "mío" in shown
    assert client.get("/agents").json()["data"][0]["description"] == "de la API"
    assert console.post(f"/agents/{code}", data=form | {"version": version(shown)}).status_code == 303


def test_a_long_prompt_is_kept(client: httpx.Client, console: httpx.Client) -> None:
    code = create(client)
    text = "Responde en español.\n" * 20_000
    assert save(console, code, instructions=text.replace("\n", "\r\n")).status_code == 303
    assert console.get("/sandbox/agents").json()[0]["instructions"] == text
    assert len(page(console.get("/"))) < 20_000


def test_an_agent_is_deleted(acme: httpx.Client, console: httpx.Client) -> None:
    code = create(acme)
    answer = console.post(f"/agents/{code}/delete")
    assert answer.headers["location"] == "/?tenant=acme&organization=ACME&done=deleted"
    assert "The agent was deleted." in follow(console, answer)
    assert names(acme.get("/agents")) == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("POST", ""),
        ("GET", "/qr.png"),
        *(("POST", f"/{action}") for action in ("delete", "messages")),
        *(("POST", f"/whatsapp/{action}") for action in ("qr", "link", "unlink", "add", "remove")),
    ],
)
def test_no_agent(console: httpx.Client, method: str, path: str) -> None:
    form = {"phone_number": "58", "content": "Hola"} if method == "POST" else None
    shown = page(console.request(method, f"/agents/A-404{path}", data=form), 404)
    assert "Agente A-404 no encontrado" in shown


def test_a_phone_is_linked(client: httpx.Client, console: httpx.Client) -> None:
    code = create(client)
    address = f"/agents/{code}"
    assert "Not connected" in page(console.get(address))
    assert console.post(f"{address}/whatsapp/link", data={"phone_number": "58"}).status_code == 409
    assert "Connecting" in follow(console, console.post(f"{address}/whatsapp/qr"))
    payload = decode(console.get(f"{address}/qr.png"))
    assert payload == console.get("/sandbox/agents").json()[0]["qr"]
    shown = follow(console, console.post(f"{address}/whatsapp/link", data={"phone_number": "584221234567"}))
    assert "584221234567" in shown
    assert client.get(whatsapp(code) + "/qr").json()["phoneNumber"] == "584221234567"
    assert follow(console, console.post(f"{address}/whatsapp/qr")).count("584221234567") == 1
    assert "Not connected" in follow(console, console.post(f"{address}/whatsapp/unlink"))
    assert page(console.get(f"{address}/qr.png"), 404)


def test_looking_at_a_qr_makes_no_new_one(client: httpx.Client, console: httpx.Client) -> None:
    code = create(client)
    asked = decode(client.get(whatsapp(code) + "/qr"))
    for _ in range(2):
        page(console.get(f"/agents/{code}"))
        assert decode(console.get(f"/agents/{code}/qr.png")) == asked


def test_an_expired_qr_is_said_to_be() -> None:
    with Emulator(qr_lifetime=1e-9) as emulator, httpx.Client(base_url=emulator.url) as console:
        code = create(connect(emulator))
        assert "This QR has expired." in follow(console, console.post(f"/agents/{code}/whatsapp/qr"))


def test_an_integration_comes_and_goes(client: httpx.Client, console: httpx.Client) -> None:
    code = create(client)
    assert "No integration" in follow(console, console.post(f"/agents/{code}/whatsapp/remove"))
    assert client.get(whatsapp(code) + "/qr").status_code == 404
    assert page(console.post(f"/agents/{code}/whatsapp/qr"), 404)
    assert "Not connected" in follow(console, console.post(f"/agents/{code}/whatsapp/add"))


def test_a_conversation(client: httpx.Client, console: httpx.Client) -> None:
    code = create(client)
    answer = console.post(f"/agents/{code}/messages", data={"content": "Hola,\r\n¿tienen mesas?"})
    assert "Hola, soy Ventas. Recibí su mensaje: «Hola,\n¿tienen mesas?»" in follow(console, answer)
    [conversation] = client.get("/conversations").json()["data"]
    assert conversation["title"] == "Hola, ¿tienen mesas?"
    listed = page(console.get("/conversations"))
    assert f'href="/conversations/{conversation["uuid"]}"' in listed
    assert f'href="/agents/{code}"' in listed
    form = {"content": "¿Y sillas?", "conversation": conversation["uuid"]}
    assert console.post(f"/agents/{code}/messages", data=form).headers["location"] == (
        f"/conversations/{conversation['uuid']}?done=sent"
    )
    assert client.get("/conversations").json()["meta"]["itemCount"] == 1
    assert page(console.post(f"/agents/{code}/messages", data={"content": ""}), 400)


def test_a_conversation_outlives_its_agent(client: httpx.Client, console: httpx.Client) -> None:
    code = create(client)
    address = console.post(f"/agents/{code}/messages", data={"content": "Hola"}).headers["location"]
    client.patch(f"/agents/{code}", json={"name": "Otra"})
    console.post(f"/agents/{code}/delete")
    shown = page(console.get(address))
    assert "This agent is gone." in shown
    assert "Hola, soy Ventas" in shown
    assert code in page(console.get("/conversations"))
    assert page(console.get("/conversations/nothing"), 404)


def test_a_long_conversation_comes_in_pages(client: httpx.Client, console: httpx.Client) -> None:
    code = create(client)
    uuid = console.post(f"/agents/{code}/messages", data={"content": "pregunta 0;"}).headers["location"].split("/")[2]
    address = uuid.partition("?")[0]
    for number in range(1, 26):
        console.post(f"/agents/{code}/messages", data={"content": f"pregunta {number};", "conversation": address})
    newest = page(console.get(f"/conversations/{address}"))
    assert newest.index("«pregunta 24;»") < newest.index("«pregunta 25;»")
    assert "«pregunta 0;»" not in newest
    assert "«pregunta 0;»" in page(console.get(f"/conversations/{address}?page=2"))


def test_the_latest_requests(client: httpx.Client, console: httpx.Client) -> None:
    assert "received no requests yet" in page(console.get("/requests"))
    create(client, "Ventas")
    client.get("/agents?criteria=nada")
    client.put("/agents", content=b"{oops")
    client.post("/agents", content=b'{"name": "\\ud800"}', headers={"content-type": "application/json"})
    shown = page(console.get("/requests"))
    rows = re.findall(r"<b>(\w+)</b> ([^<]+)<.*?badge \w+\">(\d+)", shown, re.DOTALL)
    assert rows == [
        ("POST", "/api/v1/agents", "400"),
        ("PUT", "/api/v1/agents", "404"),
        ("GET", "/api/v1/agents?criteria=nada", "200"),
        ("POST", "/api/v1/agents", "201"),
    ]
    assert "&#34;name&#34;: &#34;Ventas&#34;" in shown
    assert "received no requests yet" in follow(console, console.post("/requests/clear"))


def test_only_the_latest_requests_are_shown(client: httpx.Client, console: httpx.Client) -> None:
    for number in range(101):
        client.get(f"/agents?criteria=n{number}.")
    shown = page(console.get("/requests"))
    assert "n100." in shown
    assert "n0." not in shown


def test_the_console_is_not_in_the_journal(client: httpx.Client, console: httpx.Client) -> None:
    code = create(client)
    console.delete("/sandbox/requests")
    for path in ("/", f"/agents/{code}", "/requests", "/static/console.css", "/nothing"):
        console.get(path)
    console.post(f"/agents/{code}/messages", data={"content": "Hola"})
    save(console, code, tone="amigable")
    assert console.get("/sandbox/requests").json() == []


def test_faults_spare_the_console(client: httpx.Client, console: httpx.Client) -> None:
    console.post("/sandbox/faults", json={"kind": "status-before", "path": ".*", "count": 0})
    assert client.get("/agents").status_code == 500
    for path in ("/", "/requests", "/static/console.js"):
        assert console.get(path).status_code == 200
    assert [rule["seen"] for rule in console.get("/sandbox/faults").json()] == [1]


def test_how_to_connect(emulator: Emulator, console: httpx.Client) -> None:
    shown = page(console.get("/", params=ACME))
    for name, value in (("BASE_URL", emulator.url), ("API_TOKEN", "acme-token"), ("TENANT_DOMAIN", "acme")):
        assert f"export ASSISTAI_{name}={value}\n" in shown


def test_a_token_of_somebodys_own_is_not_shown() -> None:
    with Emulator(accounts=[Account("my-own", "t", "ONE")]) as emulator:
        shown = page(httpx.get(emulator.url))
    assert "my-own" not in shown
    assert "export ASSISTAI_API_TOKEN=...\n" in shown


def hostile_pages(console: httpx.Client, client: httpx.Client) -> Iterator[str]:
    code = create(client, **dict.fromkeys(FIELDS, HOSTILE))
    yield page(console.get("/"))
    yield page(console.get(f"/agents/{code}"))
    yield page(console.post("/agents/new", data={"purpose": HOSTILE}), 400)
    answer = console.post(f"/agents/{code}/messages", data={"content": HOSTILE})
    yield follow(console, answer)
    yield page(console.get("/conversations"))
    yield page(console.get("/requests"))
    console.post(f"/agents/{code}/whatsapp/qr")
    yield follow(console, console.post(f"/agents/{code}/whatsapp/link", data={"phone_number": HOSTILE}))
    yield page(console.get("/", params={"tenant": HOSTILE}), 404)
    yield page(console.get("/", params={"page": HOSTILE, "lang": HOSTILE, "done": HOSTILE}), 400)
    yield page(console.get(f"/{HOSTILE}"), 404)


def test_hostile_text_is_shown_and_nothing_else(client: httpx.Client, console: httpx.Client) -> None:
    for shown in hostile_pages(console, client):
        assert re.findall(r"<script[^>]*>", shown) == ['<script src="/static/console.js" defer>']
        assert "<img src=x" not in shown
        assert "{{" not in shown or "{{ 7*7 }}" in shown


@pytest.mark.parametrize("path", ["/", "/nothing", "/static/console.css", "/static/console.js", "/static/icon.svg"])
def test_nothing_foreign_can_run_or_load(console: httpx.Client, path: str) -> None:
    headers = console.get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
    assert {policy[f"{kind}-src"] for kind in ("script", "style", "img", "connect")} == {"'self'"}
    assert headers["x-content-type-options"] == "nosniff"


POSTS = [
    ("/agents/new", {"data": {"name": "Intruso"}}),
    ("/agents/A-001/delete", {}),
    ("/agents/A-001/messages", {"data": {"content": "Hola"}}),
    ("/requests/clear", {}),
    ("/sandbox/agents", {"json": {"name": "Intruso", **ACME}}),
    ("/sandbox/agents/A-001/messages", {"json": {"content": "Hola"}}),
    ("/sandbox/faults", {"json": {"kind": "hang"}}),
]
FOREIGN = [
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "http://127.0.0.1:1"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"host": "evil.example:8787"},
    {"host": "127.0.0.1.evil.example"},
]


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize(("path", "sent"), POSTS)
def test_what_a_foreign_page_sends_is_refused(
    client: httpx.Client, console: httpx.Client, path: str, sent: dict[str, Any], headers: dict[str, str]
) -> None:
    create(client)
    seen = [console.get("/sandbox/agents").json(), console.get("/sandbox/requests").json()]
    answer = console.post(path, headers=headers, **sent)
    assert answer.status_code == 403
    assert [console.get("/sandbox/agents").json(), console.get("/sandbox/requests").json()] == seen
    assert client.get("/conversations").json()["data"] == console.get("/sandbox/faults").json() == []


def test_deletes_of_a_foreign_page_are_refused_too(client: httpx.Client, console: httpx.Client) -> None:
    code = create(client)
    assert console.delete(f"/sandbox/agents/{code}", headers={"origin": "https://evil.example"}).status_code == 403
    assert names(client.get("/agents")) == ["Ventas"]


def test_a_foreign_name_sees_nothing(client: httpx.Client, console: httpx.Client) -> None:
    create(client)
    for path in ("/", "/agents/A-001", "/sandbox/agents", "/requests"):
        answer = console.get(path, headers={"host": "evil.example"})
        assert answer.status_code == 403
        assert "Ventas" not in answer.text
    assert client.get("/agents", headers={"host": "evil.example"}).status_code == 200


@pytest.mark.parametrize("host", ["localhost:8787", "127.0.0.1", "[::1]:8787", "192.168.1.20:8787"])
def test_own_pages_are_accepted(console: httpx.Client, host: str) -> None:
    headers = {"host": host, "origin": f"http://{host}", "sec-fetch-site": "same-origin"}
    assert console.post("/agents/new", data={"name": "Ventas"}, headers=headers).status_code == 303


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("es", "es"),
        ("es-VE,es;q=0.9,en;q=0.8", "es"),
        ("en-US,en;q=0.9,es;q=0.8", "en"),
        ("en;q=0.5, es-419;q=0.7", "es"),
        ("es;q=0, en;q=0.1", "en"),
        ("fr-FR,de;q=0.5", "en"),
        ("*", "en"),
        ("", "en"),
        (";q=,,es;q=x", "es"),
    ],
)
def test_the_browsers_language(console: httpx.Client, accepted: str, expected: str) -> None:
    shown = page(console.get("/", headers={"accept-language": accepted}))
    assert f'<html lang="{expected}">' in shown
    assert TEXTS["es" if expected == "es" else "en"]["agents_none"] in shown


def test_a_chosen_language_is_remembered(console: httpx.Client) -> None:
    english = page(console.get("/requests", params=ACME | {"done": "cleared"}))
    assert 'href="/requests?tenant=acme&amp;organization=ACME&amp;lang=es"' in english
    assert '<html lang="es">' in page(console.get("/requests?lang=es"))
    assert TEXTS["es"]["agents_none"] in page(console.get("/"))
    assert "Esto no" in page(console.post("/agents/new", headers={"origin": "null"}), 403)
    assert '<html lang="en">' in page(console.get("/?lang=en"))
    assert '<html lang="en">' in page(console.get("/?lang=xx"))
    assert "HttpOnly" in console.get("/?lang=en").headers["set-cookie"]


def test_all_languages_say_the_same() -> None:
    english, spanish = TEXTS["en"], TEXTS["es"]
    assert list(english) == list(spanish)
    assert [key for key in english if gaps(english[key]) != gaps(spanish[key])] == []
    assert [key for key in english if not english[key] or not spanish[key]] == []


def gaps(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text)} - {None}


def test_every_text_is_used() -> None:
    folder = Path(package.__file__).parent
    sources = [*folder.glob("templates/*.html"), folder / "forms.py", folder / "console.py"]
    text = "".join(source.read_text(encoding="utf-8") for source in sources)
    built = ("done_", "error_", "whatsapp_")
    assert [key for key in TEXTS["en"] if f'"{key}"' not in text and not key.startswith(built)] == []


def test_what_the_console_does_not_have(console: httpx.Client) -> None:
    assert "Cannot GET /nothing" in page(console.get("/nothing"), 404)
    for name in ("console.py", "..%2fconsole.py", "%2e%2e/pages.py"):
        assert console.get(f"/static/{name}").status_code == 404
    assert console.get("/agents/").status_code == 404
