"""The native provider `pulumi-resource-assistai`: serves the lifecycle over Pulumi's provider protocol, no policy."""
