"""What all providers translate alike: settings, checks and unknown values."""

from __future__ import annotations

import gc
import sys
from typing import Any

import pytest
from pulumi.output import Unknown

from pulumi_assistai import ConfigurationError
from pulumi_assistai.emulator import Emulator
from pulumi_assistai.garbage import NEW_OBJECTS
from pulumi_assistai.lifecycle.values import UNKNOWN, Problem
from pulumi_assistai.providers.agents import AgentProvider
from pulumi_assistai.providers.base import AssistAIProvider, from_pulumi, from_state, is_native
from pulumi_assistai.providers.whatsapp import WhatsAppIntegrationProvider
from tests.in_process import account, configure

HERE = account("http://127.0.0.1:1")


class Picky(AssistAIProvider):
    """Dislikes everything, and says what it was given."""

    def problems(self, recorded: dict[str, Any], inputs: dict[str, Any]) -> list[Problem]:
        return [Problem(f"recorded {recorded}"), Problem(f"inputs {inputs}")]


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API_TOKEN", "TENANT_DOMAIN", "ORGANIZATION_CODE", "BASE_URL"):
        monkeypatch.delenv(f"ASSISTAI_{name}", raising=False)


def test_arguments_and_stack_configuration_make_the_session() -> None:
    rest = {"assistai:tenantDomain": "tenant", "assistai:organizationCode": "other", "project:key": "x"}
    provider = configure(AgentProvider(), {"api_token": "token", "organization_code": "ORG"} | rest)
    settings = provider.session.settings
    assert settings.api_token.get_secret_value() == "token"
    assert (settings.tenant_domain, settings.organization_code) == ("tenant", "ORG")


def test_providers_of_one_configuration_share_a_session() -> None:
    agents, integrations = configure(AgentProvider(), HERE), configure(WhatsAppIntegrationProvider(), HERE)
    assert agents.session is integrations.session
    assert configure(AgentProvider(), HERE | {"timeout": "7"}).session is not agents.session


def test_settings_that_are_not_usable_are_a_failed_check_of_every_resource() -> None:
    provider = configure(AgentProvider(), {"api_token": "token"})
    result = provider.check({}, {"name": "Ventas", "tone": None, "code": Unknown()})
    assert result.inputs.keys() == {"name", "code"}
    [failure] = result.failures
    assert failure.property == ""
    assert failure.reason.startswith("AssistAI is not configured: missing tenant domain (set ASSISTAI_TENANT_DOMAIN or")
    with pytest.raises(ConfigurationError) as caught:
        provider.create({"name": "Ventas"})
    assert str(caught.value) == failure.reason


def test_a_traceback_is_not_shown_and_new_objects_alone_are_searched() -> None:
    gc.unfreeze()
    configure(AgentProvider(), HERE)
    assert sys.tracebacklimit == 0
    assert gc.get_threshold()[0] == NEW_OBJECTS
    assert gc.get_freeze_count() > 0


def test_all_that_is_wrong_is_said_and_names_no_property() -> None:
    provider = configure(Picky(), HERE)
    olds = {"name": "A", "tone": None, "__provider": "pickle"}
    news = {"name": Unknown(), "tone": None, "voice": "", "__provider": "pickle"}
    result = provider.check(olds, news)
    assert result.inputs == {"name": news["name"], "voice": "", "__provider": "pickle"}
    assert [(failure.property, failure.reason) for failure in result.failures] == [
        ("", "recorded {'name': 'A'}"),
        ("", f"inputs {{'name': {UNKNOWN!r}, 'voice': ''}}"),
    ]


def test_a_provider_without_rules_of_its_own_is_none() -> None:
    with pytest.raises(NotImplementedError):
        configure(AssistAIProvider(), HERE).check({}, {})


@pytest.mark.parametrize(
    ("value", "known"),
    [
        ("x", True),
        (0, True),
        ([], True),
        ({"a": [{"b": ("c",)}]}, True),
        (Unknown(), False),
        ([Unknown()], False),
        (("x", Unknown()), False),
        ({"a": [{"b": ("c", Unknown())}]}, False),
    ],
)
def test_a_value_is_unknown_as_soon_as_a_part_of_it_is(value: Any, *, known: bool) -> None:
    assert from_pulumi({"it": value}) == {"it": value if known else UNKNOWN}


def test_what_is_pulumis_own_is_left_out() -> None:
    assert from_pulumi({"__provider": "pickle", "name": "A", "tone": None, "__x": 1}) == {"name": "A", "__x": 1}


def test_a_provider_has_no_attributes_before_it_is_configured(emulator: Emulator) -> None:
    provider = AgentProvider()
    assert vars(provider) == {}
    configure(provider, account(emulator.url))
    assert set(vars(provider)) == {"_session"}


def test_names_of_the_native_provider_are_read_in_a_state() -> None:
    native = {"agentCode": Unknown(), "phoneNumber": None, "name": "A", "__seen": {"name": ["x"]}}
    assert from_state(native) == {"agent_code": UNKNOWN, "name": "A", "__seen": {"name": ["x"]}}
    assert from_state({"agent_code": "A-1", "__provider": "pickle"}) == {"agent_code": "A-1"}
    assert is_native(native)
    assert not is_native({"agent_code": "A-1", "__seen": {}, "__provider": "pickle"})


def test_an_error_is_raised_with_its_code_once() -> None:
    unconfigured = configure(AgentProvider(), {"api_token": "token"})
    for _ in range(2):
        with pytest.raises(ConfigurationError, match=r"^[^\[]+ \[AAI-101\]$"):
            unconfigured.read("A-001", {})
    [failure] = unconfigured.check({}, {"name": "Ventas"}).failures
    assert failure.reason.count("[AAI-101]") == 1
