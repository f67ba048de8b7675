"""Console scripts beside the running Python: the plugins of native providers that packages install."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_PACKAGE = re.compile(r"[a-z][a-z0-9-]*")


def plugin_script(package: str) -> Path | None:
    """Return the plugin of a package that is installed beside the running Python, None if there is none."""
    if not _PACKAGE.fullmatch(package):
        return None
    found = shutil.which(f"pulumi-resource-{package}", path=str(Path(sys.executable).parent))
    return Path(found) if found else None


def start_script(
    script: Path, *arguments: str, directory: Path, environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Start a script with pipes, as `interpreters.py` starts its processes."""
    return subprocess.Popen(  # noqa: S603 - it comes with an installed package
        [script, *arguments],
        cwd=directory,
        env=dict(environment),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
