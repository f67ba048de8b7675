"""Dynamic providers: translation between Pulumi's dictionaries and the lifecycle, no policy.

The module paths and class names are pickled into users' states: they never change.
"""

NEEDED = ("pulumi_assistai.client.transport", "pulumi_assistai.lifecycle.agents", "httpcore")
"""What a provider's process imports as soon as it has something to do, httpx's own late imports included: worth doing
while it has nothing to do."""
