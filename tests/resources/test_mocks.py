"""Programs under `pulumi.runtime.set_mocks`."""

from __future__ import annotations

import subprocess
import sys
import textwrap

from tests.conftest import Api
from tests.measuring import measured

PREPARED = """
import pulumi
import pulumi_assistai as assistai

calls = []

class Mocks(pulumi.runtime.Mocks):
    def call(self, args):
        calls.append((args.token, args.args))
        return answers.get(args.token.rpartition(":")[2], {})

    def new_resource(self, args):
        return f"{args.name}-id", args.inputs

pulumi.runtime.set_mocks(Mocks())
answers = {
    "getAgent": {"code": "M-1", "name": "Ventas", "createdAt": "hoy", "more": True},
    "getAgents": {"agents": [{"code": "M-1", "name": "Ventas", "created_at": "ayer"}]},
    "getConversations": {"conversations": [{"uuid": "u", "title": "Hola"}]},
    "getMessages": {"messages": [{"id": "1", "sender": "user"}]},
}
"""

ALL = """
@pulumi.runtime.test
def run():
    acme = assistai.Connection("canary-token", "acme", "ACME")
    assert assistai.get_agents() == [assistai.AgentRecord("M-1", "Ventas", created_at="ayer")]
    assert assistai.get_agent(name="Ventas", connection=acme) == assistai.AgentRecord("M-1", "Ventas", created_at="hoy")
    assert assistai.get_conversations("Hola") == [assistai.Conversation("u", "Hola")]
    assert assistai.get_messages("u") == [assistai.Message("1", "user")]
    return pulumi.Output.all(
        assistai.get_agents_output(),
        assistai.get_agent_output(code=pulumi.Output.from_input("M-1")).code,
        assistai.get_conversations_output()[0].uuid,
        assistai.get_messages_output("u")[0].id,
    ).apply(seen.extend)

seen = []
run()
assert seen == [[assistai.AgentRecord("M-1", "Ventas", created_at="ayer")], "M-1", "u", "1"], seen
organization = {"tenantDomain": "acme", "organizationCode": "ACME"}
assert calls[:4] == [
    ("assistai:index:getAgents", {}),
    ("assistai:index:getAgent", {"name": "Ventas", "connection": organization}),
    ("assistai:index:getConversations", {"criteria": "Hola"}),
    ("assistai:index:getMessages", {"uuid": "u"}),
], calls
assert ("assistai:index:getAgent", {"code": "M-1"}) in calls
"""

NOTHING = """
answers.clear()
assert assistai.get_agents() == []
try:
    assistai.get_agent(name="Ventas")
except pulumi.RunError as error:
    assert "Mocks.call returned no AgentRecord for assistai:index:getAgent" in str(error), error
else:
    raise AssertionError
"""


def run(script: str, environment: dict[str, str]) -> None:
    program = textwrap.dedent(PREPARED + script)
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env=measured(environment),
        timeout=120,
    )
    assert done.returncode == 0, done.stderr


def test_data_functions_ask_the_mocks_and_never_the_network(environment: dict[str, str], api: Api) -> None:
    run(ALL, environment)
    assert api.requests() == []


def test_mocks_that_answer_nothing_are_an_empty_list_or_a_clear_error(environment: dict[str, str], api: Api) -> None:
    run(NOTHING, environment)
    assert api.requests() == []
