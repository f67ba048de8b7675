"""The engine's values: URNs, property paths, resources and the goals of a program."""
