"""Settings are called what the documentation calls them."""

from __future__ import annotations

import pytest

from pulumi_assistai.keys import NAMESPACE, stack_key, variable


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
