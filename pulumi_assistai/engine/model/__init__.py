"""Values that the engine works with: properties, URNs, resources and the goals of a program."""
