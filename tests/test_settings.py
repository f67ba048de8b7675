"""Settings: their order of precedence, and values that are refused."""

from __future__ import annotations

from typing import Any

import pytest

from pulumi_assistai import ConfigurationError
from pulumi_assistai.settings import Settings

EXPLICIT = {"api_token": "explicit", "tenant_domain": "tenant", "organization_code": "ORG"}
ENVIRONMENT = {
    "ASSISTAI_API_TOKEN": "environment",
    "ASSISTAI_TENANT_DOMAIN": "tenant",
    "ASSISTAI_ORGANIZATION_CODE": "ORG",
}
STACK = {
    "assistai:apiToken": "stack",
    "assistai:tenantDomain": "tenant",
    "assistai:organizationCode": "ORG",
}


@pytest.mark.parametrize(
    ("explicit", "environment", "token"),
    [(EXPLICIT, ENVIRONMENT, "explicit"), ({}, ENVIRONMENT, "environment"), ({}, {}, "stack")],
)
def test_the_first_place_that_has_a_setting_wins(
    explicit: dict[str, Any], environment: dict[str, str], token: str
) -> None:
    assert Settings.load(explicit, environment, STACK).api_token.get_secret_value() == token


def test_an_empty_variable_counts_as_unset() -> None:
    assert Settings.load({}, {"ASSISTAI_TENANT_DOMAIN": ""}, STACK).tenant_domain == "tenant"


def test_defaults() -> None:
    settings = Settings.load(EXPLICIT, {}, {})
    assert settings.base_url == "https://public.assistai.lat"
    assert (settings.timeout, settings.grace_period, settings.settle_time) == (30, 60, 10)
    assert (settings.on_conflict, settings.reapply) == ("overwrite", False)


def test_texts_of_configuration_become_values() -> None:
    stack = STACK | {"assistai:timeout": "2.5", "assistai:reapply": "true", "assistai:onConflict": "fail"}
    settings = Settings.load({}, {}, stack)
    assert (settings.timeout, settings.reapply, settings.on_conflict) == (2.5, True, "fail")


def test_everything_missing_is_said_at_once_with_variable_and_key() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Settings.load({}, {}, {})
    assert str(caught.value) == (
        "AssistAI is not configured: missing "
        "api token (set ASSISTAI_API_TOKEN or run `pulumi config set --secret assistai:apiToken`), "
        "tenant domain (set ASSISTAI_TENANT_DOMAIN or run `pulumi config set assistai:tenantDomain`), "
        "organization code (set ASSISTAI_ORGANIZATION_CODE or run `pulumi config set assistai:organizationCode`)"
    )


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("api_token", "line\nbreak", "ASSISTAI_API_TOKEN (assistai:apiToken): Value error, must be printable ASCII"),
        ("tenant_domain", "a\r\nx-organization-code: B", "ASSISTAI_TENANT_DOMAIN (assistai:tenantDomain)"),
        ("organization_code", "ñ", "must be printable ASCII"),
        ("base_url", "http://api.example.com", "must begin with https://"),
        ("base_url", "ftp://127.0.0.1", "must begin with https://"),
        ("base_url", "https://user:secret@example.com", "with no user, query or fragment"),
        ("base_url", "example.com", "must be like https://public.assistai.lat"),
        ("base_url", "https://example.com:abc", "Value error"),
        ("base_url", "https://example.com:443/\n", "must be like https://public.assistai.lat"),
        ("timeout", "0", "greater than 0"),
        ("timeout", "soon", "valid number"),
        ("on_conflict", "ask", "'overwrite' or 'fail'"),
        ("reapply", "perhaps", "valid boolean"),
    ],
)
def test_what_is_not_usable_is_refused_without_showing_it(field: str, value: str, words: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Settings.load(EXPLICIT | {field: value}, {}, {})
    assert words in str(caught.value)
    assert value == "0" or value not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8787", "http://localhost:1", "http://[::1]:80/", "https://a.example"]
)
def test_base_urls_that_show_the_token_to_nobody(url: str) -> None:
    assert Settings.load(EXPLICIT | {"base_url": url}, {}, {}).base_url == url.rstrip("/")


def test_the_scheme_may_be_written_in_capitals() -> None:
    # Whether certificates are verified depends on it.
    assert (
        Settings.load(EXPLICIT | {"base_url": "HTTPS://Api.example.com"}, {}, {}).base_url == "https://Api.example.com"
    )


def test_the_prefix_of_the_documents_examples_is_no_part_of_the_base_url() -> None:
    settings = Settings.load(EXPLICIT | {"base_url": "https://public.assistai.lat/api/v1/"}, {}, {})
    assert settings.base_url == "https://public.assistai.lat"


def test_the_token_is_in_no_representation() -> None:
    settings = Settings.load(EXPLICIT | {"api_token": "canary-token"}, {}, {})
    assert "canary-token" not in repr(settings) + str(settings) + settings.model_dump_json()
