"""httpx without its own command line, which takes as long to import as all the rest of it where its packages are."""

import sys

_COMMAND_LINE = "httpx._main"

# A module that is None cannot be imported, and httpx takes it for one whose packages are missing.
sys.modules.setdefault(_COMMAND_LINE, None)  # type: ignore[arg-type]
import httpx  # noqa: E402

if sys.modules[_COMMAND_LINE] is None:
    del sys.modules[_COMMAND_LINE]

__all__ = ["httpx"]
