"""The command `assistai emulator`."""
