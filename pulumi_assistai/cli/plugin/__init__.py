"""`assistai plugin`: the native provider as a plugin of the Pulumi CLI."""
