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
ONE = "get_agent finds an agent by its code or by its name: give one of the two"
LATER = "an argument is an output: call the function whose name ends in _output"
TAKES = "connection takes api_token, tenant_domain, organization_code and, if need be, base_url"
STATUS = "`assistai status` lists those it has"
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
            f'{HERE} has 2 agents named "Ventas": A-001, A-002; say which with get_agent(code=...)',
        ),
        (lambda: assistai.get_agents(connection={}), TAKES),
        (lambda: assistai.get_agents(connection=ACME | {"token": "x"}), TAKES),
        (lambda: assistai.get_agents(connection=ACME | {"api_token": ""}), "connection: api_token must not be empty"),
        (
            lambda: assistai.get_agents(connection=Connection("", "acme", "")),
            "connection: api_token, organization_code must not be empty",
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


def test_stack_configuration_is_the_fallback(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    api.create("Soporte", tenant="acme", organization="ACME")
    for name in ("API_TOKEN", "TENANT_DOMAIN", "ORGANIZATION_CODE"):
        monkeypatch.delenv(f"ASSISTAI_{name}")
    configuration = {
        "assistai:apiToken": "acme-token",
        "assistai:tenantDomain": "acme",
        "assistai:organizationCode": "ACME",
    }
    registered = register(lambda _: {"name": assistai.get_agents()[0].name}, configuration)
    assert registered.outputs == {"name": "Soporte"}
    assert len(registered.warnings) == 1


def test_all_calls_of_a_program_share_one_listing_and_each_program_asks_anew(api: Api) -> None:
    api.create("Ventas")

    def program(_: Registered) -> dict[str, Any]:
        assistai.get_agents()
        assistai.get_agent(name="Ventas")
        return {"code": assistai.get_agent_output(code="A-001").code}

    for runs in (1, 2):
        assert register(program).outputs == {"code": "A-001"}
        assert api.requests() == runs * 2 * [LISTING]


def test_organizations_of_one_program_have_their_own_listings(api: Api) -> None:
    api.create("Ventas")
    register(lambda _: [assistai.get_agents(connection=of) for of in (None, ACME)] and None)
    # A listing is one page of agents and an empty one, or an empty one alone.
    assert api.requests() == 3 * [LISTING]


def test_outside_of_a_program_every_call_asks_anew(api: Api) -> None:
    assert assistai.get_agents() == []
    api.create("Ventas")
    assert len(assistai.get_agents()) == 1


def test_an_output_as_an_argument_is_refused_where_it_cannot_be_awaited() -> None:
    def program(_: Registered) -> dict[str, Any]:
        output: Any = pulumi.Output.from_input("x")
        for call in (
            lambda: assistai.get_agents(output),
            lambda: assistai.get_agent(code=output),
            lambda: assistai.get_agent(name=output),
            lambda: assistai.get_conversations(output),
            lambda: assistai.get_messages(output),
            lambda: assistai.get_agents(connection=Connection(output, "acme", "ACME")),
        ):
            with pytest.raises(pulumi.RunError) as caught:
                call()
            assert str(caught.value) == LATER
        return {}

    register(program)


def test_arguments_may_be_outputs_where_they_can_be_awaited(api: Api) -> None:
    uuid = write_to(api, api.create("Ventas"))

    def program(_: Registered) -> dict[str, Any]:
        known = pulumi.Output.from_input
        return {
            "agents": assistai.get_agents_output(known("Ven")),
            "agent": assistai.get_agent_output(code=known("A-001")),
            "named": assistai.get_agent_output(name=known("Ventas")),
            "conversations": assistai.get_conversations_output(known("")),
            "messages": assistai.get_messages_output(known(uuid)).apply(len),
        }

    ventas, conversations = assistai.get_agents()[0], assistai.get_conversations()
    assert register(program).outputs == {
        "agents": [ventas],
        "agent": ventas,
        "named": ventas,
        "conversations": conversations,
        "messages": 2,
    }


def test_a_connection_may_be_an_output_and_hold_outputs(api: Api) -> None:
    api.create("Soporte", tenant="acme", organization="ACME")

    def program(_: Registered) -> dict[str, Any]:
        token = pulumi.Output.secret("acme-token")
        connections: list[Any] = [
            None,
            ACME,
            Connection(token, "acme", pulumi.Output.from_input("ACME")),
            ACME | {"api_token": token},
            pulumi.Output.from_input(ACME),
            pulumi.Output.from_input(Connection(**ACME)),
        ]
        found = [assistai.get_agents_output(connection=connection) for connection in connections]
        secrets = pulumi.Output.all(*(pulumi.Output.from_input(output.is_secret()) for output in found))
        return {"found": pulumi.Output.all(*found), "secret": secrets}

    outputs = register(program).outputs
    [soporte] = assistai.get_agents(connection=ACME)
    assert outputs == {"found": [[], *5 * [[soporte]]], "secret": 6 * [False]}


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
