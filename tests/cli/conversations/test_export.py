"""`assistai conversations --jsonl` and `--out`: whole, or it says what is missing."""

from __future__ import annotations

import json
import os
import re
import shlex
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from pulumi_assistai.cli.conversations.transcripts import MOST_FAILURES
from pulumi_assistai.client import Listing, Message
from pulumi_assistai.client.conversations import ConversationsApi
from tests.cli.conftest import Assistai, Run
from tests.conftest import Api, Project

pytestmark = pytest.mark.parametrize("engine", ["embedded"])
UNNAMED = (
    "AssistAI does not say which agent took part in a conversation: tell them apart by organization, time and text."
)


class Shop:
    """An organization whose agent talks with people, and the command in a folder without a project."""

    def __init__(self, assistai: Assistai, directory: Path, api: Api) -> None:
        self.api = api
        self._assistai = assistai
        self._directory = directory
        self._agent = api.create("Ventas")

    def start(self, *contents: str) -> list[str]:
        """Start a conversation with each of these messages, and return their UUIDs."""
        written = [self.api.call("POST", f"/agents/{self._agent}/messages", content=content) for content in contents]
        return [found["conversation"] for found in written]

    def fail(self, path: str, status: int) -> None:
        """Let every request for a path fail."""
        self.api.faults.add("status-before", path=path, status=status, count=0)

    def conversations(self, *arguments: object) -> Run:
        return self._assistai("conversations", "-C", self._directory, *arguments)

    def asked(self) -> list[str]:
        """Return what was asked for below /conversations, "" for the listing."""
        return [request.rpartition("/conversations")[2] for request in self.api.requests("GET")]


@pytest.fixture
def shop(assistai: Assistai, fleet: Project, api: Api) -> Shop:
    return Shop(assistai, fleet.directory / "..", api)


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_each_conversation_is_a_line_with_its_messages(shop: Shop) -> None:
    uuids = shop.start("Hola", "¿Precios?\x1b[31m")
    run = shop.conversations("--jsonl")
    assert run.status == 0
    assert [found["uuid"] for found in lines(run.out)] == uuids
    second = lines(run.out)[1]
    assert sorted(second) == ["created_at", "messages", "organization_code", "tenant_domain", "title", "uuid"]
    assert [message["sender"] for message in second["messages"]] == ["user", "agent"]
    assert second["messages"][0]["content"] == "¿Precios?\x1b[31m"
    assert "\x1b" not in run.out
    assert run.err.splitlines()[1:] == [UNNAMED, "2 conversations with 4 messages written."]


def test_messages_are_asked_for_once_and_of_wanted_conversations_alone(shop: Shop) -> None:
    uuids = shop.start("Antes", "Después", "Luego")
    moment = lines(shop.conversations("--jsonl").out)[1]["created_at"]
    shop.api.forget_requests()
    run = shop.conversations("--jsonl", "--since", moment)
    assert [found["uuid"] for found in lines(run.out)] == uuids[1:]
    whole_second = moment.partition(".")[0]
    assert run.err.splitlines()[2] == (
        f"Skipped: 1 conversation began before {whole_second}+00:00, including messages written there since."
    )
    # A listing ends with an empty page.
    expected = ["", "", *(f"/{uuid}/messages" for uuid in uuids[1:] for _ in range(2))]
    assert sorted(shop.asked()) == sorted(expected)


def test_a_listing_takes_since_too_and_asks_for_no_messages(shop: Shop) -> None:
    first, second = shop.start("Antes", "Después")
    moment = json.loads(shop.conversations("--json").out)[1]["created_at"]
    shop.api.forget_requests()
    run = shop.conversations("--since", moment)
    assert second in run.out
    assert first not in run.out
    assert set(shop.asked()) == {""}


def test_messages_of_one_conversation_since_a_moment(shop: Shop) -> None:
    [uuid] = shop.start("Hola")
    answered = json.loads(shop.conversations(uuid, "--json").out)[1]["timestamp"]
    run = shop.conversations(uuid, "--jsonl", "--since", answered)
    [found] = lines(run.out)
    assert (found["uuid"], found["title"]) == (uuid, None)
    assert [message["sender"] for message in found["messages"]] == ["agent"]
    assert len(shop.conversations(uuid, "--since", answered).lines) == 2
    assert run.err.splitlines()[-1] == "1 conversation with 1 message written."


def test_a_file_is_replaced_as_a_whole_and_for_its_owner_alone(shop: Shop, tmp_path: Path) -> None:
    out = tmp_path / "said.jsonl"
    out.write_text("old")
    shop.start("Hola")
    run = shop.conversations("--out", out)
    assert (run.status, run.out) == (0, "")
    assert [found["title"] for found in lines(out.read_text())] == ["Hola"]
    assert run.err.splitlines()[-1] == f"1 conversation with 2 messages written to {out}."
    if sys.platform != "win32":
        assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_the_target_of_a_link_is_replaced_and_the_link_stays(shop: Shop, tmp_path: Path) -> None:
    target, link = tmp_path / "target.jsonl", tmp_path / "link.jsonl"
    target.write_text("old")
    link.symlink_to(target)
    assert shop.conversations("--out", link).status == 0
    assert (link.is_symlink(), target.read_text()) == (True, "")


