"""The command `assistai conversations`."""
