"""The project that a command is run in: its stacks, their configuration and state, and the API they talk to."""
