"""The command `assistai sandbox`."""
