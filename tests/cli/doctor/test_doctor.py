"""`assistai doctor` against an emulator, and against APIs that are not as documented."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from pulumi_assistai.emulator import Emulator
from tests.cli.conftest import Assistai, Run, connect_to_acme
from tests.conftest import Api, Project
from tests.scripted import Reply, Request, as_json, serve

pytestmark = pytest.mark.parametrize("engine", ["embedded"])

AGENT = {"code": "A-001", "name": "Ventas", "model": "m", "description": "d", "createdAt": "2026-01-01T00:00:00Z"}
CONVERSATION = {"uuid": "u-1", "title": "t", "createdAt": "2026-01-01T00:00:00Z"}
MESSAGE = {"id": 1, "sender": "user", "content": "c", "timestamp": "2026-01-01T00:00:00Z"}

Findings = dict[str, list[tuple[str, str]]]


def doctor(assistai: Assistai, directory: Path, *arguments: str) -> Run:
    return assistai("doctor", "-C", directory, *arguments)


def findings(run: Run) -> Findings:
    """Return verdict and finding of every check, by its name."""
    found: Findings = {}
    for check in json.loads(run.out)["checks"]:
        found.setdefault(check["name"], []).append((check["verdict"], check["finding"]))
    return found


def api_of(
    agents: list[dict[str, Any]],
    conversations: list[dict[str, Any]],
    messages: list[dict[str, Any]],
    meta: dict[str, Any] | None = None,
) -> Callable[[Request], Reply]:
    """Return an API that gives these items, whatever is asked for."""
    listings = {"agents": agents, "conversations": conversations, "messages": messages}

    def answer(request: Request) -> Reply:
        items = listings[urlsplit(request.path).path.rpartition("/")[2]]
        return as_json({"data": items} | ({"meta": meta} if meta is not None else {}))

    return answer


def check_against(
    answer: Callable[[Request], Reply], assistai: Assistai, fleet: Project, monkeypatch: pytest.MonkeyPatch
) -> tuple[Run, Findings]:
    with serve(answer) as server:
        monkeypatch.setenv("ASSISTAI_BASE_URL", server.url)
        run = doctor(assistai, fleet.directory / "..", "--json")
    assert {request.method for request in server.requests} <= {"GET"}
    assert not any("whatsapp" in request.path for request in server.requests)
    return run, findings(run)


def test_all_is_well(assistai: Assistai, fleet: Project, api: Api) -> None:
    api.call("POST", f"/agents/{api.create('Ventas')}/messages", content="Hola")
    api.forget_requests()
    fleet.up('assistai.get_agent(name="Ventas")')
    run = doctor(assistai, fleet.directory)
    assert run.status == 0, run.out
    for line in (
        "ok stack stack dev of the sandbox",
        "ok API token set, 13 characters, from ASSISTAI_API_TOKEN",
        "ok organization code SANDBOX, from ASSISTAI_ORGANIZATION_CODE",
        "ok on conflict overwrite, the default",
        "ok token accepted",
        "ok tenant and organization accepted; 1 agents",
        "ok clock within 60 s of the API's",
        "ok meta of listings present with a count; listings are checked against it",
        "ok agents as documented (first 1 checked)",
        "ok conversations as documented (first 1 checked)",
        "ok messages as documented (first 2 checked)",
        "0 problems",
    ):
        assert line in run.lines
    assert "sandbox-token" not in run.out + run.err
    assert {request.partition(" ")[0] for request in api.requests()} == {"GET"}
    assert not any("whatsapp" in request for request in api.requests())


def test_settings_of_the_stack_are_told_from_those_of_the_environment(
    assistai: Assistai, fleet: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet.configure(apiToken="acme-token", tenantDomain="acme", organizationCode="ACME", gracePeriod=5)
    fleet.up("pass")
    for name in ("API_TOKEN", "TENANT_DOMAIN", "ORGANIZATION_CODE", "GRACE_PERIOD"):
        monkeypatch.delenv(f"ASSISTAI_{name}")
    run = doctor(assistai, fleet.directory, "--json")
    found = findings(run)
    place = "of stack dev of the sandbox"
    assert found["API token"] == [("ok", f"set, 10 characters, from assistai:apiToken {place}")]
    assert found["tenant domain"] == [("ok", f"acme, from assistai:tenantDomain {place}")]
    assert found["grace period"] == [("ok", f"5, from assistai:gracePeriod {place}")]
    assert found["token"] == [("ok", "accepted")]
    assert "acme-token" not in run.out


def test_a_missing_setting_is_a_problem(
    assistai: Assistai, fleet: Project, monkeypatch: pytest.MonkeyPatch, api: Api
) -> None:
    monkeypatch.delenv("ASSISTAI_API_TOKEN")
    run = doctor(assistai, fleet.directory / "..", "--json")
    assert run.status == 1
    [(verdict, finding)] = findings(run)["settings"]
    assert verdict == "problem"
    assert finding.startswith("AssistAI is not configured: missing api token (set ASSISTAI_API_TOKEN or run")
    assert json.loads(run.out)["problems"] == 1
    assert api.requests() == []


def test_a_wrong_token_ends_the_questions(
    assistai: Assistai, fleet: Project, monkeypatch: pytest.MonkeyPatch, api: Api
) -> None:
    monkeypatch.setenv("ASSISTAI_API_TOKEN", "canary-token")
    run = doctor(assistai, fleet.directory / "..", "--json")
    [(verdict, finding)] = findings(run)["token"]
    assert (run.status, verdict) == (1, "problem")
    assert finding.startswith("GET /api/v1/agents answered 401: Unauthorized; check the API token")
    assert finding.endswith(" [AAI-122]")
    assert api.requests() == ["GET /api/v1/agents"]
    assert "canary-token" not in run.out


def test_the_token_of_every_provider_is_checked(
    assistai: Assistai, fleet: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet.up("""
        acme = assistai.Provider("acme", api_token="acme-token", tenant_domain="acme", organization_code="ACME")
        assistai.Agent("soporte", name="Soporte", opts=pulumi.ResourceOptions(provider=acme))
    """)
    connect_to_acme(monkeypatch, "canary-token")
    found = findings(doctor(assistai, fleet.directory, "--json"))
    assert [verdict for verdict, _ in found["token"]] == ["problem"]
    assert found["acme: token"] == [("ok", "accepted")]
    assert "token" not in findings(doctor(assistai, fleet.directory, "--json", "--provider", "acme"))


def test_another_organization_is_a_problem_of_its_own(
    assistai: Assistai, fleet: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTAI_ORGANIZATION_CODE", "ACME")
    found = findings(doctor(assistai, fleet.directory / "..", "--json"))
    [(verdict, finding)] = found["tenant and organization"]
    assert verdict == "problem"
    assert "answered 403" in finding
    assert "token" not in found


def test_an_api_that_does_not_answer_is_a_problem(
    assistai: Assistai, fleet: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSISTAI_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("ASSISTAI_TIMEOUT", "0.1")
    run = doctor(assistai, fleet.directory / "..", "--json")
    [(verdict, finding)] = findings(run)["API"]
    assert (run.status, verdict) == (1, "problem")
    assert finding.startswith("GET /api/v1/agents was not sent: ")


def test_a_stack_that_cannot_be_read_does_not_end_the_checks(
    assistai: Assistai, fleet: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = doctor(assistai, fleet.directory / "..", "--stack", "none", "--json")
    found = findings(run)
    [(verdict, finding)] = found["stack"]
    assert (run.status, verdict) == (1, "problem")
    assert finding.startswith("no Pulumi.yaml in ")
    assert found["token"] == [("ok", "accepted")]
    monkeypatch.delenv("ASSISTAI_API_TOKEN")
    without = findings(doctor(assistai, fleet.directory / "..", "--stack", "none", "--json"))
    assert {name for name, [(verdict, _)] in without.items() if verdict == "problem"} == {"stack"}


def test_an_api_of_another_dialect_fits(assistai: Assistai, fleet: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    with Emulator(dialect="other") as emulator:
        api = Api(emulator.url)
        api.call("POST", f"/agents/{api.create('Ventas')}/messages", content="Hola")
        monkeypatch.setenv("ASSISTAI_BASE_URL", emulator.url)
        run = doctor(assistai, fleet.directory / "..", "--json")
    found = findings(run)
    assert run.status == 0
    assert found["agents"] == [
        ("warning", "as documented, except: description is missing from every item; it is not needed"),
        ("ok", "undocumented fields, ignored: _links, revision"),
    ]
    assert found["messages"][0] == ("ok", "as documented (first 2 checked)")


def test_answers_that_do_not_fit_are_problems(
    assistai: Assistai, fleet: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = api_of([{"id": 7, "name": "Ventas"}], [CONVERSATION], [{"text": "hi"}])
    run, found = check_against(answer, assistai, fleet, monkeypatch)
    assert run.status == 1
    assert found["agents"] == [
        ("problem", "GET /agents does not match the API's document, code: Field required; update pulumi-assistai"),
        ("ok", "undocumented fields, ignored: id"),
    ]
    assert found["conversations"] == [("ok", "as documented (first 1 checked)")]
    [(verdict, finding), _] = found["messages"]
    assert verdict == "problem"
    assert finding.startswith("GET /conversations/u-1/messages does not match the API's document, id: ")
    assert found["meta of listings"] == [("ok", "absent; pages are read until one is empty")]
    assert json.loads(run.out)["problems"] == 2


def test_a_page_that_is_no_page_is_a_problem(
    assistai: Assistai, fleet: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Reply(200, b"<html>Welcome to the hotel</html>", {"content-type": "text/html"})
    run, found = check_against(lambda _: page, assistai, fleet, monkeypatch)
    assert run.status == 1
    [(verdict, finding)] = found["API"]
    assert verdict == "problem"
    assert finding.startswith("GET /api/v1/agents answered 200: its body is not JSON; check ASSISTAI_BASE_URL")


@pytest.mark.parametrize(
    ("largest", "refuses", "finding"),
    [
        (50, False, "the API honours 50"),
        (10, False, "the API accepts 50 but returns 10; listings take more requests"),
        (10, True, "the API refuses 50; pages of 10 are read"),
    ],
)
def test_the_size_of_pages_is_told(
    assistai: Assistai,
    fleet: Project,
    monkeypatch: pytest.MonkeyPatch,
    *,
    largest: int,
    refuses: bool,
    finding: str,
) -> None:
    def answer(request: Request) -> Reply:
        url = urlsplit(request.path)
        take = int(parse_qs(url.query)["take"][0])
        if refuses and take > largest:
            return as_json({"message": "take must not be greater than 10"}, 400)
        items = [AGENT] * min(take, largest) if url.path.endswith("/agents") else []
        return as_json({"data": items, "meta": {"itemCount": 60}})

    run, found = check_against(answer, assistai, fleet, monkeypatch)
    assert run.status == 0
    assert found["size of pages"] == [("ok", finding)]
    assert found["conversations"] == [("ok", "there are none; their shape was not checked")]


def test_a_wrong_clock_is_a_warning(assistai: Assistai, fleet: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BaseHTTPRequestHandler, "date_time_string", lambda *_: formatdate(0, usegmt=True))
    run, found = check_against(api_of([AGENT], [CONVERSATION], [MESSAGE]), assistai, fleet, monkeypatch)
    assert run.status == 0
    [(verdict, finding)] = found["clock"]
    assert verdict == "warning"
    assert finding.startswith("this machine's clock is ")
    assert finding.endswith(" s ahead of the API's; correct it")


@pytest.mark.parametrize("date", ["yesterday", "Thu, 01 Jan 1970 00:00:00 -0000"])
def test_a_strange_date_is_no_obstacle(
    assistai: Assistai, fleet: Project, monkeypatch: pytest.MonkeyPatch, date: str
) -> None:
    monkeypatch.setattr(BaseHTTPRequestHandler, "date_time_string", lambda *_: date)
    run, found = check_against(api_of([AGENT], [CONVERSATION], [MESSAGE]), assistai, fleet, monkeypatch)
    assert run.status == 0
    assert ("clock" in found) is (date != "yesterday")


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://user:canary@example.org", "https://[...]@example.org"),
        ("https://user:canary?#/@example.org", "https://[...]@example.org"),
        ("user:canary@example.org", "[...]@example.org"),
        ("https:/user:canary@example.org", "[...]@example.org"),
        ("https://example.org/?key=canary", "https://example.org/[...]"),
        ("https://example.org#canary", "https://example.org[...]"),
    ],
)
def test_the_secret_in_an_address_is_not_shown(
    assistai: Assistai, fleet: Project, monkeypatch: pytest.MonkeyPatch, address: str, shown: str
) -> None:
    monkeypatch.setenv("ASSISTAI_BASE_URL", address)
    run = doctor(assistai, fleet.directory / "..", "--json")
    found = findings(run)
    assert found["base URL"] == [("ok", f"{shown}, from ASSISTAI_BASE_URL")]
    assert found["settings"][0][0] == "problem"
    assert "canary" not in run.out


@pytest.mark.parametrize(
    ("script", "verdict", "finding"),
    [
        ("echo v3.260.0", "ok", "3.260.0"),
        ("echo v3.200.1", "warning", "v3.200.1; `pulumi import --file` needs 3.254 or later"),
        ("exit 1", "problem", "`pulumi version` printed no version; install the Pulumi CLI again"),
        (None, "warning", "not found; production needs it, `assistai sandbox` does not"),
    ],
)
def test_the_pulumi_cli_is_looked_for(
    assistai: Assistai,
    fleet: Project,
    monkeypatch: pytest.MonkeyPatch,
    *,
    script: str | None,
    verdict: str,
    finding: str,
) -> None:
    programs = fleet.directory / "bin"
    programs.mkdir()
    if script is not None:
        (programs / "pulumi").write_text(f"#!/bin/sh\n{script}\n")
        (programs / "pulumi").chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))
    found = findings(doctor(assistai, fleet.directory / "..", "--json"))
    assert found["Pulumi CLI"] == [(verdict, finding)]


def test_the_shell_can_complete_the_command(fleet: Project) -> None:
    command = [str(Path(sys.executable).with_name("assistai")), "--show-completion", "bash"]
    environment = {**os.environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    done = subprocess.run(
        command, cwd=fleet.directory, env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    assert "complete -o default -F _assistai_completion assistai" in done.stdout
    environment = {**os.environ, "_ASSISTAI_COMPLETE": "complete_bash", "COMP_WORDS": "assistai st", "COMP_CWORD": "1"}
    done = subprocess.run(
        command[:1], cwd=fleet.directory, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.split() == ["status"]
