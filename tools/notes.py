"""The notes of a release, from the changelog: `python -m tools.notes VERSION`."""

from __future__ import annotations

import re
import sys
from pathlib import Path

CHANGELOG = Path(__file__).parents[1] / "CHANGELOG.md"


def notes(changelog: str, version: str) -> str:
    """Return the section of a version in a changelog.

    Raises:
        ValueError: there is no such section, or it is empty.
    """
    found = re.search(rf"^## \[{re.escape(version)}\].*?\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL)
    if not (found and found[1].strip()):
        raise ValueError(f"CHANGELOG.md has nothing under [{version}]: write that section before you set the tag")
    return f"{found[1].strip()}\n"


if __name__ == "__main__":
    sys.stdout.write(notes(CHANGELOG.read_text(encoding="utf-8"), sys.argv[1]))
