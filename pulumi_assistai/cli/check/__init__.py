"""The command `assistai check`."""
