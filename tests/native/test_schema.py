"""The schema of the native provider: golden, and the models' own."""

from __future__ import annotations

import json
import subprocess
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2
from pydantic import BaseModel

from pulumi_assistai.client import Conversation, ListedAgent, Message
from pulumi_assistai.keys import camel_case
from pulumi_assistai.lifecycle.agents import AgentInputs
from pulumi_assistai.lifecycle.whatsapp import WhatsAppInputs
from pulumi_assistai.native.schema import schema
from pulumi_assistai.native.servicer import own_version
from pulumi_assistai.resources import records
from pulumi_assistai.settings import Settings
from tests.conftest import needs_pulumi
from tests.native.conftest import AGENT, WHATSAPP, Provider

GOLDEN = Path(__file__).with_name("schema.json")


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return schema("1.2.3")


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in texts(item)]
    return [value] if isinstance(value, str) else []


def test_it_is_the_golden_one(made: dict[str, Any]) -> None:
    """Write it anew with `python -m tests.native.test_schema`, and look at what changed."""
    assert made == json.loads(GOLDEN.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("token", "model"), [(AGENT, AgentInputs), (WHATSAPP, WhatsAppInputs)])
def test_a_resource_takes_what_its_model_takes(made: dict[str, Any], token: str, model: type[BaseModel]) -> None:
    resource = made["resources"][token]
    assert set(resource["inputProperties"]) == {camel_case(name) for name in model.model_fields}
    required = {camel_case(name) for name, field in model.model_fields.items() if field.is_required()}
    assert set(resource["requiredInputs"]) == required
    assert required < set(resource["required"])
    assert set(resource["inputProperties"]) < set(resource["properties"])
    assert resource["aliases"] == [{"type": f"pulumi-python:dynamic/assistai:{token.rpartition(':')[2]}"}]


def test_settings_are_those_of_a_connection(made: dict[str, Any]) -> None:
    names = {camel_case(name) for name in Settings.model_fields}
    assert set(made["config"]["variables"]) == set(made["provider"]["inputProperties"]) == names
    secret = [name for name, spec in made["provider"]["inputProperties"].items() if spec.get("secret")]
    assert secret == ["apiToken"]
    # The environment's token would become an argument of generated providers, and a rotated one not reach a refresh.
    assert "defaultInfo" not in json.dumps(made)


@pytest.mark.parametrize(
    ("record", "model"),
    [
        (records.AgentRecord, ListedAgent),
        (records.Conversation, Conversation),
        (records.Message, Message),
    ],
)
def test_a_record_has_what_is_listed(made: dict[str, Any], record: type, model: type[BaseModel]) -> None:
    spec = made["types"][f"assistai:index:{record.__name__}"]
    names = {field.name for field in fields(record)}
    assert names == set(model.model_fields)
    assert set(spec["properties"]) == {camel_case(name) for name in names}


def test_everything_is_described_in_the_words_of_every_language(made: dict[str, Any]) -> None:
    described = [
        spec
        for resource in made["resources"].values()
        for spec in (resource, *resource["properties"].values(), *resource["inputProperties"].values())
    ]
    assert all(spec["description"] for spec in described)
    words = " ".join(texts(made))
    for python in ("ResourceOptions", "None", "True", "False", "_code", "on_delete", "get_"):
        assert python not in words.replace("pulumi_assistai_native", "")


def test_the_python_sdk_is_not_called_as_this_package(made: dict[str, Any]) -> None:
    assert made["language"]["python"]["packageName"] == "pulumi_assistai_native"


def test_the_provider_answers_with_it(unconfigured: Provider) -> None:
    answer = unconfigured.stub.GetSchema(provider_pb2.GetSchemaRequest())
    assert json.loads(answer.schema) == schema(own_version())


@needs_pulumi
def test_pulumi_accepts_it() -> None:
    done = subprocess.run(["pulumi", "schema", "check", str(GOLDEN)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Warning" not in done.stdout + done.stderr


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(schema("1.2.3"), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
