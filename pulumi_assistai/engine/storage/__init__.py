"""The files of a project and its stacks: settings, state, secrets and locks."""
