"""Names in users' states, which must never change."""

from __future__ import annotations

import base64

import pytest
from pulumi.dynamic import ResourceProvider
from pulumi.dynamic.dynamic import serialize_provider

from pulumi_assistai import Agent, WhatsAppIntegration
from pulumi_assistai.providers.agents import AgentProvider
from pulumi_assistai.providers.whatsapp import WhatsAppIntegrationProvider


@pytest.mark.parametrize(
    ("provider", "pickled"),
    [
        (
            AgentProvider(),
            "gASVOQAAAAAAAACMIHB1bHVtaV9hc3Npc3RhaS5wcm92aWRlcnMuYWdlbnRzlIwNQWdlbnRQcm92aWRlcpSTlCmBlC4=",
        ),
        (
            WhatsAppIntegrationProvider(),
            "gASVSQAAAAAAAACMInB1bHVtaV9hc3Npc3RhaS5wcm92aWRlcnMud2hhdHNhcHCUjBtXaGF0c0FwcEludGVncmF0aW9uUHJvdmlkZXKUk5"  # noqa: ISC004 - one pickle
            "QpgZQu",
        ),
    ],
)
def test_a_state_holds_a_reference_to_the_class_and_nothing_else(provider: ResourceProvider, pickled: str) -> None:
    assert serialize_provider(provider) == pickled
    assert len(base64.b64decode(pickled)) < 100
    assert provider.serialize_as_secret_always is False


def test_type_names() -> None:
    assert Agent._resource_type_name == "dynamic/assistai:Agent"  # noqa: SLF001 - no public way to see it
    assert WhatsAppIntegration._resource_type_name == "dynamic/assistai:WhatsAppIntegration"  # noqa: SLF001
