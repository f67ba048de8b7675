"""Manage AssistAI agents with Pulumi."""
