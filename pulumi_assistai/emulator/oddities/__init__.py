"""Oddities: habits that an API of this kind may have and its guide does not mention, chosen by name."""
