"""The command `assistai report`."""
