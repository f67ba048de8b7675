"""The data functions in this process, against the emulator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest
import stamina

import pulumi_assistai as assistai
from pulumi_assistai import AgentRecord, Connection, Conversation, Message
from tests.conftest import Api, emulated
from tests.mocked import Registered, register

LISTING = "GET /api/v1/agents"
ONE = "get_agent finds an agent by its code or by its name: pass exactly one of them"
LATER = "an argument is an output; call the function whose name ends in _output"
TAKES = "connection needs api_token, tenant_domain, organization_code, and may have base_url"
STATUS = "`assistai status` lists its agents"
HERE = "organization SANDBOX of tenant sandbox"
ACME = {"api_token": "acme-token", "tenant_domain": "acme", "organization_code": "ACME"}


@pytest.fixture(autouse=True)
def _connected(monkeypatch: pytest.MonkeyPatch, api: Api) -> Any:
    for name, value in emulated(api.url).items():
        if name.startswith("ASSISTAI_"):
            monkeypatch.setenv(name, value)
    before = stamina.instrumentation.get_on_retry_hooks()
    yield
    stamina.instrumentation.set_on_retry_hooks(before)


def write_to(api: Api, code: str) -> str:
    uuid: str = api.call("POST", f"/agents/{code}/messages", content="Hola")["conversation"]
    return uuid


def test_agents_are_plain_records(api: Api) -> None:
    api.create("Ventas", description="Vende", instructions="canary")
    api.create("Soporte")
    ventas, soporte = api.agents()
    assert assistai.get_agents() == [
        AgentRecord(
            code=agent["code"],
            name=agent["name"],
            model=agent["model"],
            description=agent["description"],
            created_at=agent["createdAt"],
        )
        for agent in (ventas, soporte)
    ]
    assert [agent.name for agent in assistai.get_agents("Sop")] == ["Soporte"]
    assert assistai.get_agent(code="A-002") == assistai.get_agent(name="Soporte") == assistai.get_agents()[1]


def test_conversations_and_messages_are_plain_records(api: Api) -> None:
    uuid = write_to(api, api.create("Ventas"))
    [conversation] = assistai.get_conversations()
    assert type(conversation) is Conversation
    assert conversation.uuid == uuid
    assert assistai.get_conversations("nothing of the kind") == []
    messages = assistai.get_messages(uuid)
    assert {type(message) for message in messages} == {Message}
    assert [message.sender for message in messages] == ["user", "agent"]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (assistai.get_agent, ONE),
        (lambda: assistai.get_agent(code="A-001", name="Ventas"), ONE),
        (lambda: assistai.get_agent(code="A-9"), f"{HERE} has no agent with code A-9; {STATUS}"),
        (lambda: assistai.get_agent(name="x"), f'{HERE} has no agent named "x"; {STATUS}'),
        (
            lambda: assistai.get_agent(name="Ventas"),
            f'{HERE} has 2 agents named "Ventas": A-001, A-002; choose one with get_agent(code=...)',
        ),
        (lambda: assistai.get_agents(connection={}), TAKES),
        (lambda: assistai.get_agents(connection=ACME | {"token": "x"}), TAKES),
        (
            lambda: assistai.get_agents(connection=ACME | {"api_token": ""}),
            "connection: api_token must not be empty [AAI-101]",
        ),
        (
            lambda: assistai.get_agents(connection=Connection("", "acme", "")),
            "connection: api_token, organization_code must not be empty [AAI-101]",
        ),
    ],
)
def test_what_cannot_be_answered_is_one_line_of_what_to_do(api: Api, call: Callable[[], Any], said: str) -> None:
    api.create("Ventas")
    api.create("Ventas")
    with pytest.raises(pulumi.RunError) as caught:
        call()
    assert str(caught.value) == said
    assert caught.value.__cause__ is None


def test_what_the_api_refuses_is_its_own_error() -> None:
    with pytest.raises(pulumi.RunError, match=r"^GET /api/v1/conversations/none/messages answered 404: "):
        assistai.get_messages("none")
    with pytest.raises(pulumi.RunError, match=r"^GET /api/v1/agents answered 401"):
        assistai.get_agents(connection=ACME | {"api_token": "wrong"})


def test_a_missing_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASSISTAI_API_TOKEN")
    with pytest.raises(pulumi.RunError, match=r"^AssistAI is not configured: missing api token"):
        assistai.get_agents()


@pytest.mark.parametrize("connection", [Connection(**ACME), ACME, ACME | {"base_url": None}])
def test_another_organization_is_asked_with_its_own_credentials(api: Api, connection: Any) -> None:
    api.create("Ventas")
    api.create("Soporte", tenant="acme", organization="ACME")
    assert [agent.name for agent in assistai.get_agents(connection=connection)] == ["Soporte"]


def test_outside_of_a_program_every_call_asks_anew(api: Api) -> None:
    assert assistai.get_agents() == []
    api.create("Ventas")
    assert len(assistai.get_agents()) == 1


def test_what_an_unknown_argument_asks_for_is_unknown(api: Api) -> None:
    def program(_: Registered) -> dict[str, Any]:
        unknown: Any = pulumi.Output.from_input(pulumi.output.UNKNOWN)
        found = assistai.get_agents_output(unknown)
        return {"known": pulumi.Output.from_input(found.is_known())}

    assert register(program, preview=True).outputs == {"known": False}
    assert api.requests() == []


def test_a_connection_does_not_show_its_token() -> None:
    assert repr(Connection("canary", "acme", "ACME", "https://a.example")) == (
        "Connection(tenant_domain='acme', organization_code='ACME', base_url='https://a.example')"
    )
