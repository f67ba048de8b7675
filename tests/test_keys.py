"""Settings are called what the documentation calls them."""

from __future__ import annotations

import pytest

from pulumi_assistai.keys import NAMESPACE, camel_case, native_type, snake_case, stack_key, variable


@pytest.mark.parametrize(
    ("field", "in_environment", "in_stack"),
    [
        ("timeout", "ASSISTAI_TIMEOUT", "assistai:timeout"),
        ("api_token", "ASSISTAI_API_TOKEN", "assistai:apiToken"),
        ("a_bc_def", "ASSISTAI_A_BC_DEF", "assistai:aBcDef"),
    ],
)
def test_a_setting_is_called_alike_in_the_environment_and_in_the_stack(
    field: str, in_environment: str, in_stack: str
) -> None:
    assert (variable(field), stack_key(field), NAMESPACE) == (in_environment, in_stack, "assistai")


@pytest.mark.parametrize(
    ("snake", "camel"),
    [("name", "name"), ("agent_code", "agentCode"), ("a_bc_def", "aBcDef"), ("rate_limit_wait", "rateLimitWait")],
)
def test_a_name_is_written_in_two_ways(snake: str, camel: str) -> None:
    assert (camel_case(snake), snake_case(camel), snake_case(snake)) == (camel, snake, snake)


def test_names_that_are_nobodys_stay() -> None:
    assert [snake_case(name) for name in ("__seen", "__provider", "", "URL")] == ["__seen", "__provider", "", "URL"]


def test_a_type_of_the_native_provider_is_in_its_index() -> None:
    assert native_type("Agent") == "assistai:index:Agent"
