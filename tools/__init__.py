"""Tools for maintainers that are not part of the checks."""
