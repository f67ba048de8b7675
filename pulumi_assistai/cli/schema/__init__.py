"""The command `assistai schema`."""
