"""The resource `Agent`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pulumi
from pulumi import dynamic

from pulumi_assistai.providers.agents import AgentProvider
from pulumi_assistai.resources.base import (
    found_as_native,
    has_transforms,
    refuse_import,
    warn_about_clear_token,
    warn_about_options,
)

_OPTIONAL = ("description", "purpose", "instructions", "tone", "voice", "model", "created_at")
_OUTPUTS = ("code", "managed_since", "tenant_domain", "organization_code")


class Agent(dynamic.Resource, module="assistai", name="Agent"):
    """An AI agent that answers customers.

    It is created with POST /agents, updated with PATCH /agents/CODE and read from GET /agents. The listing shows only
    name and description: edits of purpose, instructions, tone or voice in AssistAI cannot be seen.

    Attributes:
        code: the agent's code, assigned by AssistAI.
        managed_since: when this program created or adopted it, ISO 8601 in UTC.
        tenant_domain: the tenant that it belongs to.
        organization_code: the organization that it belongs to.
        name: as declared.
        description: as declared.
        purpose: as declared.
        instructions: as declared.
        tone: as declared.
        voice: as declared.
        model: as listed; only on an agent from `Agent.get`.
        created_at: as listed; only on an agent from `Agent.get`.
    """

    # The SDK would evaluate the annotations again for every resource.
    if TYPE_CHECKING:
        code: pulumi.Output[str]
        managed_since: pulumi.Output[str]
        tenant_domain: pulumi.Output[str]
        organization_code: pulumi.Output[str]
        name: pulumi.Output[str]
        description: pulumi.Output[str | None]
        purpose: pulumi.Output[str | None]
        instructions: pulumi.Output[str | None]
        tone: pulumi.Output[str | None]
        voice: pulumi.Output[str | None]
        model: pulumi.Output[str | None]
        created_at: pulumi.Output[str | None]

    def __init__(
        self,
        resource_name: str,
        *,
        name: pulumi.Input[str],
        description: pulumi.Input[str] | None = None,
        purpose: pulumi.Input[str] | None = None,
        instructions: pulumi.Input[str] | None = None,
        tone: pulumi.Input[str] | None = None,
        voice: pulumi.Input[str] | None = None,
        adopt: pulumi.Input[str] | None = None,
        on_delete: pulumi.Input[Literal["retain", "archive"]] = "retain",
        allow_duplicate_name: pulumi.Input[bool] = False,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare an agent.

        Args:
            resource_name: the name of the resource in the program.
            name: the name shown in AssistAI. It must be unique in the organization.
            description: a description in one line. Optional fields are sent only if declared.
            purpose: the purpose.
            instructions: the prompt.
            tone: the tone, such as "neutral" or "amigable".
            voice: the voice, such as "default" or "female".
            adopt: the code of an existing agent to adopt instead of creating one. It may stay or be removed later.
            on_delete: what to do when the agent is no longer declared. The API cannot delete agents. "retain" (default)
                leaves it as it is and warns, "archive" disconnects its WhatsApp and renames it to "[archived] NAME", or
                to the closest name that AssistAI accepts. To forbid deletion, use
                `opts=pulumi.ResourceOptions(protect=True)`.
            allow_duplicate_name: create the agent even if another one has its name; default False.
            opts: options of the resource; `import_` is refused.

        Raises:
            pulumi.RunError: `opts` has `import_`.
        """
        refuse_import(
            opts, 'declare adopt="CODE" to adopt an existing agent, or adopt many at once with `assistai import`'
        )
        inputs = {
            "name": name,
            "description": description,
            "purpose": purpose,
            "instructions": instructions,
            "tone": tone,
            "voice": voice,
            "adopt": adopt,
            "on_delete": on_delete,
            "allow_duplicate_name": None if allow_duplicate_name is False else allow_duplicate_name,
        }
        declared = {name: value for name, value in inputs.items() if value is not None}
        # The engine may return undeclared fields: an ignored change keeps the old value, a transform may add any field.
        given = _OPTIONAL if has_transforms() or (opts is not None and (opts.ignore_changes or opts.transforms)) else ()
        _declare(self, resource_name, {**dict.fromkeys((*given, *_OUTPUTS)), **declared}, opts)

    @classmethod
    def get(cls, resource_name: str, code: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None) -> Agent:
        """Return an existing agent that the program only reads: GET /agents.

        Args:
            resource_name: the name of the resource in the program.
            code: the agent's code.
            opts: options of the resource.
        """
        agent = cls.__new__(cls)
        existing = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=code))
        _declare(agent, resource_name, dict.fromkeys(("name", *_OPTIONAL, *_OUTPUTS)), existing)
        return agent

    # Type checkers know the attributes; with this method they would accept any other one.
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> pulumi.Output[None]:
            # The SDK's work grows with the square of a program's properties: undeclared fields are none.
            if name in _OPTIONAL:
                return pulumi.Output.from_input(None)
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


def _declare(agent: Agent, resource_name: str, properties: dict[str, Any], opts: pulumi.ResourceOptions | None) -> None:
    """Declare an agent. A property without a value is an output, and the SDK makes an attribute of each."""
    warn_about_clear_token()
    warn_about_options(opts)
    dynamic.Resource.__init__(agent, AgentProvider(), resource_name, properties, found_as_native("Agent", opts))
