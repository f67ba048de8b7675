"""Functions that the resources share."""

from __future__ import annotations

from weakref import WeakSet

import pulumi
from pulumi.runtime.config import get_config, is_config_secret

from pulumi_assistai.keys import stack_key

_warned: WeakSet[pulumi.Resource] = WeakSet()


def refuse_import(opts: pulumi.ResourceOptions | None, instead: str) -> None:
    """Refuse `import_`, which cannot work: the engine reads before it knows the dynamic provider.

    Raises:
        pulumi.RunError: `opts` has `import_`.
    """
    if opts is not None and opts.import_ is not None:
        raise pulumi.RunError(f"import_ does not work with dynamic resources; {instead}")


def warn_about_clear_token() -> None:
    """Warn once in a program where the stack configuration holds the API token in clear."""
    stack = pulumi.runtime.get_root_resource()
    key = stack_key("api_token")
    if stack is None or stack in _warned or not get_config(key) or is_config_secret(key):
        return
    _warned.add(stack)
    pulumi.log.warn(f"{key} is stored in clear; run `pulumi config set --secret {key}` and renew the token in AssistAI")
