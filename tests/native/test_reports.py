"""Reports of the native provider: to the engine, or to standard error where it does not take them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import pulumi_assistai
from pulumi_assistai import redaction
from pulumi_assistai.native.names import in_words
from pulumi_assistai.native.reports import EngineReporter, about
from pulumi_assistai.testing import Api
from tests.native.conftest import AGENT, Engine, Provider

PACKAGE = Path(pulumi_assistai.__file__).parent
SOURCES = [
    *PACKAGE.glob("client/*.py"),
    *PACKAGE.glob("lifecycle/*.py"),
    PACKAGE / "settings.py",
    PACKAGE / "errors.py",
]
PYTHON = re.compile(r"\b(?:True|False|None)\b|\bopts=|\bpulumi\.|\badopt=|\b[a-z]+(?:_[a-z]+)+\b")
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
        ("manage the others with adopt=, or rename them", "manage the others with adopt, or rename them"),
        ("set ASSISTAI_API_TOKEN", "set ASSISTAI_API_TOKEN"),
        ("choose one with get_agent(code=...)", "choose one by its code"),
        ("get_conversations, get_agents", "getConversations, getAgents"),
        ("the name and the tone", "the name and the tone"),
    ],
)
def test_messages_speak_the_language_of_the_program(python: str, other: str) -> None:
    assert in_words(python) == other


def texts(file: Path) -> Iterator[str]:
    """Yield the texts of a file that have several words and are no docstrings; VALUE stands for what is put in."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    statements = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    pieces = {id(piece) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for piece in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in statements | pieces:
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(str(piece.value) if isinstance(piece, ast.Constant) else "VALUE" for piece in node.values)


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_no_message_speaks_python_to_others(file: Path) -> None:
    assert [text for text in map(in_words, texts(file)) if " " in text and PYTHON.search(text)] == []


def test_what_is_tried_again_is_told_of_its_resource(provider: Provider, engine: Engine, api: Api) -> None:
    api.faults.add("status-before", method="PATCH", status=503, body='{"message": "cerrado"}')
    id_, outputs = provider.create(AGENT, {"name": "Ventas"})
    provider.update(AGENT, id_, outputs, {"name": "Otro"})
    [(severity, resource, message)] = [told for told in engine.logged if "trying again" in told[2]]
    assert (severity, resource) == ("INFO", "ventas")
    assert message.startswith(f"PATCH /api/v1/agents/{id_} answered 503: cerrado; ")
