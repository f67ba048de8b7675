"""Garbage collection of this package's processes, which are short-lived and mostly made of imports.

Python searches all objects for garbage again and again while a process imports, and once more when it ends. What was
imported is there to stay, and there is a lot of it: each search holds up every thread and finds next to nothing. Three
kinds of processes, one policy each:

- The command `assistai` searches seldom, and not at its end (`search_seldom`).
- The process of a provider leaves out what it has when it is configured (`search_new_objects_alone`). Measured on the
  Pulumi CLI with 100 agents: about 0.3 s of a preview of 2.4 s. The risk: a cycle that exists by then is never freed.
- An interpreter of the embedded engine does not search while it imports, and leaves out what it has imported
  (`engine/processes/interpreters.py`, which cannot import this before it begins).
"""

from __future__ import annotations

import atexit
import gc

NEW_OBJECTS = 10_000
"""New objects before a provider's process searches them; Python's own default is 700."""

_NEW_OBJECTS_OF_A_COMMAND = 200_000


def search_seldom() -> None:
    """Let a command search for garbage seldom, and not when it ends."""
    gc.set_threshold(_NEW_OBJECTS_OF_A_COMMAND)
    atexit.register(gc.freeze)


def search_new_objects_alone() -> None:
    """Leave out of every search what this process has now."""
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS)
