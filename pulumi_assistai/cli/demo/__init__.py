"""The command `assistai demo`."""
