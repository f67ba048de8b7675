"""The command `assistai import`."""
