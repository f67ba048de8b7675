"""The command `assistai status`."""
