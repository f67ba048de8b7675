"""Oddities: undocumented habits that an API of this kind may have, chosen by name."""
