"""Functions that the resources share."""

from __future__ import annotations

from weakref import WeakKeyDictionary, WeakSet

import pulumi
from pulumi.runtime._callbacks import _CallbackServicer
from pulumi.runtime.config import get_config, is_config_secret

from pulumi_assistai.keys import native_type, stack_key

_warned: WeakSet[pulumi.Resource] = WeakSet()
_options_warned_of: WeakKeyDictionary[pulumi.Resource, set[str]] = WeakKeyDictionary()

_WITHOUT_EFFECT = {
    "custom_timeouts": "Pulumi's SDK does not pass them to dynamic providers. Set ASSISTAI_TIMEOUT, the seconds that a "
    "request may take, or wait_for_connection of a WhatsAppIntegration",
    "replace_on_changes": "dynamic providers do not report which property changed. To start with a new agent, declare "
    "a resource with another name: AssistAI cannot delete agents",
}


def refuse_import(opts: pulumi.ResourceOptions | None, instead: str) -> None:
    """Refuse `import_`. It cannot work: the engine reads the resource before it knows the dynamic provider.

    Raises:
        pulumi.RunError: `opts` has `import_`.
    """
    if opts is not None and opts.import_ is not None:
        raise pulumi.RunError(f"import_ does not work with dynamic resources; {instead}")


def found_as_native(kind: str, opts: pulumi.ResourceOptions | None) -> pulumi.ResourceOptions:
    """Return the options with an alias, so that the resource is found in a state from the native provider.

    Args:
        kind: the resource's class, such as "Agent".
        opts: the program's options.
    """
    native = pulumi.ResourceOptions(aliases=[pulumi.Alias(type_=native_type(kind))])
    return native if opts is None else pulumi.ResourceOptions.merge(opts, native)


def warn_about_clear_token() -> None:
    """Warn once per program if the stack configuration holds the API token in clear."""
    stack = pulumi.runtime.get_root_resource()
    key = stack_key("api_token")
    if stack is None or stack in _warned or not get_config(key) or is_config_secret(key):
        return
    _warned.add(stack)
    pulumi.log.warn(f"{key} is stored in clear; run `pulumi config set --secret {key}` and renew the token in AssistAI")


def warn_about_options(opts: pulumi.ResourceOptions | None) -> None:
    """Warn once per program about each option that has no effect on a dynamic resource."""
    stack = pulumi.runtime.get_root_resource()
    if opts is None or stack is None:
        return
    warned = _options_warned_of.setdefault(stack, set())
    for option, reason in _WITHOUT_EFFECT.items():
        if getattr(opts, option) and option not in warned:
            warned.add(option)
            pulumi.log.warn(f"the option {option} has no effect on resources of pulumi_assistai: {reason}")


def has_transforms() -> bool:
    """Return whether the program has registered transforms. They may add properties that are not declared."""
    # The SDK starts a servicer with the first transform; there is no public way to ask for it.
    return bool(getattr(_CallbackServicer, "_servicers", ()))
