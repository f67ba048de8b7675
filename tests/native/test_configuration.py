"""Configuration of the native provider: what it takes from where, and what it never shows."""

from __future__ import annotations

import json
from typing import Any

import pytest
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import plugin_pb2, provider_pb2

from pulumi_assistai import ConfigurationError, properties
from pulumi_assistai.emulator import Emulator
from pulumi_assistai.native import settings
from pulumi_assistai.native.servicer import own_version
from pulumi_assistai.properties import UNKNOWN, Secret
from tests.conftest import Api
from tests.native.conftest import AGENT, DEFAULT, EXPLICIT, Engine, Provider, account

TOKEN = "canary-token-1234567890"
NAMES = (
    "apiToken, tenantDomain, organizationCode, baseUrl, timeout, gracePeriod, settleTime, rateLimitWait, "
    "requestsPerSecond, onConflict, reapply"
)
PLACE = {"tenantDomain": "t", "organizationCode": "o"}


def test_a_misspelt_setting_is_named_and_its_value_is_not(unconfigured: Provider) -> None:
    _, reasons = unconfigured.check_config({"apitoken": TOKEN, "api_token": TOKEN, "version": own_version()})
    assert reasons == [
        f"assistai:{name} is not a setting; the settings are {NAMES}" for name in ("api_token", "apitoken")
    ]


@pytest.mark.parametrize("token", [TOKEN, Secret(TOKEN)])
def test_the_token_is_a_secret_however_it_is_given(unconfigured: Provider, token: Any) -> None:
    inputs, reasons = unconfigured.check_config({"apiToken": token, "timeout": "7", "reapply": None})
    assert (inputs, reasons) == ({"apiToken": Secret(TOKEN), "timeout": "7"}, [])


def test_a_token_that_the_stack_holds_in_clear_is_warned_about(unconfigured: Provider, engine: Engine) -> None:
    unconfigured.check_config({"apiToken": TOKEN})
    unconfigured.check_config({"apiToken": Secret(TOKEN)}, DEFAULT)
    unconfigured.check_config({"apiToken": UNKNOWN}, DEFAULT)
    assert engine.logged == []
    assert unconfigured.check_config({"apiToken": TOKEN}, DEFAULT)[0] == {"apiToken": Secret(TOKEN)}
    [(severity, _, message)] = engine.logged
    assert severity == "WARNING"
    assert message == (
        "assistai:apiToken is stored in clear; run `pulumi config set --secret assistai:apiToken` and renew the token "
        "in AssistAI"
    )


def test_settings_that_are_not_known_yet_pass(unconfigured: Provider) -> None:
    inputs, reasons = unconfigured.check_config({"apiToken": Secret(UNKNOWN), "tenantDomain": UNKNOWN})
    assert (inputs, reasons) == ({"apiToken": Secret(UNKNOWN), "tenantDomain": UNKNOWN}, [])


def test_another_version_than_the_installed_one_is_warned_about(unconfigured: Provider, engine: Engine) -> None:
    unconfigured.check_config({"version": own_version()})
    assert engine.logged == []
    unconfigured.check_config({"version": "99.1.0"})
    assert engine.logged == [
        (
            "WARNING",
            "acme",
            f"the program asks for version 99.1.0 of the provider assistai, but version {own_version()} is installed",
        )
    ]


def test_a_change_of_settings_replaces_nothing(unconfigured: Provider) -> None:
    olds = {"apiToken": Secret(TOKEN), "timeout": 7, "api_token": "of a dynamic provider"}
    news = {"apiToken": TOKEN, "timeout": 8, "tenantDomain": UNKNOWN}
    struct = properties.to_struct(olds, secrets=True)
    request = provider_pb2.DiffRequest(
        urn=EXPLICIT, old_inputs=struct, olds=struct, news=properties.to_struct(news, secrets=True)
    )
    difference = unconfigured.stub.DiffConfig(request)
    assert sorted(difference.detailedDiff) == ["tenantDomain", "timeout"]
    assert (difference.changes, list(difference.replaces)) == (provider_pb2.DiffResponse.DIFF_SOME, [])
    request.news.CopyFrom(struct)
    assert unconfigured.stub.DiffConfig(request).changes == provider_pb2.DiffResponse.DIFF_NONE


def test_texts_of_numbers_and_booleans_are_numbers_and_booleans() -> None:
    found = settings.load(EXPLICIT, account("http://127.0.0.1:1", timeout="7.5", reapply="true"), {})
    assert (found.timeout, found.reapply) == (7.5, True)


def test_an_explicit_provider_wins_over_the_environment_and_the_default_one_does_not() -> None:
    environment = {"ASSISTAI_API_TOKEN": "rotated", "ASSISTAI_BASE_URL": "http://127.0.0.1:1"}
    given = {"apiToken": Secret("saved"), **PLACE}
    bare = DEFAULT.removesuffix("_0_1_0")
    for explicit in (EXPLICIT, f"{bare}_acme", f"{bare}-acme"):
        assert settings.load(explicit, given, environment).api_token.get_secret_value() == "saved"
    for default in (DEFAULT, bare, f"{DEFAULT}_github_/api.github.com/x"):
        assert settings.load(default, given, environment).api_token.get_secret_value() == "rotated"
    assert settings.load(DEFAULT, given, {}).api_token.get_secret_value() == "saved"


