"""Reports of the native provider: to the engine, or to standard error where it does not take them."""

from __future__ import annotations

import pytest

from pulumi_assistai import redaction
from pulumi_assistai.native.names import in_words
from pulumi_assistai.native.reports import EngineReporter, about
from tests.native.conftest import Engine

TOKEN = "canary-token-1234567890"


def test_what_is_told_belongs_to_its_resource_and_does_not_show_the_token(
    reporter: EngineReporter, engine: Engine
) -> None:
    redaction.register(TOKEN)
    with about("urn::ventas"):
        reporter.tell(f"name\nis {TOKEN}")
    reporter.warn("on_delete")
    assert engine.logged == [("INFO", "ventas", "name is [token]"), ("WARNING", "", "onDelete")]


def test_an_engine_that_does_not_listen_fails_nothing(
    reporter: EngineReporter, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    engine.refuses = True
    reporter.tell("told")
    engine.refuses = False
    reporter.warn("agent_code is missing")
    assert engine.logged == []
    assert capsys.readouterr().err == "told\nwarning: agentCode is missing\n"


def test_without_an_engine_it_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    EngineReporter().tell("told")
    EngineReporter().warn("warned")
    assert capsys.readouterr().err == "told\nwarning: warned\n"


@pytest.mark.parametrize(
    ("python", "other"),
    [
        ("declare allow_duplicate_name=True", "declare allowDuplicateName: true"),
        ('declare adopt="A-1", or adopt=CODE', 'declare adopt: "A-1", or adopt: CODE'),
        ("set ASSISTAI_API_TOKEN", "set ASSISTAI_API_TOKEN"),
        ("choose one with get_agent(code=...)", "choose one by its code"),
        ("get_conversations, get_agents", "getConversations, getAgents"),
        ("the name and the tone", "the name and the tone"),
    ],
)
def test_messages_speak_the_language_of_the_program(python: str, other: str) -> None:
    assert in_words(python) == other
