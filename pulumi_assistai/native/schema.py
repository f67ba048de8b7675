"""The schema of the native provider, from the models of the lifecycle and the docstrings for users."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields
from typing import Any

from pydantic import BaseModel

from pulumi_assistai.keys import NAMESPACE, dynamic_type, native_type
from pulumi_assistai.native.kinds import FUNCTIONS, KINDS, Function, Kind
from pulumi_assistai.native.names import in_words, shown
from pulumi_assistai.resources import data
from pulumi_assistai.resources.agents import Agent
from pulumi_assistai.resources.providers import Provider
from pulumi_assistai.resources.records import AgentRecord, Conversation, Message
from pulumi_assistai.resources.whatsapp import WhatsAppIntegration
from pulumi_assistai.settings import Settings

_CLASSES: Mapping[str, type] = {"Agent": Agent, "WhatsAppIntegration": WhatsAppIntegration}
_LISTS: Mapping[str, tuple[str, type]] = {
    "getAgents": ("agents", AgentRecord),
    "getConversations": ("conversations", Conversation),
    "getMessages": ("messages", Message),
}
_GO_PACKAGE = "github.com/pulumi-assistai/pulumi-assistai/sdk/go/assistai"
_REPOSITORY = "https://github.com/pulumi-assistai/pulumi-assistai"
_SECTION = re.compile(r"^(Args|Attributes|Raises|Returns):$", re.MULTILINE)
_ENTRY = re.compile(r"^    (\w[\w, ]*): (.+(?:\n {6,}.+)*)", re.MULTILINE)


def schema(version: str) -> dict[str, Any]:
    """Return the package schema for Pulumi's registry and SDK generators."""
    settings = _settings()
    return {
        "name": NAMESPACE,
        "displayName": "AssistAI",
        "version": version,
        "description": "Declare AssistAI agents, and the WhatsApp numbers that they answer on.",
        "homepage": _REPOSITORY,
        "repository": _REPOSITORY,
        "license": "Apache-2.0",
        "pluginDownloadURL": _REPOSITORY.replace("https://github.com", "github://api.github.com"),
        "keywords": ["pulumi", "assistai", "category/utility", "kind/native"],
        "config": {"variables": settings},
        "provider": {"description": _summary(Provider), "inputProperties": settings},
        "types": {native_type(record.__name__): _record(record) for _, record in _LISTS.values()},
        "resources": {kind.type: _resource(kind) for kind in KINDS.values()},
        "functions": {function.token: _function(function) for function in FUNCTIONS.values()},
        "language": {
            # `pulumi_assistai` is the package with the dynamic providers.
            "python": {"packageName": "pulumi_assistai_native", "respectSchemaVersion": True},
            "nodejs": {"respectSchemaVersion": True},
            "go": {"importBasePath": _GO_PACKAGE, "respectSchemaVersion": True},
        },
    }


def _settings() -> dict[str, Any]:
    properties = _properties(Settings, _described_class(Provider))
    properties[shown("api_token")]["secret"] = True
    return properties


def _resource(kind: Kind) -> dict[str, Any]:
    described = _described_class(_CLASSES[kind.name])
    inputs = _properties(kind.model, described)
    for name in kind.replaces:
        inputs[shown(name)]["willReplaceOnChanges"] = True
    outputs = {shown(name): _text(described[name]) for name in (*kind.outputs, *kind.sometimes)}
    required = _required(kind.model)
    return {
        "description": _summary(_CLASSES[kind.name]),
        "properties": inputs | outputs,
        "required": [*required, *(shown(name) for name in kind.outputs)],
        "inputProperties": inputs,
        "requiredInputs": required,
        "aliases": [{"type": dynamic_type(kind.name)}],
    }


def _function(function: Function) -> dict[str, Any]:
    documented: Callable[..., Any] = getattr(data, _snake(function.name))
    described = _described(documented)
    return {
        "description": _summary(documented),
        "inputs": {
            "type": "object",
            "properties": {shown(name): _text(described[name]) for name in function.arguments},
            "required": list(function.required),
        },
        "outputs": _result(function.name),
    }


def _result(function: str) -> dict[str, Any]:
    if function not in _LISTS:
        return _record(AgentRecord)
    key, record = _LISTS[function]
    items = {"$ref": f"#/types/{native_type(record.__name__)}"}
    return {"type": "object", "properties": {key: {"type": "array", "items": items}}, "required": [key]}


def _record(record: type) -> dict[str, Any]:
    described = _described(record)
    names = [field.name for field in fields(record)]
    required = [field.name for field in fields(record) if field.default is MISSING]
    return {
        "type": "object",
        "description": _summary(record),
        "properties": {shown(name): _text(described[name]) for name in names},
        "required": [shown(name) for name in required],
    }


def _properties(model: type[BaseModel], described: Mapping[str, str]) -> dict[str, Any]:
    shapes = model.model_json_schema()["properties"]
    return {shown(name): {"type": _type(shape), "description": described[name]} for name, shape in shapes.items()}


def _required(model: type[BaseModel]) -> list[str]:
    return [shown(name) for name, field in model.model_fields.items() if field.is_required()]


def _type(shape: Mapping[str, Any]) -> str:
    shapes = shape.get("anyOf", [shape])
    return next(str(one["type"]) for one in shapes if one["type"] != "null")


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "description": description}


def _summary(documented: object) -> str:
    """Return the text of a docstring before its sections."""
    paragraphs = _SECTION.split(inspect.getdoc(documented) or "")[0].strip().split("\n\n")
    return in_words("\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs))


def _described_class(documented: Any) -> dict[str, str]:
    """Return the descriptions in the docstrings of a class and of its constructor."""
    return _described(documented) | _described(documented.__init__)


def _described(documented: object) -> dict[str, str]:
    """Return the descriptions of the arguments and attributes in a docstring."""
    title = ""
    found: dict[str, str] = {}
    for part in _SECTION.split(inspect.getdoc(documented) or ""):
        if title in ("Args", "Attributes"):
            found |= dict(_entries(part))
        title = part
    return found


def _entries(section: str) -> Iterable[tuple[str, str]]:
    for names, text in _ENTRY.findall(section):
        for name in names.split(","):
            yield name.strip(), _sentence(in_words(" ".join(text.split())))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _snake(function: str) -> str:
    return re.sub("([A-Z])", lambda capital: f"_{capital[0].lower()}", function)
