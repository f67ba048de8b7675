"""The command `assistai render`."""
