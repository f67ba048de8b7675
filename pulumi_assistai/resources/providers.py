"""The explicit provider, for a program with more than one organization."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import pulumi
from pulumi.runtime.config import get_config, is_config_secret

from pulumi_assistai.keys import stack_key
from pulumi_assistai.resources.base import warn_about_clear_token


class Provider(pulumi.ProviderResource):
    """The connection to one organization, for resources with `opts=ResourceOptions(provider=...)`.

    Missing arguments come from the environment, then from the stack configuration `assistai:*`. The token always
    becomes a secret. `pulumi refresh` and `pulumi up --refresh` use the values that the last `pulumi up` saved: after
    changing the token, run `pulumi up` without --refresh first.
    """

    def __init__(
        self,
        resource_name: str,
        *,
        api_token: pulumi.Input[str] | None = None,
        tenant_domain: pulumi.Input[str] | None = None,
        organization_code: pulumi.Input[str] | None = None,
        base_url: pulumi.Input[str] | None = None,
        timeout: pulumi.Input[float] | None = None,
        grace_period: pulumi.Input[float] | None = None,
        settle_time: pulumi.Input[float] | None = None,
        rate_limit_wait: pulumi.Input[float] | None = None,
        requests_per_second: pulumi.Input[float] | None = None,
        on_conflict: pulumi.Input[Literal["overwrite", "fail"]] | None = None,
        reapply: pulumi.Input[bool] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare a connection.

        Args:
            resource_name: the name of the provider in the program.
            api_token: the API token.
            tenant_domain: the tenant's domain.
            organization_code: the organization's code.
            base_url: scheme and host of the API, https except on loopback; default https://public.assistai.lat.
            timeout: seconds one HTTP request may take; default 30.
            grace_period: seconds a new agent may be missing from the listing before it counts as gone; default 60.
            settle_time: seconds to look for an agent whose creation has an unknown outcome; default: the
                grace period.
            rate_limit_wait: seconds that a request may wait for the API's rate limit; default 900.
            requests_per_second: maximum number of requests per second; default: as many as the API allows.
            on_conflict: "overwrite" (default) or "fail" if a dashboard edit and the program disagree.
            reapply: send every declared field of every agent again; default False.
            opts: options of the provider.
        """
        warn_about_clear_token()
        arguments = {
            "tenant_domain": tenant_domain,
            "organization_code": organization_code,
            "base_url": base_url,
            "timeout": timeout,
            "grace_period": grace_period,
            "settle_time": settle_time,
            "rate_limit_wait": rate_limit_wait,
            "requests_per_second": requests_per_second,
            "on_conflict": on_conflict,
            "reapply": reapply,
        }
        explicit = {name: _text(value) for name, value in arguments.items() if value is not None}
        if api_token is not None:
            explicit["api_token"] = pulumi.Output.secret(api_token)
        fallbacks = _stack_configuration(["api_token", *arguments])
        super().__init__("pulumi-python", resource_name, {**fallbacks, **explicit}, opts)


def _text(value: pulumi.Input[Any]) -> pulumi.Output[str | None]:
    """Return an argument as text, which is what providers are configured with. None counts as not given."""
    return pulumi.Output.from_input(value).apply(_as_text)


def _as_text(value: Any) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _stack_configuration(fields: Iterable[str]) -> dict[str, pulumi.Output[str]]:
    """Return the stack's `assistai:*` configuration. An explicit provider does not get it by itself."""
    values = {key: get_config(key) for key in map(stack_key, fields)}
    return {
        key: pulumi.Output.secret(value) if _is_secret(key) else pulumi.Output.from_input(value)
        for key, value in values.items()
        if value
    }


def _is_secret(key: str) -> bool:
    return key == stack_key("api_token") or is_config_secret(key)
