"""Garbage collection of this package's processes, which are short-lived and mostly made of imports.

Python searches all objects for garbage again and again while a process imports, and once more when it ends. Imported
objects stay until the end, and there are many of them: each search stops every thread and finds almost nothing. There
are three kinds of processes, each with its own policy:

- The command `assistai` searches seldom, and not at its end (`search_seldom`).
- The process of a provider skips the objects that exist when it is configured (`search_new_objects_alone`). Measured
  gain on the Pulumi CLI with 100 agents: about 0.3 s of a preview of 2.4 s. Risk: a cycle that exists by then is never
  freed.
- An interpreter of the embedded engine does not search while it imports, and later skips what it has imported
  (`engine/processes/interpreters.py`, which cannot import this module before it begins).
"""

from __future__ import annotations

import atexit
import gc

NEW_OBJECTS = 10_000
"""Number of new objects after which a provider's process searches them; Python's default is 700."""

_NEW_OBJECTS_OF_A_COMMAND = 200_000


def search_seldom() -> None:
    """Make this process search for garbage seldom, and not when it ends."""
    gc.set_threshold(_NEW_OBJECTS_OF_A_COMMAND)
    atexit.register(gc.freeze)


def search_new_objects_alone() -> None:
    """Skip the present objects of this process in every search."""
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)
