"""httpx without its command line, which takes as long to import as the rest of httpx if its packages are installed."""

import sys

_COMMAND_LINE = "httpx._main"

# A module that is None cannot be imported: httpx goes on as if the packages of its command line were missing.
sys.modules.setdefault(_COMMAND_LINE, None)  # type: ignore[arg-type]
import httpx  # noqa: E402

if sys.modules[_COMMAND_LINE] is None:
    del sys.modules[_COMMAND_LINE]

__all__ = ["httpx"]
