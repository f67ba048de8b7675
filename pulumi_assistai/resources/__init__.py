"""The resources of a program. Their docstrings are the reference that users read."""
