"""Execution: the steps and the providers that they call."""
