"""The command `assistai link`."""