@pytest.mark.parametrize(("status", "said"), [(404, "answered 404"), (403, "answered 403")])
def test_a_conversation_that_fails_or_vanishes_is_said_and_the_rest_exported(
    shop: Shop, tmp_path: Path, status: int, said: str
) -> None:
    uuids = shop.start("Hola", "Adiós", "Gracias")
    shop.fail(f".*{uuids[1]}/messages", status)
    out = tmp_path / "said.jsonl"
    run = shop.conversations("--out", out)
    assert run.status == 4
    first, second, third = lines(out.read_text())
    assert [len(found["messages"]) for found in (first, third)] == [2, 2]
    assert (second["uuid"], second["messages"]) == (uuids[1], None)
    assert said in second["error"]
    assert run.err.splitlines()[2] == (
        f"Not read completely: conversation {uuids[1]} of organization SANDBOX of tenant sandbox: {second['error']}"
    )
    assert run.err.splitlines()[3:] == [
        f"3 conversations with 4 messages written to {out}.",
        "Incomplete: 1 of 3 could not be read completely; their lines say why. Run the command again.",
    ]


def test_an_api_out_of_order_ends_the_export_and_leaves_the_file(shop: Shop, tmp_path: Path) -> None:
    shop.start(*["Hola"] * (MOST_FAILURES + 20))
    shop.fail(".*/messages", 403)
    shop.api.forget_requests()
    out = tmp_path / "said.jsonl"
    out.write_text("old")
    run = shop.conversations("--out", out)
    assert run.status == 1
    assert run.err.splitlines()[-1].startswith(
        "error: the export stopped after 10 conversations failed in a row: GET /api/v1/conversations/"
    )
    assert out.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir() if "said" in path.name] == ["said.jsonl"]
    assert len([path for path in shop.asked() if path]) < MOST_FAILURES + 20


def test_conversations_that_are_gone_say_nothing_about_the_api(shop: Shop) -> None:
    shop.start(*["Hola"] * (MOST_FAILURES + 1))
    shop.fail(".*/messages", 404)
    run = shop.conversations("--jsonl")
    assert run.status == 4
    assert len(lines(run.out)) == MOST_FAILURES + 1


def test_a_refused_token_ends_the_export(shop: Shop) -> None:
    shop.start("Hola")
    shop.fail(".*/messages", 401)
    run = shop.conversations("--jsonl")
    assert (run.status, run.out) == (1, "")
    assert "answered 401" in run.err


def test_messages_that_may_not_be_all_are_exported_with_the_doubt(shop: Shop) -> None:
    shop.start("Hola")
    shop.api.faults.add("stale", path=".*/messages", rows=1, count=0)
    run = shop.conversations("--jsonl")
    [found] = lines(run.out)
    assert (run.status, len(found["messages"])) == (4, 1)
    assert found["error"] == "there may be more messages: the API counts more items than its pages have"


def test_a_listing_that_may_not_be_whole_is_said(shop: Shop) -> None:
    shop.start("Hola")
    shop.start("Adiós")
    shop.api.faults.add("stale", path="/api/v1/conversations", rows=1, count=0)
    run = shop.conversations("--jsonl")
    assert (run.status, len(lines(run.out))) == (4, 1)
    assert run.err.splitlines()[-1] == (
        "Incomplete: organization SANDBOX of tenant sandbox may have more conversations: "
        "the API counts more items than its pages have."
    )


@pytest.fixture
def two_organizations(fleet: Project, api: Api) -> Api:
    fleet.up("""
        acme = assistai.Provider("acme", api_token="acme-token", tenant_domain="acme", organization_code="ACME")
        assistai.Agent("ventas", name="Ventas")
        assistai.Agent("soporte", name="Soporte", opts=pulumi.ResourceOptions(provider=acme))
    """)
    for name in ("Ventas", "Soporte"):
        api.call("POST", f"/agents/{api.agent(name)['code']}/messages", content=f"Hola {name}")
    return api


def test_every_organization_of_the_stack_is_exported(
    assistai: Assistai, fleet: Project, two_organizations: Api
) -> None:
    run = assistai("conversations", "-C", fleet.directory, "--jsonl")
    assert run.status == 0, run.err
    assert [(found["organization_code"], found["title"]) for found in lines(run.out)] == [
        ("SANDBOX", "Hola Ventas"),
        ("ACME", "Hola Soporte"),
    ]
    assert two_organizations.requests("POST")


