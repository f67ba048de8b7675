"""The embedded engine: runs Pulumi programs in Python without the Pulumi CLI, for trials and tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader

if TYPE_CHECKING:
    from pulumi_assistai.engine.errors import EngineError
    from pulumi_assistai.engine.reporting.recorder import Result
    from pulumi_assistai.engine.stack import Stack

__all__ = ["EngineError", "Result", "Stack"]

_MODULES = {"errors": ["EngineError"], "reporting.recorder": ["Result"], "stack": ["Stack"]}

# The process of a program imports this package, but not the engine, which takes time to import.
__getattr__, _, _ = lazy_loader.attach(__name__, submod_attrs=_MODULES)
