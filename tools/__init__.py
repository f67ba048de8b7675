"""Tools of the project that are no checks."""
