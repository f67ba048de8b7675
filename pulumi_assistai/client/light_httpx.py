"""httpx without its own command line, which takes as long to import as all the rest of it where its packages are."""

import sys

sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
import httpx  # noqa: E402 - httpx looks for its command line while it is imported

__all__ = ["httpx"]
