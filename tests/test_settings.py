"""Settings: their order of precedence, and values that are refused."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from pulumi_assistai import ConfigurationError
from pulumi_assistai.settings import Settings, is_loopback, is_on_loopback

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


@pytest.mark.parametrize(
    ("field", "variable", "key", "value"),
    [
        ("api_token", "ASSISTAI_API_TOKEN", "assistai:apiToken", SecretStr("t")),
        ("tenant_domain", "ASSISTAI_TENANT_DOMAIN", "assistai:tenantDomain", "t"),
        ("organization_code", "ASSISTAI_ORGANIZATION_CODE", "assistai:organizationCode", "O"),
        ("base_url", "ASSISTAI_BASE_URL", "assistai:baseUrl", "https://a.example"),
        ("timeout", "ASSISTAI_TIMEOUT", "assistai:timeout", 2.5),
        ("grace_period", "ASSISTAI_GRACE_PERIOD", "assistai:gracePeriod", 0),
        ("settle_time", "ASSISTAI_SETTLE_TIME", "assistai:settleTime", 0),
        ("rate_limit_wait", "ASSISTAI_RATE_LIMIT_WAIT", "assistai:rateLimitWait", 0),
        ("requests_per_second", "ASSISTAI_REQUESTS_PER_SECOND", "assistai:requestsPerSecond", 0.5),
        ("on_conflict", "ASSISTAI_ON_CONFLICT", "assistai:onConflict", "fail"),
        ("reapply", "ASSISTAI_REAPPLY", "assistai:reapply", True),
    ],
)
def test_every_setting_has_a_variable_and_a_key(field: str, variable: str, key: str, value: Any) -> None:
    text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    assert getattr(Settings.load(EXPLICIT | {field: value}, {}, {}), field) == value
    required = {name: given for name, given in EXPLICIT.items() if name != field}
    assert getattr(Settings.load(required, {variable: text}, {}), field) == value
    assert getattr(Settings.load(required, {}, {key: text}), field) == value


@pytest.mark.parametrize("nothing", ["", None])
def test_what_is_empty_counts_as_unset(nothing: str | None) -> None:
    explicit, environment = {"tenant_domain": nothing}, {"ASSISTAI_TENANT_DOMAIN": ""}
    assert Settings.load(explicit, environment, STACK).tenant_domain == "tenant"
    assert Settings.load(EXPLICIT | {"base_url": nothing}, {}, {}).base_url == "https://public.assistai.lat"


def test_what_is_false_or_zero_is_set() -> None:
    explicit = EXPLICIT | {"reapply": False, "grace_period": 0}
    settings = Settings.load(explicit, {"ASSISTAI_REAPPLY": "true", "ASSISTAI_GRACE_PERIOD": "5"}, {})
    assert (settings.reapply, settings.grace_period) == (False, 0)


def test_what_is_no_setting_is_passed_over() -> None:
    settings = Settings.load(EXPLICIT | {"colour": "red"}, {"ASSISTAI_COLOUR": "red"}, {"assistai:colour": "red"})
    assert settings == Settings.load(EXPLICIT, {}, {})


def test_settings_do_not_change() -> None:
    settings = Settings.load(EXPLICIT, {}, {})
    with pytest.raises(ValidationError, match="frozen"):
        settings.timeout = 1  # type: ignore[misc]
    assert {settings: 1} == {Settings.load(EXPLICIT, {}, {}): 1}


def test_settings_have_no_other_names() -> None:
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        Settings(**EXPLICIT, colour="red")  # type: ignore[call-arg]


def test_defaults() -> None:
    settings = Settings.load(EXPLICIT, {}, {})
    assert settings.base_url == "https://public.assistai.lat"
    assert (settings.timeout, settings.grace_period, settings.settle_time) == (30, 60, 60)
    assert (settings.rate_limit_wait, settings.requests_per_second) == (900, None)
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


def test_what_is_missing_and_what_is_wrong_is_said_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Settings.load({}, ENVIRONMENT | {"ASSISTAI_TENANT_DOMAIN": "", "ASSISTAI_TIMEOUT": "0"}, {})
    assert str(caught.value) == (
        "AssistAI is not configured: missing "
        "tenant domain (set ASSISTAI_TENANT_DOMAIN or run `pulumi config set assistai:tenantDomain`); "
        "ASSISTAI_TIMEOUT (assistai:timeout): Input should be greater than 0"
    )


def test_everything_wrong_is_said_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Settings.load(EXPLICIT | {"api_token": "a b", "base_url": "https://"}, {}, {})
    assert str(caught.value) == (
        "AssistAI is not configured: ASSISTAI_API_TOKEN (assistai:apiToken): "
        "must be printable ASCII characters without spaces, because it is sent in a header; "
        "ASSISTAI_BASE_URL (assistai:baseUrl): "
        "must be like https://public.assistai.lat, with no user, query or fragment"
    )


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("api_token", "a token", "ASSISTAI_API_TOKEN (assistai:apiToken): must be printable ASCII"),
        ("api_token", "token\x7f", "must be printable ASCII"),
        ("api_token", "line\nbreak", "ASSISTAI_API_TOKEN (assistai:apiToken): must be printable ASCII"),
        ("tenant_domain", "a\r\nx-organization-code: B", "ASSISTAI_TENANT_DOMAIN (assistai:tenantDomain)"),
        ("organization_code", "ñ", "must be printable ASCII"),
        ("base_url", "http://api.example.com", "must begin with https://"),
        ("base_url", "ftp://127.0.0.1", "must begin with https://"),
        ("base_url", "https://user:secret@example.com", "with no user, query or fragment"),
        ("base_url", "example.com", "must be like https://public.assistai.lat"),
        ("base_url", "https://example.com:abc", "must be like https://public.assistai.lat"),
        ("base_url", "https://example.com:65536", "must be like https://public.assistai.lat"),
        ("base_url", "https://example.com:443/\n", "must be like https://public.assistai.lat"),
        ("base_url", "https://example.com:0", "must be like https://public.assistai.lat"),
        ("base_url", "https://example.com/a b", "must be like https://public.assistai.lat"),
        ("base_url", "https://example.com?a=b", "with no user, query or fragment"),
        ("base_url", "https://example.com#a", "with no user, query or fragment"),
        ("base_url", "https://user@example.com", "with no user, query or fragment"),
        ("base_url", "https://:secret@example.com", "with no user, query or fragment"),
        ("base_url", "https:///api", "with no user, query or fragment"),
        ("base_url", "https://.example.com", "with the name of a host"),
        ("base_url", "https://api..example.com", "with the name of a host"),
        ("base_url", f"https://{'a' * 64}.example.com", "with the name of a host"),
        ("base_url", "https://.", "with the name of a host"),
        ("base_url", "https://[::1", "must be like https://public.assistai.lat"),
        ("base_url", "http://localhost.example.com", "must begin with https:// (http:// would expose the token"),
        ("base_url", "http://10.0.0.1", "only loopback hosts may use it)"),
        ("timeout", "0", "greater than 0"),
        ("timeout", "inf", "finite number"),
        ("grace_period", "-1", "greater than or equal to 0"),
        ("grace_period", "nan", "finite number"),
        ("settle_time", "-0.5", "greater than or equal to 0"),
        ("settle_time", "inf", "finite number"),
        ("rate_limit_wait", "-1", "greater than or equal to 0"),
        ("requests_per_second", "0", "greater than 0"),
        ("requests_per_second", "nan", "finite number"),
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
    "address", ["user:canary/word@example.org", "user:canary\u2100@example.org", "user:[canary]@example.org"]
)
def test_a_part_of_a_password_in_an_address_is_not_shown_either(address: str) -> None:
    with pytest.raises(ConfigurationError, match="must be like https://public") as caught:
        Settings.load(EXPLICIT | {"base_url": f"https://{address}"}, {}, {})
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("pasted", "words"),
    [
        ("Bearer canary-token", 'begins with "Bearer"'),
        ("bearer\tcanary-token", 'begins with "Bearer"'),
        (' "Bearer canary-token"', 'begins with "Bearer"'),
        ("Authorization: Bearer canary-token", 'begins with "Bearer"'),
        ('"Authorization": "Bearer canary-token"', 'begins with "Bearer"'),
        ("Bearer", 'begins with "Bearer"'),
        ("canary-token\n", "has a space or a line break before or after it"),
        ("canary-token\r\n", "has a space or a line break before or after it"),
        (" canary-token", "has a space or a line break before or after it"),
        ("canary-token\u00a0", "has a space or a line break before or after it"),
        ('"canary-token"', "is in quotes"),
        ("'canary-token'", "is in quotes"),
        ("\u201ccanary-token\u201d", "is in quotes"),
        ("`canary-token", "is in quotes"),
        ("canary-token'", "is in quotes"),
        (" ", "is blank"),
        ("\n\t", "is blank"),
    ],
)
def test_what_was_pasted_along_with_a_token_is_named(pasted: str, words: str) -> None:
    for places in ((EXPLICIT | {"api_token": pasted}, {}, {}), ({}, ENVIRONMENT | {"ASSISTAI_API_TOKEN": pasted}, {})):
        with pytest.raises(ConfigurationError) as caught:
            Settings.load(*places)
        assert str(caught.value) == (
            f"AssistAI is not configured: ASSISTAI_API_TOKEN (assistai:apiToken): {words}; set only the token"
        )


@pytest.mark.parametrize("token", ["bearer-token", "bearertoken", "a.bearer:b"])
def test_a_token_may_have_the_word_in_it(token: str) -> None:
    assert Settings.load(EXPLICIT | {"api_token": token}, {}, {}).api_token.get_secret_value() == token


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


@pytest.mark.parametrize("token", ["!~", "t", "a.b-c_d=="])
def test_every_printable_character_may_be_in_a_header(token: str) -> None:
    settings = Settings.load(EXPLICIT | {"api_token": token, "tenant_domain": token}, {}, {})
    assert (settings.api_token.get_secret_value(), settings.tenant_domain) == (token, token)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("10.0.0.1", False),
        ("::2", False),
        ("localhost.example.com", False),
        ("", False),
    ],
)
def test_loopback_hosts(host: str, *, loopback: bool) -> None:
    assert is_loopback(host) is loopback


@pytest.mark.parametrize(
    ("url", "loopback"),
    [("http://127.0.0.1:8787", True), ("https://a.example", False), ("", False), ("https://user:[secret", False)],
)
def test_base_urls_on_loopback(url: str, *, loopback: bool) -> None:
    assert is_on_loopback(url) is loopback


def test_the_name_of_a_host_may_end_with_a_dot() -> None:
    url = f"https://{'a' * 63}.example.com."
    assert Settings.load(EXPLICIT | {"base_url": url}, {}, {}).base_url == url


def test_a_path_before_the_prefix_is_kept() -> None:
    for path in ("", "/", "/api/v1", "/api/v1/"):
        settings = Settings.load(EXPLICIT | {"base_url": f"https://proxy.example/assistai{path}"}, {}, {})
        assert settings.base_url == "https://proxy.example/assistai"


def test_the_prefix_of_the_documents_examples_is_no_part_of_the_base_url() -> None:
    settings = Settings.load(EXPLICIT | {"base_url": "https://public.assistai.lat/api/v1/"}, {}, {})
    assert settings.base_url == "https://public.assistai.lat"


def test_the_token_is_in_no_representation() -> None:
    settings = Settings.load(EXPLICIT | {"api_token": "canary-token"}, {}, {})
    assert "canary-token" not in repr(settings) + str(settings) + settings.model_dump_json()


def test_an_agent_is_looked_for_as_long_as_the_listing_may_lag() -> None:
    assert Settings.load(EXPLICIT | {"grace_period": "90"}, {}, {}).settle_time == 90
    assert Settings.load(EXPLICIT | {"grace_period": "90", "settle_time": "5"}, {}, {}).settle_time == 5
