"""The command `assistai new`."""
