"""Dynamic providers: translation between Pulumi's dictionaries and the lifecycle, no policy.

The module paths and class names are pickled into users' states: they never change.
"""

NEEDED = ("pulumi_assistai.client.transport", "pulumi_assistai.lifecycle.agents", "httpcore")
"""Modules that a provider's process needs for its first request, with httpx's own late imports. The embedded engine
imports them ahead, while the process is idle."""
