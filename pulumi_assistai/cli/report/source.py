"""Sources of a preview: a file, standard input, or a run of the preview itself."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from pulumi_assistai.errors import AssistAIError
from pulumi_assistai.text import shorten

_OURS = "from pulumi_assistai.cli import main; main()"


def read_input(file: str) -> tuple[str, str]:
    """Return the text of a file, or of standard input for "-", and its name for errors.

    Raises:
        AssistAIError: the file cannot be read.
    """
    if file == "-":
        if sys.stdin.isatty():
            raise AssistAIError(
                "no preview given; run `pulumi preview --json | assistai report`, or `assistai report --run`"
            )
        return _decoded(getattr(sys.stdin, "buffer", None)), "standard input"
    try:
        return Path(file).read_bytes().decode("utf-8-sig", "replace"), file
    except (OSError, ValueError) as error:
        raise AssistAIError(f"cannot read {file}: {getattr(error, 'strerror', None) or error}") from None


def run_preview(directory: Path, arguments: Sequence[str]) -> tuple[str, str]:
    """Run the preview of a project, and return its output and its name for errors.

    It runs `pulumi preview --json --show-sames`, which includes moved resources; without the Pulumi CLI
    `assistai sandbox preview --json`. The preview's standard error is passed on.

    Raises:
        AssistAIError: the preview wrote nothing. The message has its standard error.
    """
    command, name = _command(arguments)
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        # The command is the user's own `pulumi` or this program, and the arguments are the user's.
        done = subprocess.run(command, cwd=directory, env=environment, capture_output=True, check=False)  # noqa: S603
    except OSError as error:
        raise AssistAIError(f"cannot run {name} in {directory}: {error.strerror}") from None
    said = done.stderr.decode("utf-8", "replace")
    written = done.stdout.decode("utf-8", "replace")
    if not written.strip():
        missing = "" if shutil.which("pulumi") else "the Pulumi CLI was not found, and "
        raise AssistAIError(
            f"{missing}`{name}` wrote no preview (exit status {done.returncode}): {shorten(said) or 'no reason'}"
        )
    sys.stderr.write(said)
    return written, f"the output of `{name}`"


def _command(arguments: Sequence[str]) -> tuple[list[str], str]:
    if pulumi := shutil.which("pulumi"):
        return [pulumi, "preview", "--json", "--show-sames", "--non-interactive", *arguments], "pulumi preview --json"
    ours = [sys.executable, "-c", _OURS, "sandbox", "preview", "--json", *arguments]
    return ours, "assistai sandbox preview --json"


def _decoded(stream: object) -> str:
    read = getattr(stream, "read", None)
    return read().decode("utf-8-sig", "replace") if read else sys.stdin.read()
