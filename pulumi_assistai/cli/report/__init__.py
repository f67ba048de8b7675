"""`assistai report`."""
