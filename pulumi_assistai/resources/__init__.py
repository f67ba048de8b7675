"""Resources and data functions for Pulumi programs. Their docstrings are the users' reference."""
