"""What programs import in place of `pulumi_assistai` to declare native resources, as the generated SDK would.

It is put beside the program, and imports the Pulumi SDK alone.
"""

from __future__ import annotations

import re
from typing import Any

import pulumi

_OUTPUTS = {
    "Agent": ("code", "managed_since", "tenant_domain", "organization_code", "name", "description", "model"),
    "WhatsAppIntegration": ("agent_code", "status", "phone_number", "tenant_domain", "organization_code"),
}


def camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def snake(name: str) -> str:
    return re.sub("[A-Z]", lambda found: f"_{found[0].lower()}", name)


class Native(pulumi.CustomResource):
    def __init__(
        self, kind: str, resource_name: str, props: dict[str, Any], opts: pulumi.ResourceOptions | None
    ) -> None:
        former = pulumi.ResourceOptions(aliases=[pulumi.Alias(type_=f"pulumi-python:dynamic/assistai:{kind}")])
        everything = dict.fromkeys(_OUTPUTS[kind]) | props
        merged = pulumi.ResourceOptions.merge(former, opts)
        super().__init__(f"assistai:index:{kind}", resource_name, everything, merged)

    def translate_input_property(self, prop: str) -> str:
        return camel(prop)

    def translate_output_property(self, prop: str) -> str:
        return snake(prop)


class Agent(Native):
    def __init__(self, resource_name: str, opts: pulumi.ResourceOptions | None = None, **props: Any) -> None:
        super().__init__("Agent", resource_name, props, opts)

    @staticmethod
    def get(resource_name: str, code: str, opts: pulumi.ResourceOptions | None = None) -> Agent:
        return Agent(resource_name, pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(id=code)))


class WhatsAppIntegration(Native):
    def __init__(self, resource_name: str, opts: pulumi.ResourceOptions | None = None, **props: Any) -> None:
        super().__init__("WhatsAppIntegration", resource_name, props, opts)


class Provider(pulumi.ProviderResource):
    def __init__(self, resource_name: str, opts: pulumi.ResourceOptions | None = None, **props: Any) -> None:
        super().__init__("assistai", resource_name, {camel(name): value for name, value in props.items()}, opts)


def invoke(function: str, opts: pulumi.InvokeOptions | None = None, **arguments: Any) -> Any:
    return pulumi.runtime.invoke(f"assistai:index:{function}", arguments, opts).value
