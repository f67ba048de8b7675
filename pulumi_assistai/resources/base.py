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
    "custom_timeouts": "Pulumi's SDK does not hand them to dynamic providers. Set ASSISTAI_TIMEOUT, the seconds that a "
    "request may take, or wait_for_connection of a WhatsAppIntegration",
    "replace_on_changes": "dynamic providers do not tell the engine which property changed. To begin with a new agent, "
    "declare a resource of another name: AssistAI deletes no agent",
}


def refuse_import(opts: pulumi.ResourceOptions | None, instead: str) -> None:
    """Refuse `import_`, which cannot work: the engine reads before it knows the dynamic provider.

    Raises:
        pulumi.RunError: `opts` has `import_`.
    """
    if opts is not None and opts.import_ is not None:
        raise pulumi.RunError(f"import_ does not work with dynamic resources; {instead}")


def found_as_native(kind: str, opts: pulumi.ResourceOptions | None) -> pulumi.ResourceOptions:
    """Return the options with which a state that the native provider wrote has the resource, too.

    Args:
        kind: the resource's class, such as "Agent".
        opts: the options that the program gives.
    """
    native = pulumi.ResourceOptions(aliases=[pulumi.Alias(type_=native_type(kind))])
    return native if opts is None else pulumi.ResourceOptions.merge(opts, native)


def warn_about_clear_token() -> None:
    """Warn once in a program where the stack configuration holds the API token in clear."""
    stack = pulumi.runtime.get_root_resource()
    key = stack_key("api_token")
    if stack is None or stack in _warned or not get_config(key) or is_config_secret(key):
        return
    _warned.add(stack)
    pulumi.log.warn(f"{key} is stored in clear; run `pulumi config set --secret {key}` and renew the token in AssistAI")


def warn_about_options(opts: pulumi.ResourceOptions | None) -> None:
    """Warn once in a program about each option that has no effect on a dynamic resource."""
    stack = pulumi.runtime.get_root_resource()
    if opts is None or stack is None:
        return
    warned = _options_warned_of.setdefault(stack, set())
    for option, reason in _WITHOUT_EFFECT.items():
        if getattr(opts, option) and option not in warned:
            warned.add(option)
            pulumi.log.warn(f"the option {option} has no effect on resources of pulumi_assistai: {reason}")


def has_transforms() -> bool:
    """Return whether the program has registered transforms, which may give what a resource does not declare."""
    # The SDK serves them from the first one on; there is no public way to ask.
    return bool(getattr(_CallbackServicer, "_servicers", ()))
