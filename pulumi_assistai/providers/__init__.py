"""Dynamic providers: translation between Pulumi's dictionaries and the lifecycle, no policy.

The module paths and class names are pickled into users' states: they never change.
"""
