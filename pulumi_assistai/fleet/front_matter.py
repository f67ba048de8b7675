"""The front matter of an agent's file: the YAML between its two `---` lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from pulumi_assistai.lifecycle.validation import trimmed

_UNDECLARED: Any = None


def usable_key(key: str) -> str:
    """Refuse a key that cannot be part of a resource's name."""
    if "::" in key or "/" in key:
        raise ValueError("must not contain :: or /, because it becomes part of a resource's name")
    return key


def _spelled_out(value: Any) -> Any:
    """Return an empty mapping for `whatsapp: true`, and None for `false`."""
    if isinstance(value, bool):
        return {} if value else None
    if not isinstance(value, Mapping):
        raise ValueError("must be true, false, or expected_phone_number and wait_for_connection")  # noqa: TRY004 - pydantic reports it
    return value


Text = Annotated[str, Field(strict=True)]
NonEmpty = Annotated[str, StringConstraints(strict=True, min_length=1), AfterValidator(trimmed)]
Key = Annotated[NonEmpty, AfterValidator(usable_key)]


class WhatsApp(BaseModel):
    """The WhatsApp connection of an agent."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    expected_phone_number: Annotated[Text, Field(description="The phone number that must be linked.")] = _UNDECLARED
    wait_for_connection: Annotated[
        float, Field(strict=True, ge=0, le=3600, description="Seconds that an update waits for the phone.")
    ] = _UNDECLARED


class FrontMatter(BaseModel):
    """An agent of a fleet, without its instructions. Texts may hold templates."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, title="An agent of an AssistAI fleet")

    name: Annotated[NonEmpty, Field(description="The name shown in AssistAI.")]
    key: Annotated[
        Key,
        Field(
            description="The resource's name in the fleet. Default: the file's stem. Keep it when you rename the file."
        ),
    ] = _UNDECLARED
    moved_from: Annotated[
        NonEmpty, Field(description="The fleet that had the file before. The agent stays the same.")
    ] = _UNDECLARED
    description: Annotated[Text, Field(description="Description of the agent, one line.")] = _UNDECLARED
    purpose: Annotated[Text, Field(description="Purpose of the agent.")] = _UNDECLARED
    tone: Annotated[Text, Field(description="Tone, such as neutral or amigable.")] = _UNDECLARED
    voice: Annotated[Text, Field(description="Voice, such as default or female.")] = _UNDECLARED
    whatsapp: Annotated[
        WhatsApp | None,
        BeforeValidator(_spelled_out),
        WithJsonSchema({"anyOf": [{"type": "boolean"}, WhatsApp.model_json_schema()]}),
        Field(description="The WhatsApp connection: true, or its options."),
    ] = None
    on_delete: Annotated[
        Literal["retain", "archive"],
        Field(description="What to do with the agent when its file is removed: retain or archive it."),
    ] = _UNDECLARED
    adopt: Annotated[NonEmpty, Field(description="Code of an existing agent to adopt.")] = _UNDECLARED
    allow_duplicate_name: Annotated[
        bool, Field(strict=True, description="Create the agent even if another one has its name.")
    ] = False
    ignore: Annotated[
        list[Text],
        Field(description="Rules of `assistai check` that are off for this file. Pulumi ignores this key."),
    ] = []


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of the front matter, for editors."""
    schema = FrontMatter.model_json_schema()
    for field in schema["properties"].values():
        field.pop("default", None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
