"""Keeps the search for garbage in a provider's process short.

What the SDK and its libraries are made of is there to stay, and most of what the process has: looking all of it over,
while every call waits, takes several times as long as a call.
"""

from __future__ import annotations

import gc

NEW_OBJECTS = 10_000
"""How many there are before they are searched; by itself Python searches after 700."""


def search_new_objects_alone() -> None:
    """Leave out of every search for garbage what this process has now."""
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)
