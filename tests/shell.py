"""Shell scripts of pages and pipelines."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

SH = ("/bin/sh", "-e", "-c")
BASH = ("bash", "-e", "-c")


def run_script(
    script: str,
    directory: Path,
    environment: Mapping[str, str],
    *,
    shell: tuple[str, ...] = SH,
    timeout: float = 120,
) -> subprocess.CompletedProcess[str]:
    """Run a script without standard input, in this environment alone."""
    return subprocess.run(
        [*shell, script],
        cwd=directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def require_success(script: str, done: subprocess.CompletedProcess[str]) -> str:
    """Return what a script wrote to standard output; it must have ended well."""
    assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"
    return done.stdout