@pytest.mark.parametrize("namespace", ["", "assistai:"])
def test_what_an_explicit_provider_is_not_given_comes_from_the_stack_last(namespace: str) -> None:
    stack = {f"{namespace}apiToken": "of-the-stack", f"{namespace}tenantDomain": "of-the-stack", "trial:x": "y"}
    environment = {"PULUMI_CONFIG": json.dumps(stack), "ASSISTAI_TENANT_DOMAIN": "environment"}
    found = settings.load(EXPLICIT, {"organizationCode": "given"}, environment)
    assert found.api_token.get_secret_value() == "of-the-stack"
    assert (found.tenant_domain, found.organization_code) == ("environment", "given")
    with pytest.raises(ConfigurationError, match="missing api token"):
        settings.load(DEFAULT, dict(PLACE), environment)


@pytest.mark.parametrize("config", ["", "no JSON " + TOKEN, "[1]", "null"])
def test_a_stack_configuration_that_cannot_be_read_is_none_and_not_shown(config: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        settings.load(EXPLICIT, {}, {"PULUMI_CONFIG": config})
    assert TOKEN not in str(caught.value)
    assert "missing api token (set ASSISTAI_API_TOKEN or run `pulumi config set --secret assistai:apiToken`)" in str(
        caught.value
    )


def test_without_settings_each_resource_says_what_is_missing(unconfigured: Provider) -> None:
    assert unconfigured.configure({"apiToken": Secret(TOKEN)}).acceptSecrets
    inputs, [reason] = unconfigured.check(AGENT, {"name": "Ventas"})
    assert inputs == {"name": "Ventas"}
    assert reason.startswith("AssistAI is not configured: missing tenant domain (set ASSISTAI_TENANT_DOMAIN or run")
    for call in (
        lambda: unconfigured.create(AGENT, {"name": "Ventas"}),
        lambda: unconfigured.read(AGENT, "A-1"),
        lambda: unconfigured.delete(AGENT, "A-1", {"name": "Ventas"}),
        lambda: unconfigured.invoke("getAgents", {}),
    ):
        assert unconfigured.problem(call) == reason
    assert TOKEN not in reason


def test_settings_that_are_wrong_are_named_without_their_value(unconfigured: Provider, emulator: Emulator) -> None:
    unconfigured.configure(account(emulator.url, timeout="canary-value", onConflict="canary-value"))
    [reason] = unconfigured.check(AGENT, {"name": "Ventas"})[1]
    assert "ASSISTAI_TIMEOUT (assistai:timeout): Input should be a valid number" in reason
    assert "ASSISTAI_ON_CONFLICT (assistai:onConflict): Input should be 'overwrite' or 'fail'" in reason
    assert "canary-value" not in reason


def test_before_it_is_configured_it_says_so(unconfigured: Provider) -> None:
    assert unconfigured.problem(lambda: unconfigured.read(AGENT, "A-1")) == "the provider is not configured [AAI-101]"


def test_it_previews_and_takes_secrets(unconfigured: Provider, emulator: Emulator) -> None:
    response = unconfigured.configure(account(emulator.url))
    assert (response.acceptSecrets, response.supportsPreview, response.acceptOutputs) == (True, True, False)
    assert unconfigured.stub.GetPluginInfo(Empty()).version == own_version()


def test_it_reports_to_the_engine_that_shakes_its_hand(unconfigured: Provider, engine: Engine, api: Api) -> None:
    assert api.requests() == []
    unconfigured.stub.Attach(plugin_pb2.PluginAttach(address="127.0.0.1:1"))
    unconfigured.check_config({"version": "99.1.0"})
    assert engine.logged == []
    assert unconfigured.stub.Handshake(
        provider_pb2.ProviderHandshakeRequest(engine_address="127.0.0.1:1")
    ).accept_secrets


def test_a_type_that_there_is_not_is_named(provider: Provider) -> None:
    problem = provider.problem(lambda: provider.check("assistai:index:Robot", {}))
    assert problem == (
        "assistai has no resource assistai:index:Robot; it has assistai:index:Agent, assistai:index:WhatsAppIntegration"
    )


def test_a_mistake_of_ours_is_one_line_without_the_token(
    provider: Provider, monkeypatch: pytest.MonkeyPatch, emulator: Emulator
) -> None:
    provider.configure(account(emulator.url, apiToken=TOKEN))
    provider.problem(lambda: provider.invoke("getAgents", {}))

    def fail(*_: object) -> None:
        raise ValueError(f"first line {TOKEN}\nTraceback")

    monkeypatch.setattr(settings, "changed", fail)
    problem = provider.problem(lambda: provider.stub.DiffConfig(provider_pb2.DiffRequest(urn=EXPLICIT)))
    assert problem == ("ValueError: first line [token] Traceback; this is a bug in pulumi_assistai, please report it")
