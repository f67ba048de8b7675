"""The command `assistai doctor`."""
