"""The native provider `pulumi-resource-assistai`: the lifecycle over Pulumi's provider protocol, no policy."""