def test_a_conversation_is_found_in_whichever_organization_has_it(
    assistai: Assistai, fleet: Project, two_organizations: Api
) -> None:
    assert two_organizations.agents()
    listed = assistai("conversations", "-C", fleet.directory)
    assert listed.lines[0] == "organization SANDBOX of tenant sandbox:"
    for found in json.loads(assistai("conversations", "-C", fleet.directory, "--json").out):
        [line] = lines(assistai("conversations", "-C", fleet.directory, found["uuid"], "--jsonl").out)
        assert (line["organization_code"], line["messages"][0]["content"]) == (
            found["organization_code"],
            found["title"],
        )


def test_a_connection_that_cannot_be_used_makes_the_export_incomplete(
    assistai: Assistai, fleet: Project, two_organizations: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert two_organizations.agents()
    monkeypatch.delenv("ASSISTAI_API_TOKEN")
    run = assistai("conversations", "-C", fleet.directory, "--jsonl")
    assert run.status == 4
    assert [found["organization_code"] for found in lines(run.out)] == ["ACME"]
    assert run.err.splitlines()[-1].startswith("Not read: ")


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_connection_that_cannot_be_used_is_named_beside_a_listing(
    assistai: Assistai, fleet: Project, two_organizations: Api, monkeypatch: pytest.MonkeyPatch, form: list[str]
) -> None:
    assert two_organizations.agents()
    monkeypatch.delenv("ASSISTAI_API_TOKEN")
    run = assistai("conversations", "-C", fleet.directory, *form)
    assert run.status == 4
    assert ("Hola Soporte" in run.out, "Hola Ventas" in run.out) == (True, False)
    assert run.err.splitlines()[-1].startswith("Not read: AssistAI is not configured: missing api token")
    run = assistai("conversations", "-C", fleet.directory, "none", *form)
    assert run.status == 1
    assert run.err.splitlines()[1].startswith("Not read: AssistAI is not configured: missing api token")


def test_progress_is_for_terminals_and_never_on_standard_output(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.start("Hola")
    assert "Reading messages" not in shop.conversations("--jsonl").err
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    run = shop.conversations("--jsonl")
    assert "Reading messages" in run.err
    assert len(lines(run.out)) == 1


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--jsonl", "--json"], "--json is for listings; an export is always JSON Lines, so remove --json"),
        (["--out", "x", "--json"], "--json is for listings; an export is always JSON Lines, so remove --json"),
        (
            ["--since", "7x"],
            '--since "7x" is not a time; use an age such as 12h, 7d or 2w, or a date such as 2026-11-01',
        ),
        (
            ["--out", "none/said.jsonl"],
            "cannot write none/said.jsonl: No such file or directory; nothing was written there",
        ),
        (["--out", "."], "--out . is not a regular file; name another file, or use `>` instead of --out"),
        (
            ["--out", os.devnull],
            f"--out {os.devnull} is not a regular file; name another file, or use `>` instead of --out",
        ),
    ],
)
def test_errors_are_one_line_before_any_message_is_asked_for(
    shop: Shop,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    error: str,
) -> None:
    shop.start("Hola")
    shop.api.forget_requests()
    monkeypatch.chdir(tmp_path)
    run = shop.conversations(*arguments)
    assert (run.status, run.out) == (1, "")
    assert run.err.splitlines()[-1] == f"error: {error}"
    assert [path for path in shop.asked() if path] == []


def test_a_full_disk_leaves_the_old_file(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "said.jsonl"
    out.write_text("old")

    def full(_: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    run = shop.conversations("--out", out)
    assert run.status == 1
    assert run.err.splitlines()[-1] == f"error: cannot write {out}: No space left on device; nothing was written there"
    assert out.read_text() == "old"


def test_an_interrupted_export_leaves_the_old_file_alone(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.start("Hola", "Adiós")
    out = tmp_path / "said.jsonl"
    out.write_text("old")
    read = ConversationsApi.messages

    def interrupted(self: ConversationsApi, uuid: str) -> Listing[Message]:
        found = read(self, uuid)
        if found.items[0].content == "Adiós":
            raise KeyboardInterrupt
        return found

    monkeypatch.setattr(ConversationsApi, "messages", interrupted)
    run = shop.conversations("--out", out)
    assert run.status == 130
    assert out.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir() if "said" in path.name] == ["said.jsonl"]


def test_the_command_of_the_documentation_works_as_written(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.start("Hola")
    monkeypatch.chdir(tmp_path)
    page = (Path(__file__).parents[3] / "docs" / "data.md").read_text(encoding="utf-8")
    [command] = re.findall(r"^```sh\nassistai conversations (.*)\n```$", page, re.MULTILINE)
    assert shop.conversations(*shlex.split(command)).status == 0
    assert [found["title"] for found in lines((tmp_path / "before.jsonl").read_text())] == ["Hola"]
