"""Reporting: the events of an operation and their display."""
