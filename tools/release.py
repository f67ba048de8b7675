"""The check of a release: `make release-check` builds the package and uses it like a user."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from pulumi_assistai import __version__

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
BIN = Path(sys.executable).parent
CONSTRAINTS = ROOT / "constraints.txt"

TRIED = {
    "": [
        ("python", "-c", "from pulumi_assistai import *"),
        ("python", "-c", "import pulumi_assistai.providers.agents, pulumi_assistai.providers.whatsapp"),
    ],
    "fleet": [("python", "-c", "from pulumi_assistai import AgentFleet; import pulumi_assistai.fleet.files")],
    "emulator": [("python", "-c", "from pulumi_assistai.emulator import Emulator; Emulator().__enter__().__exit__()")],
    "cli": [("assistai", "--version"), ("pulumi-assistai", "--version"), ("assistai", "demo")],
    "testing": [("pytest", "--version"), ("pytest", "--fixtures")],
}
"""The commands to run in a clean environment, by the extra that is installed there."""


def main() -> None:
    """Build the release and try it. Stop at the first failure.

    Raises:
        subprocess.CalledProcessError: a command failed.
    """
    shutil.rmtree(DIST, ignore_errors=True)
    _run(BIN / "python", "-m", "build", "--outdir", DIST, ROOT)
    built = sorted(DIST.iterdir())
    bill = DIST / f"pulumi_assistai-{__version__}.cdx.json"
    wheel = next(path for path in built if path.suffix == ".whl")
    _run(BIN / "twine", "check", "--strict", *built)
    # The examples and templates are beside the package. The build moves them into it. The templates share files.
    _run(BIN / "check-wheel-contents", "--package", ROOT / "pulumi_assistai", "--ignore", "W002,W102", wheel)
    with tempfile.TemporaryDirectory(prefix="assistai-release-") as folder:
        for extra, commands in TRIED.items():
            _try_in_a_clean_environment(Path(folder) / (extra or "none"), wheel, extra, commands)
        # The bill of materials is that of the extra for the command, which has everything that users run.
        _run(BIN / "cyclonedx-py", "environment", "--output-reproducible", "--output-file", bill, Path(folder) / "cli")
        _run(BIN / "uvx", "--no-cache", "--from", f"{wheel}[cli]", "pulumi-assistai", "--version", cwd=Path(folder))
    sys.stdout.write(f"pulumi-assistai {__version__} can be released: {', '.join(path.name for path in built)}\n")


def _try_in_a_clean_environment(folder: Path, wheel: Path, extra: str, commands: list[tuple[str, ...]]) -> None:
    _run(BIN / "uv", "venv", "--quiet", "--python", sys.executable, folder)
    package = f"{wheel}[{extra}]" if extra else str(wheel)
    python = folder / "bin" / "python"
    _run(BIN / "uv", "pip", "install", "--quiet", "--python", python, "--constraint", CONSTRAINTS, package)
    for program, *arguments in commands:
        _run(folder / "bin" / program, *arguments, cwd=folder)


def _run(*command: str | Path, cwd: Path | None = None) -> None:
    sys.stdout.write(f"$ {shlex.join(map(str, command))}\n")
    sys.stdout.flush()
    subprocess.run([str(part) for part in command], cwd=cwd, check=True)


if __name__ == "__main__":
    main()
